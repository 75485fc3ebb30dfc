"""The tables that the cases need, as Django models of an existing database."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


def texts(**more: object) -> ArrayField:
    return ArrayField(models.TextField(), default=list, **more)


class Key(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    charity_id = models.UUIDField()

    class Meta:
        abstract = True


class Versioned(Key):
    version = models.BigIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.UUIDField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Person(Versioned):
    given_name = models.TextField(null=True)
    family_name = models.TextField(null=True)
    known_as = texts()
    date_of_birth = models.DateField(null=True)
    sex = models.TextField(null=True)
    establishment = models.TextField(null=True)
    location = models.TextField(null=True)
    movement = models.TextField(default="IN_ESTABLISHMENT")
    name_keys = texts()

    class Meta:
        managed = False
        db_table = "person"


class CustodyFacts(Key):
    person = models.ForeignKey(Person, models.PROTECT, related_name="custody")
    sequence = models.IntegerField(default=1)
    legal_status = models.TextField(null=True)
    in_custody = models.BooleanField(null=True)
    conditional_release_date = models.DateField(null=True)
    source = models.TextField(default="partner")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.UUIDField()

    class Meta:
        managed = False
        db_table = "custody_facts"


class Consent(Key):
    person = models.ForeignKey(Person, models.PROTECT)
    purpose = models.TextField(default="TAKING_PART")
    given = models.BooleanField()
    stated_at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.UUIDField()

    class Meta:
        managed = False
        db_table = "consent"


class Referral(Versioned):
    source = models.TextField()
    source_detail = models.TextField(null=True)
    channel = models.TextField(null=True)
    received_on = models.DateField()
    reason = models.TextField(null=True)
    needs = texts()
    partner_reference = models.TextField(null=True)
    programme_id = models.UUIDField()
    person = models.ForeignKey(Person, models.PROTECT)
    partner_id = models.UUIDField(null=True)
    reference = models.TextField()
    received_at = models.DateTimeField(default=timezone.now)
    disposition = models.TextField()
    disposition_for_partner = models.TextField()
    version_for_partner = models.BigIntegerField(default=1)
    disposition_since = models.DateTimeField(default=timezone.now)
    information_due_on = models.DateField(null=True)
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True)
    submitted = models.JSONField()

    class Meta:
        managed = False
        db_table = "referral"


class DispositionChange(Key):
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="history")
    sequence = models.IntegerField()
    disposition = models.TextField()
    source = models.TextField()
    step = models.TextField()
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.UUIDField()
    reason = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "disposition_change"


class Decision(Key):
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="decisions")
    sequence = models.IntegerField()
    outcome = models.TextField()
    reasons = models.JSONField()
    basis = models.TextField(null=True)
    custody_end = models.DateField(null=True)
    threshold = models.DateField(null=True)
    warnings = texts()
    evaluated_on = models.DateField()
    inputs = models.JSONField()
    policy_id = models.UUIDField(null=True)
    policy_version = models.IntegerField(null=True)
    custody_facts = models.ForeignKey(CustodyFacts, models.PROTECT, null=True)
    partner_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_for = models.UUIDField()

    class Meta:
        managed = False
        db_table = "eligibility_decision"


class AuditEntry(Key):
    action = models.TextField()
    object_id = models.UUIDField()
    fields = texts()
    subject_id = models.UUIDField()
    role = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        managed = False
        db_table = "audit_entry"


class Event(Key):
    type = models.TextField()
    aggregate_id = models.UUIDField()
    aggregate_version = models.BigIntegerField()
    partner_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        managed = False
        db_table = "event"
