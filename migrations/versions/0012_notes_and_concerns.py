"""Session notes, what stands in the way of meeting, concerns with their alarms, the state of an ACCT, restricted notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
RESTRICTED = ("tg_coordinator", "tg_safeguarding_lead")
KEPT = ("session_note", "barrier_attempt", "concern", "concern_addition", "acct_state", "restricted_note")

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(t.access_until is null or t.access_until >= (now() at time zone 'Europe/London')::date)"
HIS = f"select t.engagement_id from engagement_mentor t where {STILL_HIS}"
HIS_PEOPLE = f"select t.person_id from engagement_mentor t where {STILL_HIS}"
# Who was succeeded sees from then on only what he wrote himself.
HIS_NOW = f"select id from engagement where mentor_id in {OWN_MENTOR} and id in ({HIS})"
HIS_OR_OWN = (
    f"{OWN_CHARITY} and (engagement_id in ({HIS_NOW}) or (created_by = {SUBJECT} and engagement_id in ({HIS})))"
)
# Of the notes about somebody those that were written in his own time: not what whoever came before him wrote, or came after.
IN_HIS_TIME = (
    "exists (select from engagement_mentor t where t.engagement_id = session_note.engagement_id"
    f" and {STILL_HIS} and session_note.created_at >= t.from_day"
    " and (t.until_day is null or session_note.created_at < t.until_day + 1))"
)
HIS_NOTES = f"{OWN_CHARITY} and engagement_id in ({HIS}) and (created_by = {SUBJECT} or {IN_HIS_TIME})"
HIS_NEW_NOTES = f"{OWN_CHARITY} and engagement_id in ({HIS}) and created_by = {SUBJECT}"
OF_HIS_BARRIERS = f"{OWN_CHARITY} and barrier_id in (select id from barrier)"
# A concern is its author's to see, for a mentor as long as he sees the person.
OWN_CONCERNS = f"{OWN_CHARITY} and created_by = {SUBJECT}"
HIS_CONCERNS = f"{OWN_CONCERNS} and person_id in ({HIS_PEOPLE})"
OF_SEEN_CONCERNS = f"{OWN_CHARITY} and concern_id in (select id from concern)"
TO_OWN_CONCERNS = f"{OF_SEEN_CONCERNS} and created_by = {SUBJECT}"
SEEN_ADDITIONS = f"{OF_SEEN_CONCERNS} and (created_by = {SUBJECT} or kind <> 'WORDS')"
OPEN_ALARMS = "acknowledged_at is null"

# Every process of a deployment asks now and then; a row that another one has in hand is skipped, so none is told twice.
TELL_AGAIN = """
create function throughgate.tell_alarms_again(p_now timestamptz) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with due as (
    select a.id from public.concern_alarm a
     where a.acknowledged_at is null and a.told_at <= p_now - interval '15 minutes'
     order by a.told_at
     limit 200
       for update skip locked
  ), told as (
    update public.concern_alarm a set told_at = p_now, times = a.times + 1 from due where a.id = due.id
    returning a.id, a.charity_id, a.times
  ), events as (
    insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
    select uuidv7(), charity_id, 'concern_alarm.told_again', id, times, p_now from told
    returning 1
  )
  select count(*) from events
$$
"""


def _id_columns(*, versioned: bool) -> list[sa.Column[object]]:
    columns: list[sa.Column[object]] = [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
    ]
    if versioned:
        columns.append(sa.Column("version", sa.BigInteger(), nullable=False))
        columns.append(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False))
    columns.append(sa.Column("charity_id", sa.Uuid(), nullable=False))
    columns.append(sa.Column("id", sa.Uuid(), nullable=False))
    return columns


def _telling() -> list[sa.Column[object]]:
    return [
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_to_role", sa.Text(), nullable=True),
        sa.Column("reported_to_name", sa.String(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
    ]


def create_notes() -> None:
    op.create_table(
        "session_note",
        *_id_columns(versioned=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["replaces_id"], ["session_note.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["mentoring_session.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("replaces_id", name="session_note_replaced_once"),
    )
    op.create_index(op.f("ix_session_note_person_id"), "session_note", ["person_id"])
    op.create_index(op.f("ix_session_note_session_id"), "session_note", ["session_id"])
    op.create_index("session_note_newest", "session_note", ["charity_id", "created_at", "id"])
    op.create_index("session_note_of_engagement", "session_note", ["engagement_id", "created_at"])
    op.create_table(
        "restricted_note",
        *_id_columns(versioned=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["replaces_id"], ["restricted_note.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("replaces_id", name="restricted_note_replaced_once"),
    )
    op.create_index(op.f("ix_restricted_note_person_id"), "restricted_note", ["person_id"])
    op.create_index("restricted_note_newest", "restricted_note", ["charity_id", "created_at", "id"])


def create_barriers() -> None:
    op.create_table(
        "barrier",
        *_id_columns(versioned=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_barrier_engagement_id"), "barrier", ["engagement_id"])
    op.create_index(op.f("ix_barrier_person_id"), "barrier", ["person_id"])
    op.create_index("barrier_newest", "barrier", ["charity_id", "created_at", "id"])
    op.create_table(
        "barrier_attempt",
        *_id_columns(versioned=False),
        sa.Column("barrier_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("helped", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["barrier_id"], ["barrier.id"]),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("barrier_id", "sequence", name="barrier_attempt_sequence"),
    )


def create_concerns() -> None:
    op.create_table(
        "concern",
        *_id_columns(versioned=False),
        *_telling(),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("disclosed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_yet_reported", sa.Boolean(), nullable=False),
        sa.Column("acct_opened", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["mentoring_session.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint(
            "not_yet_reported = (reported_at is null) and (reported_at is null) = (reported_to_role is null)",
            name="concern_told_or_not",
        ),
    )
    op.create_index(op.f("ix_concern_engagement_id"), "concern", ["engagement_id"])
    op.create_index(op.f("ix_concern_session_id"), "concern", ["session_id"])
    op.create_index("concern_newest", "concern", ["charity_id", "created_at", "id"])
    op.create_index("concern_of_person", "concern", ["person_id", "created_at"])
    op.create_table(
        "concern_addition",
        *_id_columns(versioned=False),
        *_telling(),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("followed_up_on", sa.Date(), nullable=True),
        sa.Column("acct_opened", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("concern_addition_of", "concern_addition", ["concern_id", "created_at"])
    op.create_index(
        "concern_acknowledged_once",
        "concern_addition",
        ["concern_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'ACKNOWLEDGED'"),
    )
    op.create_table(
        "concern_alarm",
        *_id_columns(versioned=True),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("concern_id"),
    )
    op.create_index(op.f("ix_concern_alarm_person_id"), "concern_alarm", ["person_id"])
    op.create_index("concern_alarm_newest", "concern_alarm", ["charity_id", "created_at", "id"])
    op.create_index(
        "concern_alarm_open", "concern_alarm", ["told_at"], postgresql_where=sa.text("acknowledged_at is null")
    )
    op.create_table(
        "acct_state",
        *_id_columns(versioned=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("acct_state_newest", "acct_state", ["charity_id", "created_at", "id"])
    op.create_index("acct_state_of_person", "acct_state", ["person_id", "as_of", "created_at"])


def create_functions() -> None:
    for table in KEPT:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
    op.execute(TELL_AGAIN)
    op.execute("revoke all on function throughgate.tell_alarms_again from public")
    op.execute("grant usage on schema throughgate to tg_authenticator")
    op.execute("grant execute on function throughgate.tell_alarms_again to tg_authenticator")


def grant_rights() -> None:
    for table in (*KEPT, "barrier", "concern_alarm"):
        protect(table)
    both = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
    grant("session_note", CASEWORK, both)
    grant("session_note", "tg_mentor", {"select": HIS_NOTES, "insert": HIS_NEW_NOTES})
    grant("barrier", CASEWORK, {**both, "update": OWN_CHARITY})
    grant("barrier", "tg_mentor", {"select": HIS_OR_OWN, "insert": HIS_OR_OWN, "update": HIS_OR_OWN})
    grant("barrier_attempt", CASEWORK, both)
    grant("barrier_attempt", "tg_mentor", {"select": OF_HIS_BARRIERS, "insert": OF_HIS_BARRIERS})
    grant("restricted_note", RESTRICTED, both)
    grant("acct_state", RESTRICTED, both)
    grant_concerns()
    # What the safeguarding lead has to know of where a concern came up: that it is about the same person.
    grant("engagement", "tg_safeguarding_lead", {"select(id, charity_id, person_id)": OWN_CHARITY})
    grant("mentoring_session", "tg_safeguarding_lead", {"select(id, charity_id, person_id)": OWN_CHARITY})
    grant("event", "tg_safeguarding_lead", {"insert": OWN_CHARITY})


def grant_concerns() -> None:
    both = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
    grant("concern", RESTRICTED, both)
    grant("concern", "tg_manager", {"select": OWN_CONCERNS, "insert": OWN_CONCERNS})
    grant("concern", "tg_mentor", {"select": HIS_CONCERNS, "insert": HIS_CONCERNS})
    grant("concern_addition", RESTRICTED, both)
    grant(
        "concern_alarm",
        RESTRICTED,
        {**both, "update(acknowledged_at, acknowledged_by, version, updated_at)": OWN_CHARITY},
    )
    for author in ("tg_manager", "tg_mentor"):
        grant("concern_addition", author, {"select": SEEN_ADDITIONS, "insert": TO_OWN_CONCERNS})
        grant("concern_alarm", author, {"select": OF_SEEN_CONCERNS, "insert": OF_SEEN_CONCERNS})
    grant("concern_alarm", OWNER, {"select": OPEN_ALARMS, "update": OPEN_ALARMS})
    told = "type = 'concern_alarm.told_again'"
    op.execute(f"alter policy throughgate_owner_insert on event with check ({OWN_CHARITY} or {told})")


def upgrade() -> None:
    create_notes()
    create_barriers()
    create_concerns()
    create_functions()
    grant_rights()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
