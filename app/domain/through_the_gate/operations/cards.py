"""A card issued and revoked. Its code is entered without a token: see `throughgate.enter_code` in the database."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.people.models import Person
from app.domain.through_the_gate.errors import CardNotOpen, GateStepNotOpen
from app.domain.through_the_gate.models import GateSupport, IssueCard, ReconnectCard

_LONGEST = timedelta(days=731)


async def issue_card(
    session: AsyncSession, *, actor: Actor, command: IssueCard, digest: bytes, now: datetime
) -> ReconnectCard:
    """A new card; the one before no longer works. The person is locked, so that of two at once one is left. Raises
    `GateStepNotOpen` (409), `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    try:
        support = await load(session, GateSupport, command.support_id, actor=actor)
    except NotFound:
        raise invalid("/support_id", "UNKNOWN_SUPPORT", "There is none of that id: see /v1/gate-support.") from None
    await load(session, Person, support.person_id, actor=actor, lock=True)
    await session.refresh(support)
    if support.accepted_on is None or support.declined_on is not None:
        raise GateStepNotOpen("ACCEPT is not on record: he has not said that he wants it.")
    if support.ended_on is not None:
        raise GateStepNotOpen("It has ended: REOPEN comes first.")
    today = civil_date(now)
    if not today < command.expires_on <= today + _LONGEST:
        last = (today + _LONGEST).isoformat()
        raise invalid("/expires_on", "OUT_OF_RANGE", f"Give a day after {today.isoformat()} and until {last}.")
    await revoke_open(session, actor=actor, support_id=support.id, now=now)
    row = ReconnectCard(
        charity_id=actor.charity_id,
        support_id=support.id,
        digest=digest,
        way_of_contact=command.way_of_contact,
        expires_on=command.expires_on,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "reconnect_card.issued", row.id, ["way_of_contact", "expires_on"])
    await events.tell(session, actor, "reconnect_card.issued", row, now)
    return row


async def revoke_card(
    session: AsyncSession, *, actor: Actor, card_id: UUID, version: int | None, now: datetime
) -> ReconnectCard:
    """It was lost, or somebody else has it. Raises `CardNotOpen` (409)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    row = await load_version(session, ReconnectCard, card_id, actor=actor, version=version)
    if row.used_at is not None or row.revoked_at is not None:
        raise CardNotOpen("It was used." if row.used_at is not None else "It was revoked.")
    await _revoked(session, actor, row, now)
    return row


async def revoke_open(session: AsyncSession, *, actor: Actor, support_id: UUID, now: datetime) -> None:
    """The card that works, if there is one, works no longer."""
    found = await session.exec(
        select(ReconnectCard.id).where(
            ReconnectCard.support_id == support_id,
            col(ReconnectCard.used_at).is_(None),
            col(ReconnectCard.revoked_at).is_(None),
        )
    )
    if (card_id := found.one_or_none()) is not None:
        row = await load(session, ReconnectCard, card_id, actor=actor, lock=True)
        if row.used_at is None and row.revoked_at is None:  # else somebody was faster
            await _revoked(session, actor, row, now)


async def _revoked(session: AsyncSession, actor: Actor, row: ReconnectCard, now: datetime) -> None:
    row.revoked_at = now
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "reconnect_card.revoked", row.id, ["revoked_at"])
    await events.tell(session, actor, "reconnect_card.revoked", row, now)
