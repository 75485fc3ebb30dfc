"""Feedback: forms and what was answered to them. A mentor's calendar feed, and the one function that it asks."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import CHARITY, OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
HIS = f"select engagement_id from engagement_mentor where {STILL_HIS}"
HIS_NOW = f"select id from engagement where mentor_id in {OWN_MENTOR} and id in ({HIS})"
# For himself also after his time, while he may see it; for his mentee only while he is his mentor.
HE_HANDS_IN = (
    f"{OWN_CHARITY} and created_by = {SUBJECT} and referral_id is null and ("
    f"(audience = 'MENTOR' and engagement_id in ({HIS})) or"
    f" (audience = 'MENTEE' and (status <> 'ANSWERED' or taken_by = 'READ_ALOUD') and engagement_id in ({HIS_NOW})))"
)
# Row security shows an agency, and the intake in its name, its own referrals only.
AGENCY_HANDS_IN = (
    f"{OWN_CHARITY} and created_by = {SUBJECT} and audience = 'PROFESSIONAL' and engagement_id is null"
    " and referral_id in (select id from referral)"
)
# Whoever may not read knows of what he handed in himself, and not even there what it says.
OWN_RECEIPT = f"{OWN_CHARITY} and created_by = {SUBJECT}"
RECEIPT = (
    "id, charity_id, form_id, audience, engagement_id, referral_id, status, supersedes_id, given_on, created_at,"
    " created_by"
)
OWN_FEED = f"{OWN_CHARITY} and member_id = {SUBJECT} and mentor_id in {OWN_MENTOR}"
FEED = (
    "id, charity_id, mentor_id, member_id, expires_at, revoked_at, last_used_on, version, created_at, created_by,"
    " updated_at"
)
ENDING = "revoked_at, version, updated_at"

# Ids of everyone's forms, the same in every installation.
FORM_IDS = "01900000-0000-7000-8000-0000000f0b0"
FORMS = {
    ("MENTEE", "Your mentoring: what do you think?"): (
        ("LISTENED", "Does your mentor listen to you?", "SCALE_1_5"),
        ("USEFUL", "Are your meetings of use to you?", "SCALE_1_5"),
        ("SAFE", "Do you feel safe to say what you think?", "YES_NO"),
        ("GOOD", "What has been good?", "WORDS"),
        ("BETTER", "What should we do better?", "WORDS"),
    ),
    ("MENTOR", "Mentoring: how is it for you?"): (
        ("SUPPORTED", "How well supported do you feel?", "SCALE_1_5"),
        ("PREPARED", "Did your training prepare you for it?", "SCALE_1_5"),
        ("GO_ON", "Would you mentor somebody again?", "YES_NO"),
        ("NEED", "What would help you?", "WORDS"),
    ),
    ("PROFESSIONAL", "Working with us: how was it?"): (
        ("EASY", "How easy was it to refer somebody to us?", "SCALE_1_5"),
        ("INFORMED", "Did we tell you what you needed to know?", "SCALE_1_5"),
        ("AGAIN", "Would you refer somebody to us again?", "YES_NO"),
        ("BETTER", "What should we do better?", "WORDS"),
    ),
}

# The digest finds the feed; what else row security asks is then set from it, for this call alone. A feed that lives and has no
# session answers one empty row: whoever asks can tell it from none.
CALENDAR_OF = """
create function throughgate.calendar_of(p_digest bytea)
returns table (uid text, starts_at timestamptz, minutes bigint, state text, version bigint, updated_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_feed public.calendar_feed;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  select f.* into v_feed from public.calendar_feed f where f.digest = p_digest;
  perform set_config('app.charity', coalesce(v_feed.charity_id::text, ''), true);
  perform 1
     from public.mentor m
     join public.member b on b.id = m.member_id
     join public.organisation o on o.id = b.organisation_id
     join public.organisation c on c.id = b.charity_id
    where m.id = v_feed.mentor_id and m.member_id = v_feed.member_id and m.stage <> 'LEFT'
      and b.standing = 'ACTIVE' and 'mentor' = any(b.roles) and o.active and c.active
      and v_feed.revoked_at is null and v_feed.expires_at > now();
  if not found then
    perform set_config('app.charity', '', true);
    return;
  end if;
  update public.calendar_feed f set last_used_on = v_today, version = f.version + 1, updated_at = now()
   where f.id = v_feed.id and f.last_used_on is distinct from v_today;
  return query
    select encode(sha256(p_digest || uuid_send(s.id)), 'hex'), s.starts_at, s.minutes, s.state, s.version, s.updated_at
      from (select 1) as one
      left join public.mentoring_session s
        on s.mentor_id = v_feed.mentor_id
       and s.state in ('PLANNED', 'CANCELLED', 'SUPERSEDED')
       and s.starts_at between now() - interval '30 days' and now() + interval '400 days'
       and s.engagement_id in (
             select e.engagement_id from public.engagement_mentor e
              where e.mentor_id = v_feed.mentor_id and (e.access_until is null or e.access_until >= v_today));
  perform set_config('app.charity', '', true);
end
$$
"""
END_CALENDARS = """
create function throughgate.end_calendars() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_table_name = 'mentor' then
    update public.calendar_feed set revoked_at = now(), version = version + 1, updated_at = now()
     where mentor_id = new.id and revoked_at is null;
  else
    update public.calendar_feed set revoked_at = now(), version = version + 1, updated_at = now()
     where member_id = new.id and revoked_at is null;
  end if;
  return null;
end
$$
"""


def create_feedback() -> None:
    op.create_table(
        "feedback_form",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "code", "edition", name="feedback_form_edition"),
    )
    op.create_index(
        "feedback_form_in_use",
        "feedback_form",
        ["charity_id", "code"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_index("feedback_form_newest", "feedback_form", ["created_at", "id"])
    op.create_table(
        "feedback",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["form_id"], ["feedback_form.id"]),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"]),
        sa.ForeignKeyConstraint(["supersedes_id"], ["feedback.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("supersedes_id", name="feedback_supersedes"),
    )
    op.create_index(op.f("ix_feedback_engagement_id"), "feedback", ["engagement_id"])
    op.create_index(op.f("ix_feedback_referral_id"), "feedback", ["referral_id"])
    op.create_index("feedback_newest", "feedback", ["charity_id", "created_at", "id"])
    op.create_index("feedback_of_form", "feedback", ["form_id"])
    for name, when in (
        ("keep", "update or delete on feedback for each row"),
        ("keep_all", "truncate on feedback for each statement"),
    ):
        op.execute(f"create trigger {name} before {when} execute function throughgate.keep()")


def seed_forms() -> None:
    for n, ((audience, title), questions) in enumerate(FORMS.items(), start=1):
        listed = json.dumps([dict(zip(("code", "text", "kind"), one, strict=True)) for one in questions])
        op.execute(
            sa.text(
                "insert into feedback_form"
                " (id, code, audience, title, edition, questions, version, created_at, updated_at) values (cast(:id as uuid),"
                " :code, :audience, :title, 1, cast(:questions as jsonb), 1, now(), now())"
            ).bindparams(
                id=f"{FORM_IDS}{n}", code=f"{audience}_GENERAL", audience=audience, title=title, questions=listed
            )
        )


def create_calendar() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="calendar_feed_digest"),
    )
    op.create_index(
        "calendar_feed_live",
        "calendar_feed",
        ["mentor_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_index("calendar_feed_newest", "calendar_feed", ["charity_id", "created_at", "id"])
    op.create_index("calendar_feed_of_member", "calendar_feed", ["member_id"])


def create_functions() -> None:
    op.execute(CALENDAR_OF)
    op.execute("revoke all on function throughgate.calendar_of from public")
    op.execute("grant usage on schema throughgate to tg_authenticator")
    op.execute("grant execute on function throughgate.calendar_of to tg_authenticator")
    op.execute(END_CALENDARS)
    op.execute("revoke all on function throughgate.end_calendars from public")
    op.execute(
        "create trigger end_calendars after update of stage on mentor for each row"
        " when (new.stage = 'LEFT' and old.stage <> 'LEFT') execute function throughgate.end_calendars()"
    )
    op.execute(
        "create trigger end_calendars after update of authority on member for each row"
        " when (new.authority <> old.authority) execute function throughgate.end_calendars()"
    )


def grant_rights() -> None:
    for table in ("feedback_form", "feedback", "calendar_feed"):
        protect(table)
    # Everyone's too, yet to nobody before it is known who asks.
    shown = f"{CHARITY} is not null and (charity_id is null or {OWN_CHARITY})"
    grant("feedback_form", (*CASEWORK, "tg_mentor", "tg_referrer", "tg_intake"), {"select": shown})
    grant(
        "feedback_form",
        CASEWORK,
        {"insert": OWN_CHARITY, "update(retired_at, version, updated_at)": OWN_CHARITY},
    )
    grant("feedback", CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("feedback", "tg_mentor", {"insert": HE_HANDS_IN, f"select({RECEIPT})": OWN_RECEIPT})
    grant("feedback", "tg_intake", {"insert": AGENCY_HANDS_IN, f"select({RECEIPT})": OWN_RECEIPT})
    grant("feedback", "tg_referrer", {f"select({RECEIPT})": OWN_RECEIPT})
    grant("calendar_feed", CASEWORK, {f"select({FEED})": OWN_CHARITY, f"update({ENDING})": OWN_CHARITY})
    grant(
        "calendar_feed",
        "tg_mentor",
        {f"select({FEED})": OWN_FEED, "insert": OWN_FEED, f"update({ENDING})": OWN_FEED},
    )
    grant("calendar_feed", OWNER, {"select": "true", "update": OWN_CHARITY})
    grant("mentoring_session", OWNER, {"select": OWN_CHARITY})
    grant("engagement_mentor", OWNER, {"select": OWN_CHARITY})


def upgrade() -> None:
    create_feedback()
    seed_forms()
    create_calendar()
    create_functions()
    grant_rights()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
