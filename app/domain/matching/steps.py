"""Where a mentoring relationship may go from where it is, and what a decline leads to: pure functions."""

from datetime import date, timedelta

from app.domain.matching.models.codes import (
    Consequence,
    DeclineReason,
    EngagementState,
    EngagementStep,
    ExclusionKind,
    Side,
    TaskKind,
)

ACCESS_DAYS = 30
"""So long after a mentor's time with a person ends, the mentor still sees what belongs to it."""

S, T = EngagementState, EngagementStep
_WITH_MENTOR = frozenset({S.ACTIVE, S.PAUSED})
_STARTED = _WITH_MENTOR | {S.BRIDGING}

TABLE: dict[EngagementStep, frozenset[EngagementState]] = {
    T.ACCEPT_BY_MENTOR: frozenset({S.PROPOSED}) | _STARTED,
    T.ACCEPT_BY_PERSON: frozenset({S.ACCEPTED_BY_MENTOR}) | _STARTED,
    T.DECLINE: frozenset({S.PROPOSED, S.ACCEPTED_BY_MENTOR}) | _STARTED,
    T.TAKE_BACK: frozenset({S.PROPOSED, S.ACCEPTED_BY_MENTOR}) | _STARTED,
    T.PAUSE: frozenset({S.ACTIVE}),
    T.RESUME: frozenset({S.PAUSED}),
    T.HAND_OVER: _STARTED,
    T.BRIDGE: _WITH_MENTOR,
    T.END: _STARTED,
    T.REOPEN: frozenset({S.ENDED}),
}
"""From which states each step may be taken. While a relationship goes on, an acceptance or a decline is of the mentor who
is proposed to take it over: see `needs_proposal`."""

needs_proposal = frozenset({T.ACCEPT_BY_MENTOR, T.ACCEPT_BY_PERSON, T.DECLINE, T.TAKE_BACK})


def open_steps(state: EngagementState, *, proposed: bool, accepted: bool) -> list[EngagementStep]:
    """The steps that somebody can take, in the table's order. `proposed`: a mentor is proposed; `accepted`: and has said yes.
    BRIDGE is none of them: it comes with the mentor's leaving."""
    found = [step for step, sources in TABLE.items() if state in sources and step is not T.BRIDGE]
    wrong = set() if proposed else set(needs_proposal)
    wrong |= {T.HAND_OVER} if proposed else set()
    wrong |= {T.ACCEPT_BY_MENTOR} if accepted else {T.ACCEPT_BY_PERSON}
    return [step for step in found if step not in wrong]


CONSEQUENCES: dict[tuple[Side, DeclineReason], Consequence] = {
    (Side.MENTOR, DeclineReason.KNOWS_THEM): Consequence.KNOWN_TO_EACH_OTHER,
    (Side.PERSON, DeclineReason.KNOWS_THEM): Consequence.KNOWN_TO_EACH_OTHER,
    (Side.MENTOR, DeclineReason.NOT_COMFORTABLE): Consequence.NOT_THIS_PAIR,
    (Side.PERSON, DeclineReason.NOT_COMFORTABLE): Consequence.NOT_THIS_PAIR,
    (Side.PERSON, DeclineReason.OTHER_MENTOR_WISHED): Consequence.NOT_THIS_PAIR,
    (Side.PERSON, DeclineReason.NO_LONGER_WANTED): Consequence.REFERRAL_DECLINED,
}
"""What is not here has no consequence: the person keeps his place on the waiting list, and the two may be proposed again."""

FOR_ONE_SIDE: dict[DeclineReason, Side] = {
    DeclineReason.NO_TIME: Side.MENTOR,
    DeclineReason.OTHER_MENTOR_WISHED: Side.PERSON,
    DeclineReason.NO_LONGER_WANTED: Side.PERSON,
}


def consequence(side: Side, reason: DeclineReason) -> Consequence:
    return CONSEQUENCES.get((side, reason), Consequence.NONE)


def keeps_apart(side: Side, reason: DeclineReason) -> ExclusionKind | None:
    """The exclusion that a decline makes, if any."""
    led_to = consequence(side, reason)
    if led_to is Consequence.KNOWN_TO_EACH_OTHER:
        return ExclusionKind.KNOWS
    if led_to is Consequence.NOT_THIS_PAIR:
        return ExclusionKind.EXCLUDED_BY_PERSON if side is Side.PERSON else ExclusionKind.EXCLUDED_BY_MENTOR
    return None


def after_decline(state: EngagementState) -> EngagementState:
    """Where a declined proposal leaves it: a relationship that has begun goes on."""
    return state if state in _STARTED else S.DECLINED


def access_until(ended_on: date) -> date:
    """The last day on which a mentor sees a person after their time ended."""
    return ended_on + timedelta(days=ACCESS_DAYS)


BRIDGING_TASKS: dict[TaskKind, int] = {TaskKind.TELL_PERSON: 3, TaskKind.KEEP_CONTACT: 7, TaskKind.FIND_MENTOR: 28}
"""What a mentor's leaving opens, and within how many days it is due."""
