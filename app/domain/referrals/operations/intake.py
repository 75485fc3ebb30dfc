"""A referral comes in: kept as it was sent, judged, and put into its first disposition."""

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import EligibilityDecision
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.additions import New, add_together, drafted
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.referrals.models import Channel, Disposition, Referral, ReferralFields, SubmitReferral
from app.domain.referrals.operations.judging import judged
from app.domain.referrals.operations.standing import CLOCKED, LEDGER_CLOCK, event_of, first_standing
from app.domain.referrals.operations.terms import terms_of
from app.domain.referrals.people import agreed, person_for
from app.domain.referrals.rules import JUDGED, new_reference

_REFERRAL = set(ReferralFields.model_fields)


async def submit(session: AsyncSession, *, actor: Actor, command: SubmitReferral, now: datetime) -> Referral:
    """Ask for a mentor for somebody: keep what was sent, judge it, and let it stand in its first disposition.

    The same work is done whether the person is known to the charity or not. Raises `ValidationFailed` (422),
    `IntakePaused` (409); the unique index on (partner, partner_reference) refuses a second use of a reference.
    """
    require(actor, Permission.REFERRALS_WRITE)
    today = civil_date(now)
    received_on = command.received_on or today
    if received_on > today:
        raise invalid("/received_on", "IN_THE_FUTURE", "A referral cannot have been received in the future.")
    terms = await terms_of(session, actor=actor, command=command, received_on=received_on, now=now)
    from_partner = actor.role is Role.REFERRER
    channel = command.channel or (Channel.API if from_partner else None)
    known, rows = await person_for(session, actor=actor, command=command, now=now)
    referral = drafted(
        Referral,
        {
            **command.model_dump(include=_REFERRAL),
            "charity_id": actor.charity_id,
            "person_id": known.person.id,
            "programme_id": command.programme_id,
            "partner_id": actor.organisation_id if from_partner else None,
            "channel": channel,
            "received_on": received_on,
            "received_at": now,
            "reference": new_reference(terms.charity_code),
            "disposition": Disposition.AWAITING_INFORMATION,
            "disposition_for_partner": Disposition.AWAITING_INFORMATION,
            "disposition_since": now,
            "submitted": _as_received(command, channel),
            "created_at": now,
            "created_by": actor.subject_id,
            "updated_at": now,
        },
    )
    decision = judged(
        actor=actor,
        referral=referral,
        policy=terms.policy,
        known=known,
        consent_given=command.consent.given if command.consent else None,
        now=now,
    )
    step, disposition = JUDGED[decision["outcome"]]
    standing = first_standing(actor=actor, referral=referral, disposition=disposition, step=step, now=now)
    stated = agreed(actor, known.person.id, command.consent, now=now)
    received = event_of(actor, referral, "referral.received", now)
    await add_together(
        session,
        [
            *rows,
            *stated,
            referral,
            New(EligibilityDecision, decision),
            standing,
            received,
        ],
        audited=("referral.submitted", referral.id, command.model_fields_set),
        clock=LEDGER_CLOCK,
        clocked=CLOCKED,
    )
    return referral


def _as_received(command: SubmitReferral, channel: Channel | None) -> dict[str, Any]:
    """What was sent, for whoever sent it: the charity's later corrections are not theirs to see."""
    return command.model_dump(mode="json", include=_REFERRAL) | {
        "channel": channel.value if channel else None,
        "person": command.person.model_dump(mode="json", exclude_unset=True) if command.person else {},
        "custody": command.custody.model_dump(mode="json", exclude_unset=True) if command.custody else None,
        "consent": command.consent.model_dump(mode="json", exclude_unset=True) if command.consent else None,
    }
