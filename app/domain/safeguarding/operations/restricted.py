"""How an ACCT stands, and notes for coordinators and the safeguarding lead alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.safeguarding.errors import RestrictedNoteReplaced
from app.domain.safeguarding.models import AcctState, RecordAcct, RestrictedNote, WriteRestrictedNote
from app.domain.safeguarding.operations.recording import check_person


async def record_acct(session: AsyncSession, *, actor: Actor, command: RecordAcct, now: datetime) -> AcctState:
    """How somebody's ACCT stands, with the day on which that was known. What was recorded before stays."""
    require(actor, Permission.ACCT_WRITE)
    if command.as_of > civil_date(now):
        raise invalid("/as_of", "IN_THE_FUTURE", "Give a day that has been.")
    if command.next_review_on is not None and command.next_review_on < command.as_of:
        raise invalid("/next_review_on", "OUT_OF_RANGE", "Give a day from as_of on, or leave it out.")
    await check_person(session, actor, command.person_id)
    row = AcctState(**command.model_dump(), charity_id=actor.charity_id, created_at=now, created_by=actor.subject_id)
    session.add(row)
    await session.flush()
    await audit.record(session, "acct_state.recorded", row.id, command.model_fields_set)
    await events.once(session, actor, "acct_state.recorded", row.id, now)
    return row


async def write_restricted_note(
    session: AsyncSession, *, actor: Actor, command: WriteRestrictedNote, now: datetime
) -> RestrictedNote:
    """Keep a note, or put it in another's place, once. Raises `RestrictedNoteReplaced` (409), `ValidationFailed` (422)."""
    require(actor, Permission.RESTRICTED_NOTES_WRITE)
    await check_person(session, actor, command.person_id)
    if command.replaces_id is not None:
        await _check_replaced(session, actor, command.person_id, command.replaces_id)
    row = RestrictedNote(
        **command.model_dump(), charity_id=actor.charity_id, created_at=now, created_by=actor.subject_id
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "restricted_note.written", row.id, command.model_fields_set)
    await events.once(session, actor, "restricted_note.written", row.id, now)
    return row


async def _check_replaced(session: AsyncSession, actor: Actor, person_id: UUID, note_id: UUID) -> None:
    found = await session.exec(
        select(RestrictedNote.id).where(
            RestrictedNote.id == note_id,
            RestrictedNote.person_id == person_id,
            RestrictedNote.charity_id == actor.charity_id,
        )
    )
    if found.first() is None:
        raise invalid(
            "/replaces_id", "UNKNOWN_NOTE", "There is no such note about this person: see /v1/restricted-notes."
        )
    # Rows that nobody may change cannot be locked either: of two at once the second waits here, and then sees the first one's.
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(str(note_id), 0))))
    taken = await session.exec(select(RestrictedNote.id).where(RestrictedNote.replaces_id == note_id))
    if (by := taken.first()) is not None:
        raise RestrictedNoteReplaced(links={"replaced_by": f"/v1/restricted-notes/{by}"})
