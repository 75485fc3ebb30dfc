"""A retry is not a second deed: the answer is stored with its effect, in one transaction, under the caller's key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from app.domain.kernel.rows import Identified, Tenanted, instant_field, new_id
from app.domain.kernel.statements import fetch

_HOLD = "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held"
_EARLIER = "select fingerprint, status, body, etag, location from idempotency_record where subject_id = $1 and key = $2"
_KEEP = """
insert into idempotency_record
  (id, charity_id, subject_id, key, fingerprint, status, body, etag, location, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


class IdempotencyRecord(Identified, Tenanted, table=True):
    """One answered request. Kept for 48 hours; failed requests are not kept, as they did nothing."""

    __tablename__ = "idempotency_record"
    __table_args__ = (UniqueConstraint("subject_id", "key", name="idempotency_record_key"),)
    subject_id: UUID
    key: str
    fingerprint: str
    status: int
    body: str
    etag: str | None = None
    location: str | None = None
    created_at: datetime = instant_field()


@dataclass(frozen=True)
class Answer:
    """What was answered: replayed byte for byte."""

    status: int
    body: str
    etag: str | None
    location: str | None


def fingerprint(*parts: bytes) -> str:
    """SHA-256 over method, address and body: what makes two requests the same request."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


async def earlier_answer(session: AsyncSession, *, actor: Actor, key: str, fingerprint: str) -> Answer | None:
    """The stored answer of this key, if it was used before.

    Two at once are safe: a transaction-long advisory lock lets one in; the others are told to come back
    (`IdempotencyKeyInUse`, 409) instead of queueing on a connection each. Raises `IdempotencyKeyReused` (422) when the
    key belongs to another request.
    """
    [held] = await fetch(session, _HOLD, f"idempotency|{actor.subject_id}|{key}")
    if not held["held"]:
        raise IdempotencyKeyInUse(headers={"Retry-After": "1"})
    # A statement of its own: it must see what was committed before the lock was ours.
    found = await fetch(session, _EARLIER, actor.subject_id, key)
    if not found:
        return None
    [record] = found
    if record["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused()
    return Answer(record["status"], record["body"], record["etag"], record["location"])


async def keep_answer(
    session: AsyncSession, *, actor: Actor, key: str, fingerprint: str, answer: Answer, now: datetime
) -> None:
    """Store the answer beside its effect; both become real with the same commit."""
    kept = (answer.status, answer.body, answer.etag, answer.location)
    await fetch(session, _KEEP, new_id(), actor.charity_id, actor.subject_id, key, fingerprint, *kept, now)
