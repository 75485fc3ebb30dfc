"""What is true of goals and toolkits, without a database."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from app.domain.support.goals.models import GoalState, ProposedBy
from app.domain.support.goals.rules import agreed_after, first_state, lacks_his_word
from app.domain.support.toolkits.rules import NUMBER_LETTERS, is_complete, number_of, own_first

DAY, LATER = date(2026, 11, 1), date(2026, 11, 8)


@pytest.mark.parametrize(
    ("by", "agreed_on", "state"),
    [
        (ProposedBy.MENTEE, None, GoalState.AGREED),
        (ProposedBy.TOGETHER, None, GoalState.AGREED),
        (ProposedBy.MENTOR, None, GoalState.PROPOSED),
        (ProposedBy.COORDINATOR, None, GoalState.PROPOSED),
        (ProposedBy.MENTOR, DAY, GoalState.AGREED),
    ],
)
def test_what_somebody_else_proposed_waits_for_his_word(
    by: ProposedBy, agreed_on: date | None, state: GoalState
) -> None:
    assert first_state(by, agreed_on) is state


def test_what_is_proposed_again_is_no_longer_agreed() -> None:
    assert agreed_after(GoalState.PROPOSED, DAY, LATER) is None
    assert agreed_after(GoalState.SET_ASIDE, DAY, None) == DAY
    assert agreed_after(GoalState.AGREED, DAY, LATER) == LATER
    assert [state for state in GoalState if lacks_his_word(state, None)] == [GoalState.AGREED, GoalState.REACHED]


def test_a_toolkit_without_units_is_not_completed_by_itself() -> None:
    assert not is_complete([])
    assert not is_complete([True, False])
    assert is_complete([True, True])


def test_a_charitys_own_version_comes_first() -> None:
    @dataclass
    class Made:
        id: UUID
        charity_id: UUID | None

    everybodys, own = Made(UUID(int=1), None), Made(UUID(int=2), UUID(int=9))
    assert own_first([everybodys, own]) == [own, everybodys]


def test_a_number_is_visibly_ours_and_easily_copied() -> None:
    assert number_of("ABCDEFGHJKLM") == "TGC-ABCD-EFGH-JKLM"
    assert len(NUMBER_LETTERS) == 32
    assert not set("IO01") & set(NUMBER_LETTERS)
