"""What both doors answer about who could be matched with whom, and why: solved anew, by the policy and the facts of now."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import NotFound
from app.domain.kernel.reading.reads import Reads
from app.domain.matching.codes import CURES
from app.domain.matching.errors import NotWaiting
from app.domain.matching.facts import MenteeFacts, MentorFacts
from app.domain.matching.inputs import Told, told_from, told_plan
from app.domain.matching.models import Candidates, ContributionRead, LeftOverRead, PairRead
from app.domain.matching.pairs import Pair, judge
from app.domain.matching.run import Line, Proposal, proposed
from app.domain.organisations.models import Programme
from app.domain.referrals.models import Referral


async def candidates_for_referral(reads: Reads, referral_id: UUID, *, today: date) -> Candidates:
    """Every mentor of the charity for somebody who waits, the best first; whom a run of now would propose, or why nobody."""
    programme_id, told, proposal = await _solved(reads, Referral, referral_id, today)
    person = _person(told, referral_id)
    line = _line(proposal, referral_id)
    pairs = [_pair(told, proposal, person, mentor) for mentor in told.inputs.mentors]
    left = LeftOverRead.model_validate(line.reasons) if line.reasons else None
    return Candidates(
        programme_id=programme_id,
        policy_version=told.policy_version,
        proposed=line.mentor_id,
        left_over=left,
        pairs=_best_first(pairs),
    )


async def candidates_for_mentor(reads: Reads, mentor_id: UUID, programme_id: UUID, *, today: date) -> Candidates:
    """Everybody who waits in a programme, for one mentor, the best first."""
    _, told, proposal = await _solved(reads, Programme, programme_id, today)
    mentor = _mentor(told, mentor_id)
    pairs = [_pair(told, proposal, person, mentor) for person in told.inputs.mentees]
    return Candidates(
        programme_id=programme_id,
        policy_version=told.policy_version,
        proposed=None,
        left_over=None,
        pairs=_best_first(pairs),
    )


async def explained(reads: Reads, referral_id: UUID, mentor_id: UUID, *, today: date) -> PairRead:
    """Why this mentor for this person, or why not: every rule that rules them out, every preference with its points."""
    _, told, proposal = await _solved(reads, Referral, referral_id, today)
    return _pair(told, proposal, _person(told, referral_id), _mentor(told, mentor_id))


async def _solved(reads: Reads, of: type[Programme | Referral], key: UUID, today: date) -> tuple[UUID, Told, Proposal]:
    """A programme's id, what a run of now is told of it, and what it would propose: one statement."""
    require(reads.actor, Permission.MATCHING_READ)
    rows = await reads.rows(told_plan(of), {"key": key, "day": today})
    if not rows:
        raise NotFound()
    told = told_from(rows[0]["j"], today)
    return rows[0]["programme_id"], told, await proposed(told.inputs)


def _person(told: Told, referral_id: UUID) -> MenteeFacts:
    found = next((one for one in told.inputs.mentees if one.referral_id == referral_id), None)
    if found is None:
        raise NotWaiting("Only a referral that waits, and for which nobody is asked yet, is matched.")
    return found


def _mentor(told: Told, mentor_id: UUID) -> MentorFacts:
    """Of those who have not left."""
    found = next((one for one in told.inputs.mentors if one.mentor_id == mentor_id), None)
    if found is None:
        raise NotFound()
    return found


def _line(proposal: Proposal, referral_id: UUID) -> Line:
    return next(line for line in proposal.lines if line.referral_id == referral_id)


def _pair(told: Told, proposal: Proposal, person: MenteeFacts, mentor: MentorFacts) -> PairRead:
    pair = judge(person, mentor, told.inputs.policy, today=told.inputs.for_day)
    line = _line(proposal, person.referral_id)
    return PairRead(
        referral_id=person.referral_id,
        mentor_id=mentor.mentor_id,
        possible=pair.possible,
        blocks=list(pair.blocks),
        cures=[CURES[rule] for rule in pair.blocks],
        fit=pair.fit,
        contributions=contributions(pair),
        proposed=line.mentor_id == mentor.mentor_id,
        reason=_reason(pair, line, mentor),
    )


def _reason(pair: Pair, line: Line, mentor: MentorFacts) -> str:
    if line.mentor_id == mentor.mentor_id:
        return "PROPOSED"
    if not pair.possible:
        return "RULED_OUT"
    return "PLACES_TAKEN" if line.mentor_id is None else "BETTER_ELSEWHERE"


def contributions(pair: Pair) -> list[ContributionRead]:
    return [ContributionRead(code=one.code, points=one.points, weight=one.weight) for one in pair.contributions]


def _best_first(pairs: Iterable[PairRead]) -> list[PairRead]:
    def key(pair: PairRead) -> tuple[Any, ...]:
        return not pair.proposed, not pair.possible, -pair.fit, str(pair.mentor_id), str(pair.referral_id)

    return sorted(pairs, key=key)
