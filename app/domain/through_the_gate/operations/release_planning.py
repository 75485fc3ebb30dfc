"""The plan of a release: opened, changed, its items answered, begun anew. Whoever does any of it locks the person first, as whoever
records a move does, so that the day of the release is always that of all that is recorded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.facts import CustodyFacts as JudgedCustody
from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load, load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import GOING_ON
from app.domain.people.models import CustodyFacts, Person
from app.domain.through_the_gate.errors import ReleasePlanThere
from app.domain.through_the_gate.models import (
    PLAN_DAYS,
    AddPlanItem,
    AnswerPlanItem,
    ChangeReleasePlan,
    ItemState,
    OpenReleasePlan,
    PlanStep,
    ReleasePlan,
    ReleasePlanEntry,
    ReleasePlanFields,
    ReleasePlanItem,
    StartPlanAgain,
)
from app.domain.through_the_gate.operations.spells import course_of, placements_of
from app.domain.through_the_gate.release import USUAL_ITEMS, handover, planned_release
from app.domain.through_the_gate.rules import Course
from app.domain.through_the_gate.window import window

_TOLD = tuple(ReleasePlanFields.model_fields)
_DERIVED = ("release_on", "release_basis", "handover_due_on", "handover_basis")
S = PlanStep


async def open_release_plan(
    session: AsyncSession, *, actor: Actor, command: OpenReleasePlan, now: datetime
) -> ReleasePlan:
    """Begin to plan. Raises `ReleasePlanThere` (409), `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    try:
        engagement = await load(session, Engagement, command.engagement_id, actor=actor)
    except NotFound:
        raise invalid(
            "/engagement_id", "UNKNOWN_ENGAGEMENT", "There is no such engagement: see /v1/engagements."
        ) from None
    if engagement.state not in GOING_ON:
        raise invalid("/engagement_id", "NOT_GOING_ON", f"The engagement is {engagement.state}.")
    person = await load(session, Person, engagement.person_id, actor=actor, lock=True)
    there = await session.exec(select(ReleasePlan.id).where(ReleasePlan.engagement_id == engagement.id))
    if (other := there.one_or_none()) is not None:
        raise ReleasePlanThere(links={"release_plan": f"/v1/release-plans/{other}"})
    told = command.model_dump(include=set(_TOLD))
    _check(told, person, now)
    row = ReleasePlan(
        **told,
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=person.id,
        programme_id=engagement.programme_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    await _work_out(session, row, course_of(await placements_of(session, person.id)))
    session.add(row)
    await session.flush()
    if command.usual_items:
        session.add_all(
            ReleasePlanItem(charity_id=row.charity_id, plan_id=row.id, nth=nth, day=day, pathway=pathway, what=what)
            for nth, (day, pathway, what) in enumerate(USUAL_ITEMS, 1)
        )
    return await _kept(session, actor, row, S.OPEN, now)


async def change_release_plan(
    session: AsyncSession,
    *,
    actor: Actor,
    plan_id: UUID,
    command: ChangeReleasePlan,
    version: int | None,
    now: datetime,
) -> ReleasePlan:
    """What is known anew. Raises `ValidationFailed` (422)."""
    row, person = await _to_change(session, actor, plan_id, version)
    changes = command.model_dump(exclude_unset=True, exclude={"words"})
    if "accommodation_plan" in changes and changes["accommodation_plan"] is None:
        raise invalid("/accommodation_plan", "REQUIRED", "This cannot be empty: leave it out to keep it.")
    _check(changes, person, now)
    if not apply(row, changes, now=now):
        return row
    await _work_out(session, row, course_of(await placements_of(session, person.id)))
    return await _kept(session, actor, row, S.CHANGE, now, words=command.words)


async def add_plan_item(
    session: AsyncSession, *, actor: Actor, plan_id: UUID, command: AddPlanItem, version: int | None, now: datetime
) -> ReleasePlan:
    """One more thing that has to be there. Raises `ValidationFailed` (422)."""
    row, _ = await _to_change(session, actor, plan_id, version)
    if command.day not in PLAN_DAYS:
        raise invalid("/day", "ONE_OF", "Give 0, 1, 3, 7 or 28.")
    last = await session.exec(
        select(func.coalesce(func.max(ReleasePlanItem.nth), 0)).where(ReleasePlanItem.plan_id == row.id)
    )
    item = ReleasePlanItem(**command.model_dump(), charity_id=row.charity_id, plan_id=row.id, nth=last.one() + 1)
    session.add(item)
    touch(row, now=now)
    return await _kept(session, actor, row, S.ADD_ITEM, now, item=item)


async def answer_plan_item(
    session: AsyncSession, *, actor: Actor, plan_id: UUID, command: AnswerPlanItem, version: int | None, now: datetime
) -> ReleasePlan:
    """How far one thing is. Raises `ValidationFailed` (422)."""
    row, _ = await _to_change(session, actor, plan_id, version)
    found = await session.exec(
        select(ReleasePlanItem).where(ReleasePlanItem.id == command.item_id, ReleasePlanItem.plan_id == row.id)
    )
    if (item := found.one_or_none()) is None:
        raise invalid("/item_id", "UNKNOWN_ITEM", "The plan has no such item: read it with expand=items.")
    item.state, item.note, item.answered_at = command.state, command.note, now
    session.add(item)
    touch(row, now=now)
    return await _kept(session, actor, row, S.ANSWER_ITEM, now, item=item, words=command.note)


async def start_plan_again(
    session: AsyncSession, *, actor: Actor, plan_id: UUID, command: StartPlanAgain, version: int | None, now: datetime
) -> ReleasePlan:
    """He will be released again: what was answered is open once more; how it was stands in the entries."""
    row, person = await _to_change(session, actor, plan_id, version)
    answered = await session.exec(
        select(ReleasePlanItem)
        .where(ReleasePlanItem.plan_id == row.id, ReleasePlanItem.state != ItemState.OPEN)
        .with_for_update()
    )
    for item in answered.all():
        item.state, item.note, item.answered_at = ItemState.OPEN, None, None
        session.add(item)
    row.expected_on = None
    touch(row, now=now)
    await _work_out(session, row, course_of(await placements_of(session, person.id)))
    return await _kept(session, actor, row, S.START_AGAIN, now, words=command.reason)


async def follow_facts(
    session: AsyncSession, *, actor: Actor, person_id: UUID, found: Course | None, now: datetime
) -> None:
    """His placements or his custody facts are known anew: the day of the release follows. Whoever calls has locked the person."""
    rows = await session.exec(
        select(ReleasePlan).where(ReleasePlan.person_id == person_id).order_by(col(ReleasePlan.id)).with_for_update()
    )
    for row in rows.all():
        spells = found or course_of(await placements_of(session, person_id))
        before = [getattr(row, name) for name in _DERIVED]
        await _work_out(session, row, spells)
        if [getattr(row, name) for name in _DERIVED] != before:
            touch(row, now=now)
            session.add(row)
            await session.flush()
            await events.tell(session, actor, "release_plan.moved", row, now)


async def _work_out(session: AsyncSession, row: ReleasePlan, found: Course) -> None:
    facts = await _facts_of(session, row.person_id)
    lasts = window(found.spells, None)
    out = lasts.released_on if lasts.stopped_on is None else None
    planned = planned_release(facts, told=row.expected_on, released_on=out)
    row.release_on, row.release_basis = planned.release_on, planned.basis
    hint = handover(
        facts,
        release_on=planned.release_on,
        sentence_started_on=row.sentence_started_on,
        early_allocation=row.early_allocation,
    )
    row.handover_due_on, row.handover_basis = hint.due_on, hint.basis


async def _facts_of(session: AsyncSession, person_id: UUID) -> JudgedCustody:
    newest = await session.exec(
        select(CustodyFacts)
        .where(CustodyFacts.person_id == person_id)
        .order_by(col(CustodyFacts.sequence).desc())
        .limit(1)
    )
    row = newest.first()
    if row is None:
        return JudgedCustody()
    return JudgedCustody.model_validate({name: getattr(row, name) for name in JudgedCustody.model_fields})


def _check(told: dict[str, Any], person: Person, now: datetime) -> None:
    place = told.get("first_accommodation")
    if place is not None and not place.in_community:
        raise invalid("/first_accommodation", "ONE_OF", "Give a place in the community; null if nobody knows where.")
    began = told.get("sentence_started_on")
    if began is not None and began > civil_date(now):
        raise invalid("/sentence_started_on", "IN_THE_FUTURE", "Give a day that has been.")
    for name in ("expected_on", "sentence_started_on"):
        day = told.get(name)
        if day is not None and person.date_of_birth is not None and day < person.date_of_birth:
            raise invalid(f"/{name}", "BEFORE_BIRTH", f"He was born on {person.date_of_birth.isoformat()}.")


async def _to_change(
    session: AsyncSession, actor: Actor, plan_id: UUID, version: int | None
) -> tuple[ReleasePlan, Person]:
    """The person's row is locked before the plan's, by everybody."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    found = await load(session, ReleasePlan, plan_id, actor=actor)
    person = await load(session, Person, found.person_id, actor=actor, lock=True)
    await session.refresh(found)
    return await load_version(session, ReleasePlan, plan_id, actor=actor, version=version), person


async def _kept(
    session: AsyncSession,
    actor: Actor,
    row: ReleasePlan,
    step: PlanStep,
    now: datetime,
    *,
    item: ReleasePlanItem | None = None,
    words: str | None = None,
) -> ReleasePlan:
    session.add(row)
    await session.flush()
    newest = await session.exec(
        select(func.coalesce(func.max(ReleasePlanEntry.sequence), 0)).where(ReleasePlanEntry.plan_id == row.id)
    )
    session.add(
        ReleasePlanEntry(
            **{name: getattr(row, name) for name in _TOLD},
            charity_id=row.charity_id,
            plan_id=row.id,
            sequence=newest.one() + 1,
            step=step,
            item_id=None if item is None else item.id,
            item_state=None if item is None else item.state,
            words=words,
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await session.flush()
    await audit.record(session, f"release_plan.{step.value.lower()}", row.id, _TOLD if item is None else ["state"])
    await events.tell(session, actor, f"release_plan.{step.value.lower()}", row, now)
    return row
