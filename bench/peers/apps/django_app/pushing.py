"""A push as both doors do it: validated by the door, eight rows in one transaction. Nobody is judged."""

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from django_app.models import AuditEntry, Consent, CustodyFacts, Decision, DispositionChange, Event, Person, Referral

NEWEST_FIRST = Prefetch("decisions", queryset=Decision.objects.order_by("-sequence"))


def referrals() -> QuerySet[Referral]:
    """With all that an answer shows, in three statements however many there are."""
    return Referral.objects.select_related("person").prefetch_related(NEWEST_FIRST)


@transaction.atomic
def push(given: dict[str, Any], submitted: Any) -> UUID:
    charity, client = given["charity_id"], given["client_id"]
    today = datetime.datetime.now(datetime.UTC).date()
    person = Person.objects.create(charity_id=charity, created_by=client, **given["person"])
    custody = CustodyFacts.objects.create(charity_id=charity, person=person, recorded_by=client, **given["custody"])
    Consent.objects.create(charity_id=charity, person=person, recorded_by=client, given=given["consent"]["given"])
    referral = Referral.objects.create(
        charity_id=charity,
        programme_id=given["programme_id"],
        person=person,
        partner_id=given["partner_id"],
        reference=given["partner_reference"],
        partner_reference=given["partner_reference"],
        source=given["source"],
        channel="API",
        received_on=today,
        reason=given["reason"],
        needs=given["needs"],
        disposition="waiting",
        disposition_for_partner="waiting",
        submitted=submitted,
        created_by=client,
    )
    DispositionChange.objects.create(
        charity_id=charity,
        referral=referral,
        sequence=1,
        disposition="waiting",
        source=given["source"],
        step="judged_eligible",
        effective_on=today,
        recorded_by=client,
    )
    Decision.objects.create(
        charity_id=charity,
        referral=referral,
        partner_id=given["partner_id"],
        sequence=1,
        outcome="ELIGIBLE",
        reasons=[
            {"code": "AT_LEAST_THRESHOLD", "predicate": "custody_remaining", "detail": "There is enough time left."}
        ],
        custody_end=given["custody"]["conditional_release_date"],
        evaluated_on=today,
        inputs={},
        custody_facts=custody,
        decided_for=client,
    )
    AuditEntry.objects.create(
        charity_id=charity,
        action="referral.submitted",
        object_id=referral.id,
        fields=sorted(given),
        subject_id=client,
        role="referrer",
    )
    Event.objects.create(
        charity_id=charity,
        type="referral.received",
        aggregate_id=referral.id,
        aggregate_version=1,
        partner_id=given["partner_id"],
    )
    return referral.id
