"""What is true of goals: whose word makes one agreed, and when. Pure functions."""

from datetime import date

from app.domain.support.goals.models import GoalState, ProposedBy

HIS_OWN = frozenset({ProposedBy.MENTEE, ProposedBy.TOGETHER})
"""A goal that he brought himself, or both found together, is agreed when it is written down."""

NEEDS_HIS_WORD = frozenset({GoalState.AGREED, GoalState.REACHED})


def first_state(proposed_by: ProposedBy, agreed_on: date | None) -> GoalState:
    """His own words are his agreement; what somebody else proposed waits for it."""
    if agreed_on is not None:
        return GoalState.AGREED
    return GoalState.AGREED if proposed_by in HIS_OWN else GoalState.PROPOSED


def agreed_after(state: GoalState, agreed_on: date | None, told: date | None) -> date | None:
    """Since when he agrees, once a goal is in this state. What is only proposed again is no longer agreed."""
    return None if state is GoalState.PROPOSED else told or agreed_on


def lacks_his_word(state: GoalState, agreed_on: date | None) -> bool:
    """Nobody's goal is agreed or reached to which he never agreed."""
    return state in NEEDS_HIS_WORD and agreed_on is None
