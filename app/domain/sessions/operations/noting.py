"""A note written about a session, or put in the place of another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import begun_engagement
from app.domain.people.models import Person
from app.domain.people.names import name_keys
from app.domain.sessions.errors import NoteReplaced
from app.domain.sessions.models import MentoringSession, SessionNote, SessionNoteKnownName, WriteNote
from app.domain.sessions.rules import looked_at, named

_MOST_NAMES = 500
_MOST_TOLD = 5


async def write_note(session: AsyncSession, *, actor: Actor, command: WriteNote, now: datetime) -> SessionNote:
    """Keep a note as it was sent, with what its writer should look at again. Raises `NoteReplaced` (409) when another took the
    other's place first: the engagement is locked, so of two at once the second sees it. `ValidationFailed` (422)."""
    require(actor, Permission.NOTES_WRITE)
    engagement = await begun_engagement(session, actor=actor, engagement_id=command.engagement_id)
    if command.session_id is not None:
        await _check_session(session, engagement, command.session_id)
    if command.replaces_id is not None:
        await _check_replaced(session, actor, engagement, command.replaces_id)
    own = await _own_names(session, engagement.person_id)
    warnings = looked_at(command.words, own_names=own)
    row = SessionNote(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        session_id=command.session_id,
        words=command.words,
        warnings=[warning.model_dump(mode="json") for warning in warnings],
        replaces_id=command.replaces_id,
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    if actor.may(Permission.PEOPLE_READ) and actor.role is not Role.MENTOR:
        await audit.record(session, "person.searched", None)
        await _keep_known_names(session, row)
    await audit.record(session, "session_note.written", row.id, command.model_fields_set)
    await events.once(session, actor, "session_note.written", row.id, now)
    return row


async def _check_session(session: AsyncSession, engagement: Engagement, session_id: UUID) -> None:
    found = await session.exec(
        select(MentoringSession.id).where(
            MentoringSession.id == session_id, MentoringSession.engagement_id == engagement.id
        )
    )
    if found.first() is None:
        raise invalid(
            "/session_id", "UNKNOWN_SESSION", "There is no such session of this engagement: see /v1/sessions."
        )


async def _check_replaced(session: AsyncSession, actor: Actor, engagement: Engagement, note_id: UUID) -> None:
    found = await session.exec(
        select(SessionNote.created_by).where(SessionNote.id == note_id, SessionNote.engagement_id == engagement.id)
    )
    author = found.first()
    if author is None:
        raise invalid(
            "/replaces_id", "UNKNOWN_NOTE", "There is no such note of this engagement: see /v1/session-notes."
        )
    if actor.role is Role.MENTOR and author != actor.subject_id:
        raise invalid(
            "/replaces_id", "NOT_YOURS", "You replace what you wrote yourself; ask the coordinator to replace it."
        )
    taken = await session.exec(select(SessionNote.id).where(SessionNote.replaces_id == note_id))
    if (by := taken.first()) is not None:
        raise NoteReplaced(links={"replaced_by": f"/v1/session-notes/{by}"})


async def _own_names(session: AsyncSession, person_id: UUID) -> list[str]:
    person = await session.exec(
        select(Person.given_name, Person.family_name, Person.known_as).where(Person.id == person_id)
    )
    given, family, called = person.one()
    return [name for name in (given, family, *called) if name]


async def _keep_known_names(session: AsyncSession, note: SessionNote) -> None:
    """Names of others who are known here, for whoever may search for people. They stand apart from the note: a mentor who reads
    it must not learn by it who else is in the service."""
    found = named(note.words, await _known_names(session, note))[:_MOST_TOLD]
    if found:
        warnings = [warning.model_dump(mode="json") for warning in found]
        session.add(SessionNoteKnownName(charity_id=note.charity_id, note_id=note.id, found=warnings))
        await session.flush()


async def _known_names(session: AsyncSession, note: SessionNote) -> Sequence[str]:
    """By both names, or by what somebody is called."""
    keys: ColumnElement[Any] = col(Person.name_keys)  # type: ignore[assignment]
    found = await session.exec(
        select(Person.given_name, Person.family_name, Person.known_as)
        .where(
            Person.charity_id == note.charity_id,
            Person.id != note.person_id,
            keys.overlap(name_keys(*note.words.split())),
        )
        .order_by(col(Person.id).desc())
        .limit(_MOST_NAMES)
    )
    return [name for given, family, called in found.all() for name in _ways_to_name(given, family, called)]


def _ways_to_name(given: str | None, family: str | None, called: Sequence[str]) -> list[str]:
    """By given and family name, or by what somebody is called; a given name alone is many people's."""
    firsts = [name for name in (given, *called) if name]
    both = [f"{first} {family}" for first in firsts if family]
    return both + [name for name in called if len(name) > 2]
