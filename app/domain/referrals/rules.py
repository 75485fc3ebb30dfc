"""Where a referral may go from where it is, what its reference looks like, and who waits before whom: pure
functions."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from dateutil.relativedelta import relativedelta

from app.domain.eligibility.dates import CalendarDuration
from app.domain.eligibility.decision import Outcome
from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.models import EligibilityDecision
from app.domain.referrals.models import Disposition, Status


class Step(StrEnum):
    """What moves a referral. The first three are a judgement's, the others somebody's decision."""

    JUDGED_ELIGIBLE = "judged_eligible"
    JUDGED_UNDETERMINED = "judged_undetermined"
    JUDGED_INELIGIBLE = "judged_ineligible"
    CONFIRM_INELIGIBLE = "confirm_ineligible"
    OVERRULE = "overrule"
    ALLOCATE = "allocate"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    RECORD_TRANSFER = "record_transfer"
    RECORD_RELEASE = "record_release"
    REOPEN = "reopen"


SOURCE_CORRECTED = "source_corrected"
"""Stands in the history where a step stands, and moves nothing: earlier ledgers keep the source as it was known then."""

D = Disposition
OPEN = frozenset(d for d in Disposition if d.open)
ENDED = frozenset(d for d in Disposition if not d.open and d is not D.ALLOCATED)

# From any of these, by this step, to that one.
TABLE: tuple[tuple[frozenset[Disposition], Step, Disposition], ...] = (
    (frozenset({D.AWAITING_INFORMATION, D.AWAITING_CONFIRMATION, D.INELIGIBLE}), Step.JUDGED_ELIGIBLE, D.WAITING),
    (frozenset({D.AWAITING_CONFIRMATION, D.WAITING}), Step.JUDGED_UNDETERMINED, D.AWAITING_INFORMATION),
    (frozenset({D.AWAITING_INFORMATION, D.WAITING}), Step.JUDGED_INELIGIBLE, D.AWAITING_CONFIRMATION),
    (frozenset({D.AWAITING_CONFIRMATION}), Step.CONFIRM_INELIGIBLE, D.INELIGIBLE),
    (frozenset({D.AWAITING_INFORMATION, D.AWAITING_CONFIRMATION, D.INELIGIBLE}), Step.OVERRULE, D.WAITING),
    (frozenset({D.WAITING}), Step.ALLOCATE, D.ALLOCATED),
    (OPEN, Step.DECLINE, D.DECLINED_BY_PERSON),
    (OPEN, Step.WITHDRAW, D.WITHDRAWN),
    ((OPEN | ENDED) - {D.DUPLICATE}, Step.MERGE, D.DUPLICATE),
    (OPEN, Step.RECORD_TRANSFER, D.TRANSFERRED_BEFORE_ALLOCATION),
    (frozenset({D.WAITING}), Step.RECORD_RELEASE, D.RELEASED_UNSERVED),
    (ENDED | {D.ALLOCATED}, Step.REOPEN, D.WAITING),
    (ENDED | {D.ALLOCATED}, Step.REOPEN, D.AWAITING_INFORMATION),
    (ENDED | {D.ALLOCATED}, Step.REOPEN, D.AWAITING_CONFIRMATION),
)

JUDGED: dict[Outcome, tuple[Step, Disposition]] = {
    Outcome.ELIGIBLE: (Step.JUDGED_ELIGIBLE, D.WAITING),
    Outcome.UNDETERMINED: (Step.JUDGED_UNDETERMINED, D.AWAITING_INFORMATION),
    Outcome.INELIGIBLE: (Step.JUDGED_INELIGIBLE, D.AWAITING_CONFIRMATION),
}
"""Where a judgement puts a new referral. A machine may say yes or that it cannot tell; its no waits for a person."""


def allowed(start: Disposition, step: Step, end: Disposition) -> bool:
    """Whether the table has this arrow."""
    return any(start in sources and step is taken and end is target for sources, taken, target in TABLE)


def open_steps(start: Disposition) -> list[Step]:
    """The steps that somebody may take from here, in the table's order."""
    machine = {Step.JUDGED_ELIGIBLE, Step.JUDGED_UNDETERMINED, Step.JUDGED_INELIGIBLE}
    return list(dict.fromkeys(step for sources, step, _ in TABLE if start in sources and step not in machine))


def status_of(disposition: Disposition) -> Status:
    if disposition is D.ALLOCATED:
        return Status.ALLOCATED
    return Status.OPEN if disposition.open else Status.CLOSED


def as_on_receipt(known: PersonFacts, *, before: EligibilityDecision) -> PersonFacts:
    """The facts as they bear on the day of receipt: that an eligible man has left since does not mean that he was not
    in custody then. Waiting must not turn an eligible man into an ineligible one."""
    if known.custody.in_custody is not False or before.outcome != Outcome.ELIGIBLE:
        return known
    was = (before.inputs.get("custody") or {}).get("in_custody")
    return known.model_copy(update={"custody": known.custody.model_copy(update={"in_custody": was})})


def same_decision(one: EligibilityDecision, other: EligibilityDecision) -> bool:
    """Whether two decisions say the same, for the same reasons, from the same facts, under the same policy."""
    said = ("outcome", "reasons", "basis", "custody_end", "threshold", "warnings", "inputs", "policy_id")
    return all(getattr(one, name) == getattr(other, name) for name in said)


# A reference: the charity's letters, four and four characters, the last one a check. 31 symbols, as a prime makes the
# check find every wrong character and every swap of neighbours; none of I, L, O, U, Z, which are misread.
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXY"


def new_reference(code: str) -> str:
    """A reference such as BEL-7K4M-2QXC: nothing in it says who, when or how many."""
    body = "".join(secrets.choice(_SYMBOLS) for _ in range(7))
    whole = body + _check_symbol(body)
    return f"{code}-{whole[:4]}-{whole[4:]}"


def reference_holds(reference: str) -> bool:
    """Whether the check character fits: a mistyped reference is found out before anybody is looked up."""
    parts = reference.strip().upper().split("-")
    if len(parts) != 3 or len(parts[1]) != 4 or len(parts[2]) != 4:
        return False
    whole = parts[1] + parts[2]
    return all(symbol in _SYMBOLS for symbol in whole) and _check_symbol(whole[:7]) == whole[7]


def _check_symbol(body: str) -> str:
    return _SYMBOLS[sum(weight * _SYMBOLS.index(symbol) for weight, symbol in enumerate(body, start=2)) % 31]


class Flag(StrEnum):
    """What a coordinator should see beside a name on the waiting list."""

    LAST_USEFUL_START_SOON = "LAST_USEFUL_START_SOON"
    LAST_USEFUL_START_PASSED = "LAST_USEFUL_START_PASSED"
    CUSTODY_END_UNKNOWN = "CUSTODY_END_UNKNOWN"
    CUSTODY_END_PASSED = "CUSTODY_END_PASSED"


class OrderReason(StrEnum):
    """Why somebody stands where he stands."""

    LEAVES_SOONEST_WITH_TIME_LEFT = "LEAVES_SOONEST_WITH_TIME_LEFT"
    NO_KNOWN_END = "NO_KNOWN_END"
    TOO_LATE_FOR_THE_MINIMUM = "TOO_LATE_FOR_THE_MINIMUM"


WAITING_LIST_RULE_VERSION = 1
WAITING_LIST_RULE = (
    "First those who can still have the programme's minimum length of support, the earliest last useful start date "
    "first; then those whose custody has no known end, by the day they were referred; last those for whom the minimum "
    "no longer fits, the soonest to leave first. Ties go to who was referred first. The last useful start is the end "
    "of custody less the minimum length less the time to a first session."
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the order of the waiting list looks at. Nothing protected is in it."""

    referral_id: UUID
    received_on: date
    custody_end: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the waiting list with the reason for it."""

    referral_id: UUID
    position: int
    reason: OrderReason
    last_useful_start: date | None
    days_left: int | None
    flags: tuple[Flag, ...]
    key: tuple[int, date, date, str]


def last_useful_start(custody_end: date, minimum: str, to_first_session: str) -> date:
    """The last day from which the time to a first session and then the minimum length still fit before custody ends.

    Months are counted forwards, as eligibility counts them: counting back from the end would give another day at the
    ends of months.
    """
    lengths = (CalendarDuration.parse(to_first_session), CalendarDuration.parse(minimum))

    def fits(start: date) -> bool:
        end = start
        for length in lengths:
            end = length.after(end)
        return end <= custody_end

    start = custody_end - relativedelta(
        months=sum(length.months for length in lengths), days=sum(length.days for length in lengths)
    )
    while fits(start + timedelta(days=1)):
        start += timedelta(days=1)
    while not fits(start):
        start -= timedelta(days=1)
    return start


def waiting_list(
    waiting: Iterable[Waiting], *, today: date, minimum: str, to_first_session: str, warning_days: int
) -> list[Place]:
    """Everybody who waits, in order. Nobody drops off it by waiting: who can no longer have the minimum is shown last,
    flagged. Flags come at least `warning_days` (28 or more) before the last useful start, so before he leaves."""
    placed = [_place(one, today, minimum, to_first_session, warning_days) for one in waiting]
    placed.sort(key=lambda place: place.key)
    return [
        Place(p.referral_id, n, p.reason, p.last_useful_start, p.days_left, p.flags, p.key)
        for n, p in enumerate(placed, start=1)
    ]


def _place(one: Waiting, today: date, minimum: str, to_first_session: str, warning_days: int) -> Place:
    tie = str(one.referral_id)
    if one.custody_end is None:
        reason, key = OrderReason.NO_KNOWN_END, (2, one.received_on, one.received_on, tie)
        return Place(one.referral_id, 0, reason, None, None, (Flag.CUSTODY_END_UNKNOWN,), key)
    latest = last_useful_start(one.custody_end, minimum, to_first_session)
    days_left = (latest - today).days
    flags = []
    if days_left < 0:
        reason, key = OrderReason.TOO_LATE_FOR_THE_MINIMUM, (3, one.custody_end, one.received_on, tie)
        flags.append(Flag.LAST_USEFUL_START_PASSED)
    else:
        reason, key = OrderReason.LEAVES_SOONEST_WITH_TIME_LEFT, (1, latest, one.received_on, tie)
        if latest - timedelta(days=warning_days) <= today:
            flags.append(Flag.LAST_USEFUL_START_SOON)
    if one.custody_end < today:
        flags.append(Flag.CUSTODY_END_PASSED)
    return Place(one.referral_id, 0, reason, latest, days_left, tuple(flags), key)
