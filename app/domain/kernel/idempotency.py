"""A retry is not a second deed: the answer is stored with its effect, in one transaction, under the caller's key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from app.domain.kernel.rows import Identified, Tenanted, instant_field


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
    lock = func.hashtextextended(f"idempotency|{actor.subject_id}|{key}", 0)
    held = await session.exec(select(func.pg_try_advisory_xact_lock(lock)))
    if not held.one():
        raise IdempotencyKeyInUse(headers={"Retry-After": "1"})
    statement = select(IdempotencyRecord).where(
        IdempotencyRecord.subject_id == actor.subject_id, IdempotencyRecord.key == key
    )
    record = (await session.exec(statement)).one_or_none()
    if record is None:
        return None
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return Answer(record.status, record.body, record.etag, record.location)


def keep_answer(
    session: AsyncSession, *, actor: Actor, key: str, fingerprint: str, answer: Answer, now: datetime
) -> None:
    """Store the answer beside its effect; both become real with the same commit."""
    session.add(
        IdempotencyRecord(
            charity_id=actor.charity_id,
            subject_id=actor.subject_id,
            key=key,
            fingerprint=fingerprint,
            status=answer.status,
            body=answer.body,
            etag=answer.etag,
            location=answer.location,
            created_at=now,
        )
    )
