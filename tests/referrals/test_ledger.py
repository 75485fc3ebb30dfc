"""The ledger: each referral once, the parts make the whole, and an answer once given stands for ever."""

import asyncio
import bisect
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.rows import new_id
from app.domain.referrals.models import REPORTED_SOURCES, Disposition, Source
from app.domain.referrals.rules import JUDGED, TABLE, Step
from app.main import create_app
from app.settings import Settings
from tests.referrals.helpers import FACTS, listed, made, new_programme, read, take
from tests.world import Caller, World, build_charity

HOW_MANY = 10_000
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ENDED = datetime(2026, 6, 30, tzinfo=UTC)
Change = tuple[int, Disposition, datetime]


@dataclass
class History:
    """One referral as Python remembers it: its changes as (sequence, disposition, recorded_at)."""

    id: UUID
    received_on: date
    source: Source
    changes: list[Change] = field(default_factory=list)

    def at(self, as_of: datetime) -> Disposition | None:
        """The last change recorded by then; None where nobody knew of him yet."""
        known = [(sequence, stood) for sequence, stood, recorded in self.changes if recorded <= as_of]
        return max(known)[1] if known else None


def walk(chance: random.Random) -> History:
    """A referral on a random walk of the table, each change recorded at or after the one before."""
    _, here = chance.choice(list(JUDGED.values()))
    entered = BEGAN + chance.random() * (ENDED - BEGAN)
    received = entered.date() - timedelta(days=chance.choice([0, 0, 0, 1, 3, 40]))
    history = History(new_id(), received, chance.choice(list(Source)), [(1, here, entered)])
    for sequence in range(2, 2 + chance.randrange(7)):
        arrows = [end for sources, _, end in TABLE if here in sources]
        if not arrows:
            break
        here = chance.choice(arrows)
        # Now and then two changes carry the very same instant: the later one counts.
        entered += timedelta(microseconds=chance.choice([0, 1, chance.randrange(10**6), chance.randrange(10**13)]))
        if entered > ENDED:
            break
        history.changes.append((sequence, here, entered))
    return history


def counted(histories: list[History], start: date, end: date, as_of: datetime) -> dict[str, Any]:
    """The ledger as one would count it by hand."""
    dispositions: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for one in histories:
        stood = one.at(as_of) if start <= one.received_on <= end else None
        if stood is not None:
            dispositions[stood] += 1
            sources[one.source.reports_as] += 1
    return {
        "received": dispositions.total(),
        "dispositions": [{"disposition": d.value, "count": dispositions[d]} for d in Disposition],
        "sources": [{"source": s.value, "count": sources[s]} for s in REPORTED_SOURCES],
    }


@dataclass
class Book:
    """A database of its own with ten thousand histories in one programme, and its manager."""

    manager: Caller
    programme: UUID
    histories: list[History]
    url: str

    async def ledger(self, start: date, end: date, as_of: datetime | str | None = None) -> dict[str, Any]:
        params = {"from": start.isoformat(), "to": end.isoformat()}
        if as_of is not None:
            params["as_of"] = as_of if isinstance(as_of, str) else as_of.isoformat()
        answer = await read(self.manager, f"/v1/programmes/{self.programme}/ledger", params=params)
        assert answer["received"] == sum(part["count"] for part in answer["dispositions"])
        assert answer["received"] == sum(part["count"] for part in answer["sources"])
        assert (answer["from"], answer["to"]) == (start.isoformat(), end.isoformat())
        return answer


def parts(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("received", "dispositions", "sources")}


async def copy(url: str, histories: list[History]) -> tuple[UUID, UUID, UUID]:
    """Put the histories into the database as its superuser; returns charity, manager and programme."""
    charity, manager, programme, person = (new_id() for _ in range(4))
    stamp = {"charity_id": charity, "created_at": BEGAN, "updated_at": BEGAN, "version": 1}
    tables: list[tuple[str, list[dict[str, Any]]]] = [
        (
            "organisation",
            [{**stamp, "id": charity, "kind": "CHARITY", "name": "Charity CCC", "code": "CCC", "active": True}],
        ),
        (
            "member",
            [
                {
                    **stamp,
                    "id": manager,
                    "organisation_id": charity,
                    "display_name": "Example manager",
                    "email": "manager@ccc.example",
                    "roles": ["manager"],
                    "standing": "ACTIVE",
                    "authority": 1,
                }
            ],
        ),
        (
            "programme",
            [
                {
                    **stamp,
                    "id": programme,
                    "name": "Programme CCC",
                    "establishments": [],
                    "minimum_length": "P3M",
                    "time_to_first_session": "P14D",
                    "warning_days": 28,
                    "intake": "open",
                }
            ],
        ),
        (
            "person",
            [{**stamp, "id": person, "given_name": "Testcase", "known_as": [], "movement": "UNKNOWN", "name_keys": []}],
        ),
        (
            "referral",
            [
                {
                    **stamp,
                    "id": one.id,
                    "source": one.source.value,
                    "received_on": one.received_on,
                    "needs": [],
                    "programme_id": programme,
                    "person_id": person,
                    "reference": f"CCC-{n:09}",
                    "received_at": one.changes[0][2],
                    "disposition": one.changes[-1][1].value,
                    "disposition_for_partner": one.changes[-1][1].value,
                    "version_for_partner": 1,
                    "disposition_since": one.changes[-1][2],
                    "submitted": "{}",
                }
                for n, one in enumerate(histories)
            ],
        ),
        ("disposition_change", change_rows(charity, manager, [(one, c) for one in histories for c in one.changes])),
    ]
    connection = await asyncpg.connect(url)
    for table, rows in tables:
        columns = list(rows[0])
        await connection.copy_records_to_table(
            table, records=[tuple(row[column] for column in columns) for row in rows], columns=columns
        )
    await connection.execute("analyze")
    await connection.close()
    return charity, manager, programme


def change_rows(charity: UUID, manager: UUID, changes: list[tuple[History, Change]]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "charity_id": charity,
            "referral_id": one.id,
            "sequence": sequence,
            "disposition": stood.value,
            "source": one.source.value,
            "step": Step.REOPEN.value,
            "effective_on": recorded.date(),
            "recorded_at": recorded,
            "recorded_by": manager,
        }
        for one, (sequence, stood, recorded) in changes
    ]


@pytest.fixture(scope="module")
def own_database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
async def book(own_database: str, settings: Settings) -> AsyncIterator[Book]:
    chance = random.Random("ten thousand referrals")
    histories = [walk(chance) for _ in range(HOW_MANY)]
    charity, manager, programme = await copy(own_database, histories)
    application = create_app(settings, database_url=own_database)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(application.router.lifespan_context(application))
        caller = Caller(application, Role.MANAGER, manager, charity, charity)
        yield Book(caller, programme, histories, own_database)


def questions(chance: random.Random, histories: list[History], how_many: int) -> list[tuple[date, date, datetime]]:
    """Random periods at random instants, and at the very instants at which something changed."""
    asked = []
    for _ in range(how_many):
        one = chance.choice(histories)
        start, end = sorted(BEGAN.date() + timedelta(days=chance.randrange(-60, 920)) for _ in range(2))
        change = chance.choice(one.changes)[2]
        as_of = chance.choice(
            [
                change,
                change - timedelta(microseconds=1),
                BEGAN + chance.random() * (ENDED - BEGAN),
                ENDED,
            ]
        )
        asked.append(chance.choice([(start, end, as_of), (one.received_on, one.received_on, as_of)]))
    return asked


async def test_the_ledger_is_what_one_would_count_by_hand(book: Book) -> None:
    chance = random.Random("questions")
    for start, end, as_of in questions(chance, book.histories, 40):
        answer = await book.ledger(start, end, as_of)
        assert parts(answer) == counted(book.histories, start, end, as_of)
        assert datetime.fromisoformat(answer["as_of"]) == as_of


async def test_at_any_instant_each_referral_known_by_then_stands_in_one_disposition(book: Book) -> None:
    entered = sorted(one.changes[0][2] for one in book.histories)
    for n in range(20):
        as_of = BEGAN + (ENDED - BEGAN) * n / 19
        answer = await book.ledger(date(2023, 1, 1), date(2026, 12, 31), as_of)
        assert answer["received"] == bisect.bisect_right(entered, as_of)
    assert answer["received"] == HOW_MANY
    assert all(part["count"] > 0 for part in answer["dispositions"])


async def test_periods_side_by_side_make_the_whole(book: Book) -> None:
    chance = random.Random("periods")
    for _ in range(5):
        days = sorted(chance.sample(range(1, 900), 6))
        edges = [date(2023, 11, 1), *(BEGAN.date() + timedelta(days=day) for day in days), date(2026, 12, 31)]
        periods = [(start, end - timedelta(days=1)) for start, end in pairwise(edges)]
        whole = await book.ledger(edges[0], periods[-1][1], ENDED)
        pieces = [await book.ledger(start, end, ENDED) for start, end in periods]
        assert sum(piece["received"] for piece in pieces) == whole["received"] == HOW_MANY
        for n in range(len(Disposition)):
            assert sum(p["dispositions"][n]["count"] for p in pieces) == whole["dispositions"][n]["count"]


async def test_a_later_correction_changes_only_later_ledgers(book: Book) -> None:
    chance = random.Random("corrections")
    asked = questions(chance, book.histories, 15)
    before = [await book.ledger(*question) for question in asked]

    corrected = chance.sample(book.histories, 500)
    recorded = datetime(2026, 7, 15, 12, tzinfo=UTC)
    rows = []
    for one in corrected:
        change = (one.changes[-1][0] + 1, Disposition.WITHDRAWN, recorded)
        rows.append((one, change))
        one.changes.append(change)
    connection = await asyncpg.connect(book.url)
    values = change_rows(book.manager.charity_id, book.manager.id, rows)
    await connection.copy_records_to_table(
        "disposition_change", records=[tuple(row.values()) for row in values], columns=list(values[0])
    )
    await connection.close()

    assert [await book.ledger(*question) for question in asked] == before
    period = (date(2023, 1, 1), date(2026, 12, 31))
    eve = await book.ledger(*period, recorded - timedelta(microseconds=1))
    after = await book.ledger(*period, recorded)
    assert parts(eve) == counted(book.histories, *period, ENDED)
    assert parts(after) == counted(book.histories, *period, recorded)
    assert after["received"] == eve["received"]
    assert after["dispositions"] != eve["dispositions"]


async def test_one_charitys_ledger_counts_nobody_elses(book: Book, world: World) -> None:
    period = {"from": "2024-01-01", "to": "2026-12-31"}
    for by in (world.b.manager, world.a.staff[Role.ANALYST], world.a.machine):
        answer = await by.get(f"/v1/programmes/{world.a.programme_id}/ledger", params=period)
        assert answer.status_code == (404 if by is world.b.manager else 403)


# Through the door


async def ledger_of(by: Caller, programme: str, **more: str) -> dict[str, Any]:
    return await read(
        by, f"/v1/programmes/{programme}/ledger", params={"from": "2026-10-01", "to": "2026-12-31", **more}
    )


async def test_finer_sources_count_under_the_one_that_they_report_as(world: World) -> None:
    programme = await new_programme(world.a)
    for source in Source:
        await world.a.push(programme_id=programme, source=source.value)
    answer = await ledger_of(world.a.manager, programme)
    expected = Counter(source.reports_as for source in Source)
    assert {part["source"]: part["count"] for part in answer["sources"]} == {
        s.value: expected[s] for s in REPORTED_SOURCES
    }
    assert len(answer["sources"]) == 7
    assert answer["received"] == len(Source)


async def test_all_ten_dispositions_are_named_also_those_with_none(world: World) -> None:
    answer = await ledger_of(world.a.manager, await new_programme(world.a))
    assert [part["disposition"] for part in answer["dispositions"]] == [d.value for d in Disposition]
    assert answer["received"] == 0


@pytest.mark.parametrize(
    ("params", "pointer", "code"),
    [
        ({"from": "2026-11-02", "to": "2026-11-01"}, "/query/to", "BEFORE_FROM"),
        ({"from": "1990-01-01", "to": "2026-11-01"}, "/query/to", "TOO_LONG"),
        ({"to": "2026-11-01"}, "/query/from", "MISSING"),
        ({"from": "2026-11-01", "to": "2026-11-01", "source": "self_wing"}, "/query/source", "EXTRA_FORBIDDEN"),
        ({"from": "2026-11-01", "to": "2026-11-01", "as_of": "2026-11-01T10:00:00"}, "/query/as_of", "VALUE_ERROR"),
    ],
)
async def test_no_figure_without_its_period(world: World, params: dict[str, str], pointer: str, code: str) -> None:
    answer = await world.a.manager.get(f"/v1/programmes/{world.a.programme_id}/ledger", params=params)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_nobody_knows_yet_how_it_will_stand(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    answer = await world.a.manager.get(
        f"/v1/programmes/{world.a.programme_id}/ledger",
        params={"from": "2026-11-01", "to": "2026-11-30", "as_of": soon},
    )
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/query/as_of", "IN_THE_FUTURE")]


async def test_what_is_entered_late_was_not_known_before(world: World) -> None:
    programme = await new_programme(world.a)
    before = await ledger_of(world.a.manager, programme)
    await world.a.push(programme_id=programme, received_on="2026-10-05")
    assert (await ledger_of(world.a.manager, programme))["received"] == 1
    assert (await ledger_of(world.a.manager, programme, as_of=before["as_of"])) == before


async def test_a_ledger_once_answered_is_answered_alike_for_ever_however_many_write_meanwhile(world: World) -> None:
    programme = await new_programme(world.a)
    chance = random.Random("writers")
    done = asyncio.Event()
    outcomes = list(FACTS.values())

    async def write(by: Caller) -> None:
        while not done.is_set():
            pushed = await world.a.push(programme_id=programme, custody=chance.choice(outcomes))
            for _ in range(chance.randrange(3)):
                step = chance.choice([Step.DECLINE, Step.WITHDRAW, Step.ALLOCATE, Step.REOPEN, Step.OVERRULE])
                answer = await take(by, pushed, step)
                assert answer.status_code in (200, 409, 412, 503), answer.text

    async def ask() -> list[dict[str, Any]]:
        answers = []
        while len(answers) < 20:
            answer = await world.a.manager.get(
                f"/v1/programmes/{programme}/ledger", params={"from": "2026-10-01", "to": "2026-12-31"}
            )
            if answer.status_code == 200:
                answers.append(answer.json())
        return answers

    async with asyncio.TaskGroup() as group:
        for by in (world.a.coordinator, world.a.manager, world.a.coordinator, world.a.manager):
            group.create_task(write(by))
        first, second = await asyncio.gather(ask(), ask())
        done.set()

    given = [*first, *second]
    assert len({answer["as_of"] for answer in given}) == 40
    assert len({answer["received"] for answer in given}) > 10
    for answer in given:
        assert (await ledger_of(world.a.manager, programme, as_of=answer["as_of"])) == answer
    # Time goes one way: who was received stays received.
    in_order = [answer["received"] for answer in sorted(given, key=lambda answer: answer["as_of"])]
    assert in_order == sorted(in_order)
    now = await ledger_of(world.a.manager, programme)
    found = await listed(world.a.manager, "/v1/referrals", programme_id=programme, limit=100, fields="disposition")
    assert {part["disposition"]: part["count"] for part in now["dispositions"] if part["count"]} == Counter(
        one["disposition"] for one in found
    )


async def test_a_programme_that_is_not_there_has_no_ledger(world: World) -> None:
    made_elsewhere = await made(world.b.manager, "/v1/programmes", {"name": "Example programme"})
    for programme in (made_elsewhere["id"], str(new_id())):
        answer = await world.a.manager.get(
            f"/v1/programmes/{programme}/ledger", params={"from": "2026-11-01", "to": "2026-11-30"}
        )
        assert answer.status_code == 404


async def test_a_corrected_source_changes_only_later_ledgers(world: World) -> None:
    charity = await build_charity(world.app, world.operator, "SRC")
    pushed = await charity.push(source="family")
    at = f"/v1/programmes/{charity.programme_id}/ledger?from=2026-11-01&to=2026-11-30"
    before = (await charity.manager.get(at)).json()
    address = f"/v1/referrals/{pushed['id']}"
    changed = await charity.coordinator.step(address, {"source": "chaplaincy"}, method="PATCH", of=address)
    assert changed.status_code == 200
    assert (await charity.manager.get(f"{at}&as_of={before['as_of']}")).json() == before
    counted = {row["source"]: row["count"] for row in (await charity.manager.get(at)).json()["sources"]}
    assert (counted["other_service"], counted["non_operational_staff"]) == (0, 1)
    history = (await charity.coordinator.get(f"{address}/history")).json()["items"]
    assert [(entry["step"], entry["disposition"]) for entry in history] == [
        ("judged_eligible", "waiting"),
        ("source_corrected", "waiting"),
    ]


async def test_the_scope_for_the_ledger_alone_is_enough_to_ask_for_it(world: World) -> None:
    script = replace(world.a.manager, scopes=frozenset({"ledger:read"}))
    at = f"/v1/programmes/{world.a.programme_id}/ledger?from=2026-11-01&to=2026-11-30"
    assert (await script.get(at)).status_code == 200
    assert (await script.get(at.replace(world.a.programme_id, str(new_id())))).status_code == 404
