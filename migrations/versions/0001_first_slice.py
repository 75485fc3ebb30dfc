"""The first slice: organisations, people, eligibility, referrals; who may do what to each row."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import (
    APPLICATION_ROLES,
    EVERYTHING,
    LOGIN,
    ORGANISATION,
    OWN_AGENCY,
    OWN_CHARITY,
    OWNER,
    SUBJECT,
    grant,
    protect,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def create_tables() -> None:
    op.create_table(
        "establishment",
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id"),
    )
    op.create_table(
        "log_in_attempts",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "organisation",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("organisation_charity", "organisation", ["charity_id", "id"], unique=False)
    op.create_index(
        "organisation_code",
        "organisation",
        ["code"],
        unique=True,
        postgresql_where=sa.text("code is not null"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_entry_at", "audit_entry", ["charity_id", "at", "id"], unique=False)
    op.create_table(
        "client",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("client_charity", "client", ["charity_id", "id"], unique=False)
    op.create_index(op.f("ix_client_organisation_id"), "client", ["organisation_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("aggregate_version", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence", name="event_sequence"),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject_id", "key", name="idempotency_record_key"),
    )
    op.create_table(
        "member",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "email", name="member_email"),
    )
    op.create_index(op.f("ix_member_organisation_id"), "member", ["organisation_id"], unique=False)
    op.create_index("member_sign_in", "member", ["email"], unique=False)
    op.create_table(
        "person",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=True),
        sa.Column("known_as", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("probation_region", sa.String(), nullable=True),
        sa.Column("incentive_level", sa.Text(), nullable=True),
        sa.Column("risk_flags", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("cjs_contact", sa.Boolean(), nullable=True),
        sa.Column("has_conviction", sa.Boolean(), nullable=True),
        sa.Column("offence_history_complete", sa.Text(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("name_keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_date_of_birth", "person", ["charity_id", "date_of_birth"], unique=False)
    op.create_index("person_name_keys", "person", ["name_keys"], unique=False, postgresql_using="gin")
    op.create_index("person_newest", "person", ["charity_id", "id"], unique=False)
    op.create_table(
        "programme",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("establishments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("minimum_length", sa.String(), nullable=False),
        sa.Column("time_to_first_session", sa.String(), nullable=False),
        sa.Column("warning_days", sa.Integer(), nullable=False),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("intake_reason", sa.String(), nullable=True),
        sa.Column("intake_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("programme_charity", "programme", ["charity_id", "id"], unique=False)
    op.create_table(
        "client_secret",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_client_secret_client_id"), "client_secret", ["client_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "conviction",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offence_group", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_conviction_person_id"), "conviction", ["person_id"], unique=False)
    op.create_table(
        "custody_facts",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_status", sa.Text(), nullable=True),
        sa.Column("in_custody", sa.Boolean(), nullable=True),
        sa.Column("indeterminate", sa.Boolean(), nullable=True),
        sa.Column("whole_life", sa.Boolean(), nullable=True),
        sa.Column("confirmed_release_date", sa.Date(), nullable=True),
        sa.Column("actual_parole_date", sa.Date(), nullable=True),
        sa.Column("home_detention_curfew_actual_date", sa.Date(), nullable=True),
        sa.Column("automatic_release_date", sa.Date(), nullable=True),
        sa.Column("conditional_release_date", sa.Date(), nullable=True),
        sa.Column("non_parole_date", sa.Date(), nullable=True),
        sa.Column("post_recall_release_date", sa.Date(), nullable=True),
        sa.Column("mid_term_date", sa.Date(), nullable=True),
        sa.Column("tariff_date", sa.Date(), nullable=True),
        sa.Column("parole_hearing_date", sa.Date(), nullable=True),
        sa.Column("parole_eligibility_date", sa.Date(), nullable=True),
        sa.Column("home_detention_curfew_eligibility_date", sa.Date(), nullable=True),
        sa.Column("early_removal_scheme_eligibility_date", sa.Date(), nullable=True),
        sa.Column("tariff_expired_removal_scheme_eligibility_date", sa.Date(), nullable=True),
        sa.Column("sentence_expiry_date", sa.Date(), nullable=True),
        sa.Column("self_reported_release_date", sa.Date(), nullable=True),
        sa.Column("dates_calculated_on", sa.Date(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "sequence", name="custody_facts_sequence"),
    )
    op.create_table(
        "eligibility_policy",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("programme_id", "policy_version", name="eligibility_policy_version"),
    )
    op.create_table(
        "explanation",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explained_by", sa.String(), nullable=True),
        sa.Column("wording_version", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_explanation_person_id"), "explanation", ["person_id"], unique=False)
    op.create_table(
        "person_identifier",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("value_received", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_person_identifier_person_id"), "person_identifier", ["person_id"], unique=False)
    op.create_index("person_identifier_value", "person_identifier", ["charity_id", "scheme", "value"], unique=False)
    op.create_table(
        "protected_characteristics",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("ethnicity_source", sa.Text(), nullable=True),
        sa.Column("gender_identity", sa.Text(), nullable=True),
        sa.Column("sexual_orientation", sa.Text(), nullable=True),
        sa.Column("religion", sa.Text(), nullable=True),
        sa.Column("support_needs", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "referral",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.String(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("needs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("partner_reference", sa.String(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("disposition_for_partner", sa.Text(), nullable=False),
        sa.Column("version_for_partner", sa.BigInteger(), nullable=False),
        sa.Column("disposition_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("information_due_on", sa.Date(), nullable=True),
        sa.Column("duplicate_of_id", sa.Uuid(), nullable=True),
        sa.Column("submitted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "disposition in ('awaiting_information', 'awaiting_confirmation', 'ineligible', 'waiting', 'allocated', 'declined_by_person', 'withdrawn', 'duplicate', 'transferred_before_allocation', 'released_unserved')",
            name="referral_disposition",
        ),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"],
            ["referral.id"],
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "reference", name="referral_reference"),
    )
    op.create_index(op.f("ix_referral_duplicate_of_id"), "referral", ["duplicate_of_id"], unique=False)
    op.create_index(op.f("ix_referral_person_id"), "referral", ["person_id"], unique=False)
    op.create_index("referral_newest", "referral", ["charity_id", "received_on", "id"], unique=False)
    op.create_index("referral_of_partner", "referral", ["partner_id", "received_on", "id"], unique=False)
    op.create_index("referral_of_programme", "referral", ["programme_id", "disposition"], unique=False)
    op.create_index(
        "referral_partner_reference",
        "referral",
        ["partner_id", "partner_reference"],
        unique=True,
        postgresql_where=sa.text("partner_id is not null and partner_reference is not null"),
    )
    op.create_table(
        "disposition_change",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "disposition in ('awaiting_information', 'awaiting_confirmation', 'ineligible', 'waiting', 'allocated', 'declined_by_person', 'withdrawn', 'duplicate', 'transferred_before_allocation', 'released_unserved')",
            name="disposition_change_disposition",
        ),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id", "sequence", name="disposition_change_sequence"),
    )
    op.create_index("disposition_change_recorded", "disposition_change", ["charity_id", "recorded_at"], unique=False)
    op.create_table(
        "eligibility_decision",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("custody_end", sa.Date(), nullable=True),
        sa.Column("threshold", sa.Date(), nullable=True),
        sa.Column("warnings", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("custody_facts_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_for", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["custody_facts_id"],
            ["custody_facts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["eligibility_policy.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id", "sequence", name="eligibility_decision_sequence"),
    )


ENTER = """
create function throughgate.enter(
  p_subject uuid, p_role text, p_authority bigint, p_request text, p_audit_action text, p_audit_object uuid
) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_charity uuid;
  v_organisation uuid;
begin
  -- The connection must already act as the role that the token names; only the intake role stands in for referrers.
  if pg_catalog.current_setting('role') is distinct from 'tg_' || p_role
     and not (p_role = 'referrer' and pg_catalog.current_setting('role') = 'tg_intake') then
    raise exception 'the connection does not act as the role of the token' using errcode = 'TG401';
  end if;
  select m.charity_id, m.organisation_id into v_charity, v_organisation
    from public.member m
    join public.organisation o on o.id = m.organisation_id and o.active
    join public.organisation c on c.id = m.charity_id and c.active
   where m.id = p_subject and m.standing = 'ACTIVE' and m.authority = p_authority and p_role = any (m.roles);
  if not found then
    select k.charity_id, k.organisation_id into v_charity, v_organisation
      from public.client k
      join public.organisation o on o.id = k.organisation_id and o.active
      join public.organisation c on c.id = k.charity_id and c.active
     where k.id = p_subject and k.standing = 'ACTIVE' and k.authority = p_authority and k.role = p_role;
    if not found then
      raise exception 'the rights of this token have changed or ended' using errcode = 'TG401';
    end if;
  end if;
  perform pg_catalog.set_config('app.subject', p_subject::text, true),
          pg_catalog.set_config('app.role', p_role, true),
          pg_catalog.set_config('app.charity', v_charity::text, true),
          pg_catalog.set_config('app.organisation', v_organisation::text, true),
          pg_catalog.set_config('app.request', coalesce(p_request, ''), true);
  if p_audit_action is not null then
    perform throughgate.audit(p_audit_action, p_audit_object, array[]::text[]);
  end if;
  return true;
end
$$
"""

AUDIT = """
create function throughgate.audit(p_action text, p_object uuid, p_fields text[], p_charity uuid default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.audit_entry (id, charity_id, action, object_id, fields, subject_id, role, request_id, at)
  values (
    uuidv7(),
    -- What a platform operator does to a charity stands in that charity's own trail.
    coalesce(
      case when current_setting('app.role', true) = 'platform_operator' then p_charity end,
      nullif(current_setting('app.charity', true), '')::uuid
    ),
    p_action, p_object, p_fields,
    nullif(current_setting('app.subject', true), '')::uuid,
    current_setting('app.role', true),
    nullif(current_setting('app.request', true), ''),
    clock_timestamp()
  );
end
$$
"""

# A writer holds the lock in common while it works, so what it records carries an instant later than any ledger answered
# before it; a ledger takes the lock alone for a moment, so nobody is still writing at an instant that it answers for.
LEDGER_CLOCK = """
create function throughgate.ledger_clock(p_reading boolean) returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  v_lock bigint := hashtextextended('ledger|' || current_setting('app.charity', true), 0);
begin
  if p_reading then
    perform pg_advisory_xact_lock(v_lock);
    return clock_timestamp() - interval '1 microsecond';
  end if;
  perform pg_advisory_xact_lock_shared(v_lock);
  return clock_timestamp();
end
$$
"""

# The duplicates of a referral may have come from agencies whose rows the present role cannot see: they show their agency
# what the referral that stands shows, and follow it when it is itself merged into another.
# Their version counts up too: one that stood still while the disposition moved would tell the agency of a duplicate.
FOLLOW_SURVIVOR = """
create function throughgate.follow_survivor(
  p_survivor uuid, p_merged_into uuid, p_disposition text, p_due date, p_at timestamptz
) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  update public.referral
     set disposition_for_partner = p_disposition,
         information_due_on =
           case when p_disposition = 'awaiting_information' then coalesce(information_due_on, p_due) end,
         duplicate_of_id = coalesce(p_merged_into, duplicate_of_id),
         version = version + 1,
         -- Counted only where something shows, as for a referral that stands alone.
         version_for_partner = version_for_partner + (disposition_for_partner is distinct from p_disposition)::int,
         updated_at = p_at
   where duplicate_of_id = p_survivor
     and charity_id = nullif(current_setting('app.charity', true), '')::uuid
     -- An agency moves only what follows a referral of its own, and merges nothing.
     and (
       current_setting('app.role', true) <> 'referrer'
       or p_merged_into is null and exists (
         select from public.referral s
          where s.id = p_survivor and s.partner_id = nullif(current_setting('app.organisation', true), '')::uuid
       )
     )
$$
"""

KEEP = """
create function throughgate.keep() returns trigger language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin raise exception 'rows of % are written once', tg_table_name using errcode = 'restrict_violation'; end $$
"""

TABLES = (
    "establishment",
    "log_in_attempts",
    "organisation",
    "audit_entry",
    "client",
    "event",
    "idempotency_record",
    "member",
    "person",
    "programme",
    "client_secret",
    "consent",
    "conviction",
    "custody_facts",
    "eligibility_policy",
    "explanation",
    "person_identifier",
    "protected_characteristics",
    "referral",
    "disposition_change",
    "eligibility_decision",
)
WRITTEN_ONCE = ("audit_entry", "disposition_change", "eligibility_decision", "eligibility_policy")
NEVER_EDITED = ("custody_facts", "consent", "explanation", "conviction", "event")

CASEWORK = ("tg_manager", "tg_coordinator")
EVERYONE = tuple(role for role in APPLICATION_ROLES if role != "tg_authenticator")
IN_A_CHARITY = tuple(role for role in EVERYONE if role != "tg_platform_operator")


def create_functions() -> None:
    op.execute("create schema throughgate")
    for function in (AUDIT, ENTER, LEDGER_CLOCK, FOLLOW_SURVIVOR, KEEP):
        op.execute(function)
    op.execute("revoke all on all functions in schema throughgate from public")
    for role in (LOGIN, *EVERYONE):
        op.execute(f"grant usage on schema throughgate to {role}")
        op.execute(f"grant execute on function throughgate.enter to {role}")
    for role in EVERYONE:
        op.execute(f"grant execute on function throughgate.audit, throughgate.ledger_clock to {role}")
    for role in (*CASEWORK, "tg_intake"):
        op.execute(f"grant execute on function throughgate.follow_survivor to {role}")
    for table in WRITTEN_ONCE:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
    for table in NEVER_EDITED:
        op.execute(f"create trigger keep before update on {table} for each row execute function throughgate.keep()")


def grant_organisations() -> None:
    grant("organisation", OWNER, {"select": EVERYTHING})
    grant(
        "organisation",
        [role for role in IN_A_CHARITY if role not in ("tg_referrer", "tg_intake")],
        {"select": OWN_CHARITY},
    )
    own_agency = f"{OWN_CHARITY} and (id = {ORGANISATION} or kind = 'CHARITY')"
    grant("organisation", ("tg_referrer", "tg_intake"), {"select": own_agency})
    partners = f"{OWN_CHARITY} and kind = 'PARTNER'"
    grant("organisation", "tg_manager", {"insert": partners, "update": OWN_CHARITY})
    grant("organisation", "tg_platform_operator", dict.fromkeys(("select", "insert", "update"), EVERYTHING))
    grant("organisation", "tg_authenticator", {"select": EVERYTHING})
    grant("establishment", EVERYONE, {"select": EVERYTHING})
    grant("establishment", OWNER, {"select": EVERYTHING, "insert": EVERYTHING, "update": EVERYTHING})
    grant("programme", IN_A_CHARITY, {"select": OWN_CHARITY})
    grant("programme", "tg_manager", {"insert": OWN_CHARITY, "update": OWN_CHARITY})
    grant("eligibility_policy", IN_A_CHARITY, {"select": OWN_CHARITY})
    grant("eligibility_policy", "tg_manager", {"insert": OWN_CHARITY})


def grant_access() -> None:
    grant("member", OWNER, {"select": EVERYTHING})
    # Nobody but the log-in ever reads a password's hash or a secret's digest.
    but_the_hash = (
        "id, charity_id, organisation_id, display_name, email, roles, standing, authority,"
        " version, created_at, created_by, updated_at"
    )
    grant(
        "member",
        "tg_manager",
        {f"select({but_the_hash})": OWN_CHARITY, "insert": OWN_CHARITY, "update": OWN_CHARITY},
    )
    grant("member", "tg_platform_operator", {"insert": EVERYTHING})
    grant("member", "tg_authenticator", {"select": EVERYTHING, "update(password_hash)": EVERYTHING})
    grant("client", OWNER, {"select": EVERYTHING})
    grant("client", "tg_manager", {"select": OWN_CHARITY, "insert": OWN_CHARITY, "update": OWN_CHARITY})
    grant("client", "tg_authenticator", {"select": EVERYTHING, "update(last_used_at)": EVERYTHING})
    # Colleagues see each other's names beside what they did, nothing more.
    for table, columns in (("member", "id, charity_id, display_name"), ("client", "id, charity_id, name")):
        grant(
            table,
            ("tg_coordinator", "tg_safeguarding_lead", "tg_data_protection_lead"),
            {f"select({columns})": OWN_CHARITY},
        )
    grant(
        "client_secret",
        "tg_manager",
        {
            "select(id, client_id, charity_id, created_at, created_by, expires_at)": OWN_CHARITY,
            "insert": OWN_CHARITY,
            "update(expires_at)": OWN_CHARITY,
        },
    )
    grant("client_secret", "tg_authenticator", {"select": EVERYTHING})
    grant(
        "log_in_attempts",
        "tg_authenticator",
        dict.fromkeys(("select", "insert", "update", "delete"), EVERYTHING),
    )


def grant_casework() -> None:
    for table in ("person", "protected_characteristics", "referral"):
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY, "update": OWN_CHARITY})
    for table in (
        "person_identifier",
        "conviction",
        "custody_facts",
        "consent",
        "explanation",
        "eligibility_decision",
        "disposition_change",
    ):
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    for table in (
        "person",
        "person_identifier",
        "conviction",
        "custody_facts",
        "consent",
        "explanation",
        "protected_characteristics",
        "referral",
        "eligibility_decision",
        "disposition_change",
    ):
        grant(table, "tg_safeguarding_lead", {"select": OWN_CHARITY})
    # The intake adds people for a partner's push and can look nobody up.
    for table in (
        "person",
        "person_identifier",
        "conviction",
        "custody_facts",
        "consent",
        "explanation",
        "protected_characteristics",
        "disposition_change",
    ):
        grant(table, "tg_intake", {"insert": OWN_CHARITY})
    grant("referral", "tg_intake", {"select": OWN_AGENCY, "insert": OWN_AGENCY, "update": OWN_AGENCY})
    grant("referral", OWNER, {"select": EVERYTHING, "update": EVERYTHING})
    grant("eligibility_decision", "tg_intake", {"insert": OWN_AGENCY})
    of_own_referral = f"{OWN_CHARITY} and referral_id in (select id from referral)"  # noqa: S608 -- our own words
    grant("disposition_change", "tg_intake", {"select": of_own_referral})
    # An agency reads what it sent and where that stands for it; whom the charity takes the man for is in no column of these.
    as_sent = (
        "id, charity_id, partner_id, programme_id, reference, partner_reference, received_on, received_at, submitted,"
        " disposition_for_partner, information_due_on, version_for_partner"
    )
    grant("referral", "tg_referrer", {f"select({as_sent})": OWN_AGENCY})
    grant("eligibility_decision", "tg_referrer", {"select": f"{OWN_AGENCY} and sequence = 1"})


def grant_records() -> None:
    writers = (*CASEWORK, "tg_platform_operator", "tg_intake")
    grant("event", writers, {"insert": OWN_CHARITY})
    own = f"{OWN_CHARITY} and subject_id = {SUBJECT}"
    grant("idempotency_record", writers, {"select": own, "insert": own})
    # Answers hold what was answered; nobody needs them once a retry has become unlikely.
    grant("idempotency_record", "tg_authenticator", {"select(created_at)": EVERYTHING})
    grant("idempotency_record", "tg_authenticator", {"delete": "created_at < now() - interval '48 hours'"})
    grant("audit_entry", OWNER, {"insert": EVERYTHING})
    grant("audit_entry", "tg_data_protection_lead", {"select": OWN_CHARITY})


def add_reference_data() -> None:
    texts = (sa.column(name, sa.Text()) for name in ("agency_id", "name", "kind", "source"))
    establishment = sa.table("establishment", *texts, sa.column("active", sa.Boolean()))
    rows = json.loads((Path(__file__).parent.parent / "data" / "establishments.json").read_text(encoding="utf-8"))
    op.bulk_insert(establishment, rows)


def upgrade() -> None:
    create_tables()
    add_reference_data()
    create_functions()
    for table in TABLES:
        protect(table)
    grant_organisations()
    grant_access()
    grant_casework()
    grant_records()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
