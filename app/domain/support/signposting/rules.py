"""What is true of onward referrals: which step is open, where it leads, who may decline for what. Pure functions."""

from datetime import date, timedelta

from app.domain.support.signposting.models import (
    DeclinedBy,
    DeclinedReason,
    OnwardReferralState,
    OnwardReferralStep,
)

B, R, S, T = DeclinedBy, DeclinedReason, OnwardReferralState, OnwardReferralStep

_CONSENT_LASTS = timedelta(days=366)

OPEN: dict[OnwardReferralStep, frozenset[OnwardReferralState]] = {
    T.SEND: frozenset({S.SUGGESTED}),
    T.ACCEPT: frozenset({S.SENT}),
    T.START: frozenset({S.ACCEPTED}),
    T.CLOSE: frozenset({S.STARTED}),
    T.DECLINE: frozenset({S.SUGGESTED, S.SENT, S.ACCEPTED}),
    # Consent is given with sending: before that there is none to withdraw, and afterwards it may be at any time.
    T.WITHDRAW_CONSENT: frozenset({S.SENT, S.ACCEPTED, S.STARTED}),
}
"""From which states each step may be taken."""

AFTER: dict[OnwardReferralStep, OnwardReferralState] = {
    T.SEND: S.SENT,
    T.ACCEPT: S.ACCEPTED,
    T.START: S.STARTED,
    T.CLOSE: S.CLOSED,
    T.DECLINE: S.DECLINED,
    T.WITHDRAW_CONSENT: S.DECLINED,
}
"""Where each step leads."""

ENDED = frozenset({S.CLOSED, S.DECLINED})
"""Nothing follows on these."""

REASONS: dict[DeclinedBy, frozenset[DeclinedReason]] = {
    B.PERSON: frozenset({R.NOT_WANTED, R.FOUND_OTHER_HELP, R.OTHER, R.NOT_KNOWN}),
    B.SERVICE: frozenset({R.NOT_ELIGIBLE, R.NO_CAPACITY, R.NOT_IN_AREA, R.OTHER, R.NOT_KNOWN}),
}
"""What each may decline for. Withdrawing consent is a step of its own."""


def steps_from(state: OnwardReferralState) -> frozenset[OnwardReferralStep]:
    """The steps that are open from here."""
    return frozenset(step for step, states in OPEN.items() if state in states)


def may_decline(by: DeclinedBy, reason: DeclinedReason, state: OnwardReferralState) -> bool:
    """Whether this reason can be theirs. A service that has not been asked yet cannot have declined."""
    return reason in REASONS[by] and not (by is B.SERVICE and state is S.SUGGESTED)


def consent_covers(given_on: date | None, sent_on: date) -> bool:
    """Whether the person had said yes by the day on which it was sent, and not longer before than a year. Silence is no consent."""
    return given_on is not None and given_on <= sent_on <= given_on + _CONSENT_LASTS
