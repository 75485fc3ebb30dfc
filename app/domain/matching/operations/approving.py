"""Solve a programme, keep what was told and what came of it, and let somebody approve it whole or line by line."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.additions import New, add_together
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import FieldError, NotFound, ValidationFailed, invalid
from app.domain.kernel.rows import civil_date, new_id
from app.domain.matching.errors import PairRuledOut
from app.domain.matching.inputs import told_within
from app.domain.matching.models import (
    ApproveRun,
    Engagement,
    EngagementState,
    HandOver,
    MatchLine,
    MatchRun,
    Propose,
    StartMatchRun,
)
from app.domain.matching.operations.engagements import propose as propose_to
from app.domain.matching.operations.going_on import hand_over
from app.domain.matching.run import Line, digest_of, proposed
from app.domain.organisations.models import Programme


async def start_run(session: AsyncSession, *, actor: Actor, command: StartMatchRun, now: datetime) -> UUID:
    """Solve the whole programme at once, as a proposal: nobody is asked until somebody approves it. The inputs are kept as
    the bytes that were solved."""
    require(actor, Permission.MATCHING_WRITE)
    try:
        await load(session, Programme, command.programme_id, actor=actor)
    except NotFound:
        raise invalid("/programme_id", "UNKNOWN_PROGRAMME", "There is no such programme: see /v1/programmes.") from None
    told = await told_within(session, command.programme_id, command.for_day or civil_date(now))
    proposal = await proposed(told.inputs)
    run_id, canonical = new_id(), told.inputs.canonical()
    run = {
        "id": run_id,
        "charity_id": actor.charity_id,
        "programme_id": command.programme_id,
        "for_day": told.inputs.for_day,
        "policy_version": told.policy_version,
        "digest": digest_of(canonical),
        "inputs": canonical,
        "summary": proposal.summary,
        "created_at": now,
        "created_by": actor.subject_id,
        "updated_at": now,
    }
    rows = [New(MatchRun, run), *(New(MatchLine, _line(actor, run_id, line)) for line in proposal.lines)]
    await add_together(session, rows, audited=("match_run.solved", run_id, command.model_fields_set))
    await events.publish(
        session, actor=actor, type="match_run.solved", aggregate_id=run_id, aggregate_version=1, now=now
    )
    return run_id


def _line(actor: Actor, run_id: UUID, line: Line) -> dict[str, object]:
    pair = line.pair
    return {
        "charity_id": actor.charity_id,
        "run_id": run_id,
        "place": line.place,
        "referral_id": line.referral_id,
        "mentor_id": line.mentor_id,
        "fit": pair.fit if pair else None,
        "contributions": [
            {"code": one.code.value, "points": one.points, "weight": one.weight}
            for one in (pair.contributions if pair else ())
        ],
        "reasons": line.reasons,
    }


async def approve(
    session: AsyncSession, *, actor: Actor, run_id: UUID, command: ApproveRun, version: int | None, now: datetime
) -> MatchRun:
    """Propose what the run proposes: the whole of it, or the lines that are named. All or none.

    Two at once are safe: the run's row is locked, and a line is approved once. Since the run, a referral may have stopped
    waiting, or been proposed to somebody: then the answer names the line, and nothing is done.
    """
    require(actor, Permission.MATCHING_WRITE)
    run = await load_version(session, MatchRun, run_id, actor=actor, version=version)
    lines = await _chosen(session, run, command)
    wrong: list[FieldError] = []
    for line in lines:
        assert line.mentor_id is not None
        try:
            made = await _ask(session, actor, line.referral_id, line.mentor_id, now)
        except (ValidationFailed, PairRuledOut) as error:
            told = "; ".join(f"{one.code}: {one.detail}" for one in error.errors)
            wrong.append(FieldError(f"/lines/{line.place}", "OUT_OF_DATE", f"Line {line.place}: {told}"))
            continue
        line.engagement_id, line.approved_at, line.approved_by = made.id, now, actor.subject_id
        session.add(line)
    if wrong:
        raise ValidationFailed(
            "Some lines are out of date: solve the programme again, or leave them out.", errors=wrong
        )
    touch(run, now=now)
    session.add(run)
    await session.flush()
    await audit.record(session, "match_run.approved", run.id, ["lines"])
    await events.tell(session, actor, "match_run.approved", run, now)
    return run


async def _ask(session: AsyncSession, actor: Actor, referral_id: UUID, mentor_id: UUID, now: datetime) -> Engagement:
    """The mentor, to take somebody who waits; or to take over from one who has left."""
    under_way = await session.exec(
        select(Engagement.id).where(
            Engagement.referral_id == referral_id,
            Engagement.state == EngagementState.BRIDGING,
            col(Engagement.proposed_mentor_id).is_(None),
        )
    )
    if (engagement_id := under_way.first()) is None:
        asked = Propose(referral_id=referral_id, mentor_id=mentor_id)
        return await propose_to(session, actor=actor, command=asked, now=now)
    handed = HandOver(mentor_id=mentor_id)
    return await hand_over(session, actor=actor, engagement_id=engagement_id, command=handed, version=None, now=now)


async def _chosen(session: AsyncSession, run: MatchRun, command: ApproveRun) -> list[MatchLine]:
    """The lines to approve: those named, or all that propose somebody and were not approved yet."""
    found = await session.exec(
        select(MatchLine).where(MatchLine.run_id == run.id).order_by(col(MatchLine.place)).with_for_update()
    )
    lines = {line.place: line for line in found.all()}
    if command.lines is None:
        chosen = [line for line in lines.values() if line.mentor_id is not None and line.approved_at is None]
        if len(chosen) > MOST_LINES:
            told = f"The run proposes {len(chosen)}: name at most {MOST_LINES} lines at once."
            raise invalid("/lines", "TOO_MANY", told)
        return chosen
    wrong = [
        FieldError(f"/lines/{n}", code, detail)
        for n, place in enumerate(command.lines)
        if (code := _fault(lines.get(place))) is not None
        for detail in [_FAULTS[code]]
    ]
    if wrong:
        raise ValidationFailed(errors=wrong)
    return [lines[place] for place in sorted(set(command.lines))]


MOST_LINES = 200
"""Each is a question to a mentor, with its history and event: more in one transaction would hold up everybody else."""

_FAULTS = {
    "UNKNOWN_LINE": "The run has no line of this place.",
    "PROPOSES_NOBODY": "This line proposes nobody: leave it out.",
    "APPROVED_ALREADY": "This line was approved already: leave it out.",
}


def _fault(line: MatchLine | None) -> str | None:
    if line is None:
        return "UNKNOWN_LINE"
    if line.mentor_id is None:
        return "PROPOSES_NOBODY"
    return "APPROVED_ALREADY" if line.approved_at is not None else None
