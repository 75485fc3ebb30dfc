"""One person and one mentor: every rule that rules them out, every preference that speaks for them, with its points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.matching.codes import Preference, Rule
from app.domain.matching.facts import MenteeFacts, MentorFacts, Wish
from app.domain.matching.policy import Locality, MatchingPolicyDocument
from app.domain.mentors.models.codes import Wished


@dataclass(frozen=True)
class Contribution:
    """`points` of at most `weight`."""

    code: Preference
    points: int
    weight: int


@dataclass(frozen=True)
class Pair:
    """A judgement on a pair: possible when nothing blocks it."""

    blocks: tuple[Rule, ...]
    contributions: tuple[Contribution, ...]

    @property
    def possible(self) -> bool:
        return not self.blocks

    @property
    def fit(self) -> int:
        return sum(one.points for one in self.contributions)


def judge(mentee: MenteeFacts, mentor: MentorFacts, policy: MatchingPolicyDocument, *, today: date) -> Pair:
    """Everything that can be said of a pair, whether or not it is possible."""
    blocks = ruled_out(mentee, mentor, policy, today=today)
    return Pair(blocks, tuple(_contributions(mentee, mentor, policy, today)))


def ruled_out(
    mentee: MenteeFacts, mentor: MentorFacts, policy: MatchingPolicyDocument, *, today: date
) -> tuple[Rule, ...]:
    """The rules that rule a pair out, without what speaks for it."""
    return tuple(rule for rule in _blocks(mentee, mentor, today) if policy.applies(rule))


def has(mentor: MentorFacts, wish: Wish) -> bool:
    if wish.attribute is Wished.LANGUAGE:
        return wish.value.lower() in mentor.languages
    wanted = wish.value.casefold()
    return any(value.casefold() == wanted for value in mentor.attributes.get(wish.attribute, ()))


def share(part: int, whole: int, weight: int) -> int:
    """A part of a weight, half up, in whole points."""
    return (2 * part * weight + whole) // (2 * whole) if whole else 0


def not_ready(mentor: MentorFacts, today: date) -> Iterator[Rule]:
    """What keeps a mentor from everybody."""
    if not mentor.active:
        yield Rule.NOT_ACTIVE
    if not mentor.in_programme:
        yield Rule.OTHER_PROGRAMME
    if not mentor.vetted:
        yield Rule.VETTING_MISSING
    elif mentor.vetting_until is not None and mentor.vetting_until < today:
        yield Rule.VETTING_EXPIRED
    if not mentor.trained:
        yield Rule.NOT_TRAINED


def _blocks(mentee: MenteeFacts, mentor: MentorFacts, today: date) -> Iterator[Rule]:
    yield from not_ready(mentor, today)
    if mentee.establishment is not None:
        if mentee.establishment not in mentor.clearances:
            yield Rule.CLEARANCE_MISSING
        elif (until := mentor.clearances[mentee.establishment]) is not None and until < today:
            yield Rule.CLEARANCE_EXPIRED
    if mentor.places == 0:
        yield Rule.NO_PLACE
    if mentor.mentor_id in mentee.known_mentors:
        yield Rule.KNOWS_PERSON
    if mentor.mentor_id in mentee.excludes:
        yield Rule.EXCLUDED_BY_PERSON
    if mentee.person_id in mentor.excludes:
        yield Rule.EXCLUDED_BY_MENTOR
    if mentor.mentor_id in mentee.unsuitable:
        yield Rule.ENDED_AS_UNSUITABLE
    if mentor.area is not None and mentor.area == mentee.release_area:
        yield Rule.LIVES_IN_RELEASE_AREA
    if not mentor.times & mentee.times:
        yield Rule.NO_TIME_IN_COMMON
    if any(wish.required and not has(mentor, wish) for wish in mentee.wishes):
        yield Rule.STATED_REQUIREMENT


def _contributions(
    mentee: MenteeFacts, mentor: MentorFacts, policy: MatchingPolicyDocument, today: date
) -> Iterator[Contribution]:
    met = {
        Preference.STATED_WISH: (sum(has(mentor, wish) for wish in mentee.wishes), len(mentee.wishes)),
        Preference.CONTINUITY: (mentor.mentor_id in mentee.earlier_mentors, 1),
        Preference.SHARED_LANGUAGE: (bool(mentee.languages & mentor.languages), 1),
        Preference.BOTH_HAVE_CHILDREN: (mentee.has_children is True and mentor.has_children is True, 1),
        Preference.SHARED_INTERESTS: (min(3, len(mentee.interests & mentor.interests)), 3),
        Preference.LOCALITY: (
            policy.locality is Locality.PREFERENCE and mentor.area is not None and mentor.area == mentee.release_area,
            1,
        ),
        Preference.EXPECTED_LENGTH: (stays(mentor, policy, today), policy.expected_weeks),
    }
    for code, (part, whole) in met.items():
        weight = policy.weights.get(code, 0)
        points = share(int(part), whole, weight)
        if points:
            yield Contribution(code, points, weight)


def stays(mentor: MentorFacts, policy: MatchingPolicyDocument, today: date) -> int:
    """For how many of the expected weeks the mentor has said to be there; all of them where nothing was said."""
    if mentor.committed_until is None:
        return policy.expected_weeks
    return max(0, min(policy.expected_weeks, (mentor.committed_until - today) // timedelta(weeks=1)))
