"""One authenticated request, whichever door it came through: who asks, how to read, how to write exactly once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.keys import KeyRing
from app.auth.tokens import VerifiedTokens
from app.database import Database, Reader, constraint
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import AlreadyExists, IdempotencyKeyInUse, PartnerReferenceTaken, Unavailable
from app.domain.kernel.idempotency import Answer, earlier_answer, keep_answer
from app.domain.kernel.reading.cursors import Cursors
from app.settings import Settings

CLOCK_FILE = "clock-days-ahead"

Answering = Callable[[AsyncSession, Reader], Awaitable[Answer]]


@dataclass
class Services:
    """Made once by `create_app`, kept on `app.state.services`."""

    settings: Settings
    database: Database
    ring: KeyRing
    tokens: VerifiedTokens
    cursors: Cursors
    clock: Callable[[], datetime]
    judge_document: Callable[[str], None]
    """What the GraphQL door would not answer is not registered with it, whichever door registers it."""


def now_utc() -> datetime:
    return datetime.now(UTC)


def may_move_the_clock(settings: Settings) -> bool:
    """Only where a demo charity is to try things on: nobody's real dates ever follow a clock that somebody moved."""
    return settings.environment != "production" and (settings.data_dir / "demo-credentials.json").exists()


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The service's clock; where it may be moved, as many days ahead as `throughgate clock` has said, from the next call on."""
    moved_by = settings.data_dir / CLOCK_FILE

    def clock() -> datetime:
        try:
            days = int(moved_by.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return now_utc()
        return now_utc() + timedelta(days=days) if may_move_the_clock(settings) else now_utc()

    return clock


class Visit:
    """One request of one actor."""

    def __init__(self, services: Services, actor: Actor, request_id: str) -> None:
        self.actor = actor
        self.now = services.clock()
        self.request_id = request_id
        self.judge_document = services.judge_document
        self._issuer = services.settings.issuer
        self._database = services.database
        self.reader = Reader(services.database, services.cursors, actor, request_id=request_id)

    def calendar_address(self, secret: str) -> str:
        """Where a calendar program asks for the feed with this secret."""
        return f"{self._issuer}/calendar/v1/{secret}.ics"

    @asynccontextmanager
    async def write(self, *, keep: bool = True) -> AsyncIterator[AsyncSession]:
        """One write transaction, committed before anything is answered; unique indexes answer as conflicts."""
        try:
            async with self._database.write(self.actor, request_id=self.request_id, keep=keep) as session:
                yield session
        except (IntegrityError, asyncpg.IntegrityConstraintViolationError) as error:
            raise _conflict(constraint(error)) from None

    async def once(
        self, answering: Answering, *, key: str | None, fingerprint: Callable[[], str], keep: bool = True
    ) -> tuple[Answer, bool]:
        """Do something and answer, once per idempotency key: the answer, and whether it is an earlier one repeated.

        The answer is stored in the transaction of its effect. `keep=False` (a dry run) does the same work and keeps
        nothing, the key included.
        """
        key = key.strip('"') if key else None  # a structured-field string; without its quotes it is the same key
        async with self.write(keep=keep) as session:
            if key is None or not keep:
                return await answering(session, self.reader.within(session, last=True)), False
            print_of_request = fingerprint()
            earlier = await earlier_answer(session, actor=self.actor, key=key, fingerprint=print_of_request)
            if earlier is not None:
                return earlier, True
            answer = await answering(session, self.reader.within(session))
            await keep_answer(
                session, actor=self.actor, key=key, fingerprint=print_of_request, answer=answer, now=self.now
            )
        return answer, False


def _conflict(name: str | None) -> Exception:
    if name == "referral_partner_reference":
        return PartnerReferenceTaken()
    if name == "idempotency_record_key":
        return IdempotencyKeyInUse(headers={"Retry-After": "1"})
    if name in ("member_email", "organisation_code", "mentor_member", "feedback_supersedes"):
        return AlreadyExists()
    # Any other index guards something that two requests made at the same instant: the second may simply try again.
    return Unavailable(headers={"Retry-After": "1"})
