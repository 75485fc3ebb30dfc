"""The pool's line: whoever waits is served or told, and there are never more links than were allowed."""

import asyncio
import random

import pytest

from app.database.connections import Pool


class _Link:
    def __init__(self, pool: "_Counted") -> None:
        self._pool = pool
        self._closed = False
        pool.open += 1
        pool.most = max(pool.most, pool.open)

    def is_closed(self) -> bool:
        return self._closed

    def terminate(self) -> None:
        if not self._closed:
            self._closed = True
            self._pool.open -= 1

    async def close(self) -> None:
        self.terminate()


class _Counted(Pool[_Link]):
    def __init__(self, size: int) -> None:
        self.open = self.most = 0
        super().__init__(self._made, size)

    async def _made(self, _: str) -> _Link:
        await asyncio.sleep(0)
        return _Link(self)


async def test_a_promise_to_somebody_who_has_left_goes_to_the_next() -> None:
    pool = _Counted(1)
    _, link = await pool.take("r")
    first, second = asyncio.create_task(pool.take("r")), asyncio.create_task(pool.take("r"))
    await asyncio.sleep(0)
    pool.discard(link)
    first.cancel()
    _, mine = await asyncio.wait_for(second, timeout=1)
    pool.give_back("r", mine)
    assert pool.busy == 0


@pytest.mark.parametrize("seed", range(20))
async def test_there_are_never_more_links_than_allowed_and_nobody_is_forgotten(seed: int) -> None:
    pool, dice = _Counted(3), random.Random(seed)
    done = 0

    async def use() -> None:
        nonlocal done
        role, link = await pool.take(dice.choice("ab"))
        try:
            await asyncio.sleep(dice.choice((0, 0, 0.001)))
        except asyncio.CancelledError:
            pool.discard(link)
            raise
        if dice.random() < 0.2:
            pool.discard(link)
        else:
            pool.give_back(role, link)
        done += 1

    users = [asyncio.create_task(use()) for _ in range(200)]
    for user in dice.sample(users, 60):
        await asyncio.sleep(0)
        user.cancel()
    results = await asyncio.wait_for(asyncio.gather(*users, return_exceptions=True), timeout=5)
    assert sum(result is None for result in results) == done
    assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
    assert pool.most <= 3
    assert pool.busy == 0
