"""Following the outbox: none missed, none twice, in one order, whatever order writers commit in."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.database.connections import Connector
from app.database.feed import Feed, Happened, Position, after, here
from app.domain.kernel.errors import Unavailable
from app.domain.kernel.roles import FEED
from tests.world import World

ASKING = "select count(*) from pg_stat_activity where query like '%pg_snapshot_xmin%' and pid <> pg_backend_pid()"


@pytest.fixture
async def follower(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await Connector(database_url)(FEED)
    yield connection
    await connection.close()


@pytest.fixture
async def writers(database_url: str) -> AsyncIterator[list[asyncpg.Connection]]:
    connections = [await asyncpg.connect(database_url) for _ in range(5)]
    yield connections
    for connection in connections:
        await connection.close()


async def write(connection: asyncpg.Connection, charity: UUID, type: str = "example.happened") -> UUID:
    key: UUID = await connection.fetchval(
        "insert into event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)"
        " values (uuidv7(), $1, $2, $3, 1, now()) returning id",
        charity,
        type,
        uuid4(),
    )
    return key


async def told(follower: asyncpg.Connection, since: Position) -> list[Happened]:
    """All that can be told now, three at a time."""
    found: list[Happened] = []
    while some := await after(follower, found[-1].at if found else since, 3):
        found += some
    return found


async def test_the_role_that_follows_reads_events_and_nothing_else(follower: asyncpg.Connection, world: World) -> None:
    assert await follower.fetchval("select count(distinct charity_id) from event") >= 2
    tables = await follower.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'event'"
    )
    for table in tables:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await follower.fetch(f"select 1 from {table['relname']}")
    for spoil in (
        "delete from event",
        "update event set type = 'x'",
        "select throughgate.enter(null, '', 0, '', '', null)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await follower.execute(spoil)


async def test_a_number_given_out_earlier_and_committed_later_is_told_first(
    world: World, follower: asyncpg.Connection, writers: list[asyncpg.Connection]
) -> None:
    slow, quick, *_ = writers
    since = await here(follower)
    async with slow.transaction():
        first = await write(slow, world.a.id)
        second = await write(quick, world.a.id)
        assert await told(follower, since) == [], "somebody who read on from here would miss the first"
    assert [one.id for one in await told(follower, since)] == [first, second]


async def test_what_was_committed_is_before_here_and_what_is_being_written_is_not(
    world: World, follower: asyncpg.Connection, writers: list[asyncpg.Connection]
) -> None:
    await write(writers[0], world.a.id)
    async with writers[0].transaction():
        late = await write(writers[0], world.a.id)
        since = await here(follower)
    assert [one.id for one in await told(follower, since)] == [late]


@pytest.mark.parametrize("seed", range(25))
async def test_each_event_that_is_kept_is_told_once_in_one_order(
    world: World, follower: asyncpg.Connection, writers: list[asyncpg.Connection], seed: int
) -> None:
    """Writers begin, write, take back a part, commit and roll back in any order, and somebody follows at any moment."""
    chance = random.Random(seed)
    since = await here(follower)
    found: list[Happened] = []
    kept: set[UUID] = set()
    open_now: dict[int, tuple[asyncpg.transaction.Transaction, set[UUID]]] = {}

    async def end(n: int, *, keep: bool) -> None:
        transaction, written = open_now.pop(n)
        await (transaction.commit() if keep else transaction.rollback())
        kept.update(written if keep else ())

    for _ in range(60):
        n = chance.randrange(len(writers))
        action = chance.choice(("write", "write", "take back", "end", "follow", "alone"))
        if action == "follow":
            found += await told(follower, found[-1].at if found else since)
        elif n not in open_now:
            if action == "alone":
                kept.add(await write(writers[n], world.a.id))
                continue
            transaction = writers[n].transaction()
            await transaction.start()
            open_now[n] = transaction, set()
        elif action == "end":
            await end(n, keep=chance.random() < 0.7)
        else:
            part = writers[n].transaction()  # a savepoint
            await part.start()
            key = await write(writers[n], world.a.id)
            if action == "take back":
                await part.rollback()
            else:
                await part.commit()
                open_now[n][1].add(key)
    for n in list(open_now):
        await end(n, keep=chance.random() < 0.7)
    found += await told(follower, found[-1].at if found else since)

    assert [one.at for one in found] == sorted({one.at for one in found}), "in one order, and none comes twice"
    assert {one.id for one in found} == kept


async def test_a_follower_is_woken_by_its_own_charity_and_its_own_types(
    world: World, database_url: str, writers: list[asyncpg.Connection]
) -> None:
    feed = Feed(Connector(database_url))
    async with (
        feed.follow(charity_id=world.a.id, types=("example.", "other.")) as ours,
        feed.follow(charity_id=world.a.id, types=("",)) as anything,
        feed.follow(charity_id=world.b.id, types=("",)) as theirs,
    ):
        await asyncio.sleep(0.6)  # what came before is told
        for woken in (ours, anything, theirs):
            woken.clear()
        await write(writers[0], world.a.id, "unlike.example")
        async with asyncio.timeout(5):
            await anything.wait()
        assert (ours.is_set(), theirs.is_set()) == (False, False)
        await write(writers[0], world.a.id, "example.happened")
        async with asyncio.timeout(5):
            await ours.wait()
        assert not theirs.is_set()
    await feed.close()


async def test_it_asks_only_while_somebody_listens(
    world: World, database_url: str, writers: list[asyncpg.Connection]
) -> None:
    feed, before = Feed(Connector(database_url)), await writers[0].fetchval(ASKING)
    for _ in range(2):
        following = [feed.follow(charity_id=world.a.id, types=("",)) for _ in range(5)]
        await asyncio.gather(*(each.__aenter__() for each in following))
        assert await writers[0].fetchval(ASKING) == before + 1, "on one connection for all"
        for each in following:
            await each.__aexit__(None, None, None)
        async with asyncio.timeout(5):
            while await writers[0].fetchval(ASKING) > before:  # noqa: ASYNC110 -- what ends it is in another task
                await asyncio.sleep(0.05)


async def test_a_database_out_of_reach_is_said_and_tried_again_by_the_next(world: World, database_url: str) -> None:
    connect, reachable = Connector(database_url), False

    async def sometimes(role: str) -> asyncpg.Connection:
        if not reachable:
            raise ConnectionRefusedError
        return await connect(role)

    feed = Feed(sometimes)
    with pytest.raises(Unavailable):
        async with feed.follow(charity_id=world.a.id, types=("",)):
            pass
    reachable = True
    async with feed.follow(charity_id=world.a.id, types=("",)):
        pass
    await feed.close()
