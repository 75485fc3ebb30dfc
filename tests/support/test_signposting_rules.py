"""Which steps an onward referral may take, and that none leads around the person's consent: without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.support.signposting.models import (
    DeclinedBy,
    DeclinedReason,
    OnwardReferralState,
    OnwardReferralStep,
)
from app.domain.support.signposting.rules import AFTER, ENDED, OPEN, consent_covers, may_decline, steps_from

S, T = OnwardReferralState, OnwardReferralStep


def test_every_step_says_from_where_it_may_be_taken_and_where_it_leads() -> None:
    assert set(OPEN) == set(AFTER) == set(T)


def test_nothing_follows_on_an_end_and_something_on_all_else() -> None:
    assert {state for state in S if not steps_from(state)} == ENDED


@given(st.lists(st.sampled_from(T), max_size=12))
def test_no_way_leads_to_a_service_but_through_the_step_that_takes_consent(tried: list[OnwardReferralStep]) -> None:
    state, sent = S.SUGGESTED, False
    for step in tried:
        if step in steps_from(state):
            state, sent = AFTER[step], sent or step is T.SEND
        assert sent or state in {S.SUGGESTED, S.DECLINED}


@pytest.mark.parametrize("state", [S.SENT, S.ACCEPTED, S.STARTED])
def test_consent_may_be_withdrawn_however_far_it_has_come(state: OnwardReferralState) -> None:
    assert T.WITHDRAW_CONSENT in steps_from(state)
    assert AFTER[T.WITHDRAW_CONSENT] is S.DECLINED


def test_what_has_started_is_closed_and_not_declined() -> None:
    assert steps_from(S.STARTED) == {T.CLOSE, T.WITHDRAW_CONSENT}


def test_a_service_that_was_not_asked_cannot_have_declined() -> None:
    assert not may_decline(DeclinedBy.SERVICE, DeclinedReason.NO_CAPACITY, S.SUGGESTED)
    assert may_decline(DeclinedBy.SERVICE, DeclinedReason.NO_CAPACITY, S.SENT)
    assert may_decline(DeclinedBy.PERSON, DeclinedReason.NOT_WANTED, S.SUGGESTED)


@pytest.mark.parametrize("by", DeclinedBy)
def test_withdrawn_consent_is_no_reason_to_decline_with(by: DeclinedBy) -> None:
    assert not may_decline(by, DeclinedReason.CONSENT_WITHDRAWN, S.SENT)


def test_consent_counts_from_the_day_on_which_it_was_given() -> None:
    day, before = date(2026, 11, 18), date(2026, 11, 17)
    assert consent_covers(day, day)
    assert consent_covers(before, day)
    assert not consent_covers(day, before)
    assert not consent_covers(None, day)
