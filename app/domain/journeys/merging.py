"""Two records of one person become one, with everything that hangs on them, in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys.new_facts import judge_again
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import FieldError, NotFound, invalid
from app.domain.matching.models import Engagement, EngagementState
from app.domain.people.errors import RecordsCannotMerge
from app.domain.people.models import MergePerson, Person, PersonMerge
from app.domain.people.operations import merge_records
from app.domain.referrals.models import Disposition, Referral
from app.domain.through_the_gate.models import Death, TemporaryAbsence
from app.domain.through_the_gate.operations import reunite

_OPEN = sorted(one for one in Disposition if one.open)
_OVER = sorted(one for one in EngagementState if one.over)


async def merge_people(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: MergePerson, now: datetime
) -> PersonMerge:
    """Everything of the duplicate goes over. Both are locked in the order of their ids, so that of two merges at once, also of the
    opposite ones, the second sees the first. Raises `RecordsCannotMerge` (409), `RecordMerged` (409), `ValidationFailed` (422)."""
    require(actor, Permission.PEOPLE_WRITE)
    await load(session, Person, person_id, actor=actor)
    if command.duplicate_id == person_id:
        raise invalid("/duplicate_id", "SAME_RECORD", "Give another record than the one that stays.")
    locked = {}
    for one in sorted((person_id, command.duplicate_id)):
        try:
            locked[one] = await load(session, Person, one, actor=actor, lock=True)
        except NotFound:
            raise invalid("/duplicate_id", "UNKNOWN_PERSON", "There is no such person in this charity.") from None
    await _check_settled(session, person_id, command.duplicate_id)
    row = await merge_records(
        session,
        actor=actor,
        person=locked[person_id],
        duplicate=locked[command.duplicate_id],
        command=command,
        now=now,
    )
    session.expire_all()  # rows that this session knows have gone over beneath it
    await session.refresh(row)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    await reunite(session, actor=actor, person=person, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)
    return row


async def _check_settled(session: AsyncSession, person_id: UUID, duplicate_id: UUID) -> None:
    """Of some things a person has one at a time, and which of two it is only a person can say."""
    errors = []
    for told, code, cure in (
        (
            await _both(
                session,
                person_id,
                duplicate_id,
                select(col(Referral.person_id), col(Referral.programme_id)).where(
                    col(Referral.disposition).in_([*_OPEN, Disposition.ALLOCATED])
                ),
            ),
            "BOTH_REFERRED",
            "Both have an open referral to one programme: merge the referrals first.",
        ),
        (
            await _both(
                session,
                person_id,
                duplicate_id,
                select(col(Engagement.person_id), col(Engagement.programme_id)).where(
                    col(Engagement.state).not_in(_OVER)
                ),
            ),
            "BOTH_MENTORED",
            "Both have a relationship that goes on in one programme: end one of them first.",
        ),
        (
            await _both(
                session,
                person_id,
                duplicate_id,
                select(col(TemporaryAbsence.person_id), col(TemporaryAbsence.withdrawn_at)).where(
                    col(TemporaryAbsence.ended_on).is_(None), col(TemporaryAbsence.withdrawn_at).is_(None)
                ),
            ),
            "BOTH_OUT",
            "Both are on record as out: say when one came back, or withdraw it.",
        ),
        (
            await _both(
                session,
                person_id,
                duplicate_id,
                select(col(Death.person_id), col(Death.withdrawn_at)).where(col(Death.withdrawn_at).is_(None)),
            ),
            "BOTH_DIED",
            "Both are on record as having died: withdraw one of the two.",
        ),
    ):
        if told:
            errors.append(FieldError("/duplicate_id", code, cure))
    if errors:
        raise RecordsCannotMerge("; ".join(one.detail for one in errors), errors=errors)


async def _both(session: AsyncSession, person_id: UUID, duplicate_id: UUID, statement: Any) -> bool:
    """Whether each of them has a row of the same kind: the statement gives whose it is, and of which kind."""
    whose_column = statement.selected_columns[0]
    rows = await session.exec(statement.where(whose_column.in_([person_id, duplicate_id])))
    kinds: dict[UUID, set[Any]] = {person_id: set(), duplicate_id: set()}
    for whose, kind in rows.all():
        kinds[whose].add(kind)
    return bool(kinds[person_id] & kinds[duplicate_id])
