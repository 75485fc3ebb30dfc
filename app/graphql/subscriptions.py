"""Subscriptions: a query that stays open. The present state first, and again whenever something happened that it may show
differently, if it does.

An event only says that it is time to look. What goes out is what the query's own plan reads, as the same actor: so each
time `throughgate.enter` refuses a token whose holder has lost his rights, row security holds, and an audited reading
leaves its entry.
"""

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.auth.tokens import VerifiedToken
from app.database import Feed
from app.domain.kernel.errors import DomainError, TooManySubscriptions, Unauthenticated, Unavailable
from app.domain.kernel.reading.plans import entered
from app.domain.kernel.rows import civil_date
from app.graphql.asked import Asked
from app.graphql.errors import error_entry
from app.graphql.execution import Execution
from app.graphql.roots import live_roots
from app.graphql.sse import COMPLETE, HEARTBEAT, EventStream, next_event
from app.visits import Services, Visit

MOST_OF_ONE, MOST = 20, 500
HEARTBEAT_SECONDS = 12.0  # proxies give up a line on which nothing comes for 15 to 60
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Subscribed:
    """Who subscribed to what. The token is checked again before each reading: it ends, and its key may be revoked."""

    services: Services
    token: str
    request_id: str
    asked: Asked

    def verified(self) -> VerifiedToken:
        """Raises `Unauthenticated`."""
        return self.services.tokens.check(self.token, now=self.services.clock())

    def visit(self) -> Visit:
        return Visit(self.services, self.verified().actor, self.request_id)

    def seconds_left(self) -> float:
        """Until the token ends; 0 when it has, or is not good any more."""
        try:
            return (self.verified().claims.expires_at - self.services.clock()).total_seconds()
        except DomainError:
            return 0

    def today(self) -> date:
        return civil_date(self.services.clock())

    @property
    def waits_for(self) -> tuple[str, ...]:
        """How the types of the events begin that concern it."""
        [wanted] = self.asked.members  # validation has seen to it that there is one
        return live_roots()[wanted.name].live


@dataclass(frozen=True)
class Result:
    """What was read once, as it goes out."""

    body: bytes
    errors: list[dict[str, Any]]

    @property
    def final(self) -> bool:
        """Refused as a whole: neither the token's rights nor the arguments will change while it is open."""
        return any(len(one["path"]) < 2 and one["extensions"]["status"] < 500 for one in self.errors)

    @property
    def passing(self) -> bool:
        """Something failed that may work again in a moment, without an event that says so."""
        return any(one["extensions"]["status"] >= 500 for one in self.errors)


class Beats:
    """When the signs of life of one stream are due: every so many seconds from its beginning, whatever happens between.
    Counted from the last look they would tell an agency when something happened that it may not see."""

    def __init__(self) -> None:
        self._next = _now() + HEARTBEAT_SECONDS

    def seconds_left(self) -> float:
        return max(0.0, self._next - _now())

    def due(self) -> bool:
        return _now() >= self._next

    def given(self) -> None:
        while self.due():
            self._next += HEARTBEAT_SECONDS


def _now() -> float:
    return asyncio.get_running_loop().time()


class Subscriptions:
    """All that are open in this process. `at_once`: how many of them may read at the same time, so that one event does
    not take every connection from those who ask."""

    def __init__(self, feed: Feed, *, at_once: int) -> None:
        self._feed = feed
        self._turns = asyncio.Semaphore(at_once)
        self._open: Counter[UUID] = Counter()
        self._woken: set[asyncio.Event] = set()
        self._ending = False

    def __len__(self) -> int:
        return self._open.total()

    def end(self) -> None:
        """Let each stream come to its end now: the service stops."""
        self._ending = True
        for woken in self._woken:
            woken.set()

    async def stream(self, subscribed: Subscribed) -> EventStream:
        """The answer. What keeps it from beginning is raised: `Unauthenticated`, `TooManySubscriptions`, `Unavailable`."""
        events = self._events(subscribed)
        return EventStream(await anext(events), events)

    async def _events(self, subscribed: Subscribed) -> AsyncGenerator[bytes, None]:
        actor = subscribed.verified().actor
        following = self._feed.follow(charity_id=actor.charity_id, types=subscribed.waits_for)
        with self._place(actor.subject_id):
            async with following as woken:
                with self._ends(woken):
                    last, failures, beats = b"", 0, Beats()
                    while not self._ending:
                        woken.clear()  # before looking: what happens meanwhile wakes again
                        day = subscribed.today()
                        result = await self._read(subscribed, first=not last)
                        digest = hashlib.sha256(result.body).digest()
                        if digest != last:
                            last = digest
                            yield next_event(result.body)
                        if result.final:
                            break
                        failures = failures + 1 if result.passing else 0
                        while not self._ending and await self._quiet(subscribed, woken, day, failures, beats):
                            yield HEARTBEAT
                    yield COMPLETE

    async def _read(self, subscribed: Subscribed, *, first: bool) -> Result:
        try:
            async with self._turns:
                execution = Execution(subscribed.asked, subscribed.visit())
                return Result(await execution.answer(), execution.errors)
        except DomainError as error:
            if first:  # nothing is answered yet: HTTP has a status for it
                raise
            entry = error_entry(error, [], subscribed.request_id)
            return Result(orjson.dumps({"errors": [entry]}), [entry])

    async def _quiet(
        self, subscribed: Subscribed, woken: asyncio.Event, day: date, failures: int, beats: "Beats"
    ) -> bool:
        """Waits until it is time for a sign of life. False when it is time to look again: something happened, the token or
        its holder's rights have ended, another day has begun (which moves the days that are left), or what failed may work
        again."""
        seconds = beats.seconds_left()
        if failures:
            seconds = min(seconds, RETRY_SECONDS * 2 ** min(failures - 1, 9))
        left = subscribed.seconds_left()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, left)):
                await woken.wait()
        if left <= seconds or subscribed.today() != day:
            return False
        if not beats.due() or failures:  # woken, or time to try again
            return False
        try:
            async with self._turns:
                await subscribed.visit().reader.rows(entered(), {})
        except Unauthenticated:
            return False
        except DomainError:  # not now: looking will tell, when there is something to look at
            pass
        beats.given()
        return True

    @contextlib.contextmanager
    def _place(self, subject: UUID) -> Iterator[None]:
        if self._ending:
            raise Unavailable(headers={"Retry-After": "1"})
        if self._open[subject] >= MOST_OF_ONE:
            raise TooManySubscriptions(f"You have {MOST_OF_ONE} open.", headers={"Retry-After": "5"})
        if len(self) >= MOST:
            raise TooManySubscriptions(f"All together have {MOST} open.", headers={"Retry-After": "5"})
        self._open[subject] += 1
        try:
            yield
        finally:
            self._open[subject] -= 1
            if not self._open[subject]:
                del self._open[subject]

    @contextlib.contextmanager
    def _ends(self, woken: asyncio.Event) -> Iterator[None]:
        self._woken.add(woken)
        try:
            yield
        finally:
            self._woken.discard(woken)
