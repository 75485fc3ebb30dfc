"""Where somebody stays from one day to another: without overlap and without gap, as temporal constraints hold it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, grant, protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
MENTOR = "tg_mentor"
# ruff: noqa: S608 -- our own words, never anything that was sent
HIS_PEOPLE = "select person_id from engagement where id in (select throughgate.last_mentored())"
HIS_PLACEMENTS = f"{OWN_CHARITY} and person_id in ({HIS_PEOPLE})"
OF_HIS_PLACEMENTS = f"{OWN_CHARITY} and placement_id in (select id from placement)"

# Where somebody is said to be when he is put on file is the first that is known of him. By a trigger, for it holds by whichever
# way he is put on file, and costs a push no round trip.
PLACE_OF = """
create function throughgate.place_of(p_establishment text, p_movement text, p_setting text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_establishment is not null or p_movement in ('IN_ESTABLISHMENT', 'TRN') or p_setting = 'CUSTODY' then 'HMP'
    when p_movement = 'OUT' or p_setting in ('RELEASED', 'COMMUNITY', 'COMMUNITY_SENTENCE') then 'COMMUNITY_NOT_KNOWN'
  end
$$
"""
FIRST_PLACE = """
create function throughgate.first_place() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := uuidv7();
  v_place text := throughgate.place_of(new.establishment, new.movement, new.setting);
  v_on date := (new.created_at at time zone 'Europe/London')::date;
begin
  if v_place is null then
    return null;
  end if;
  insert into public.placement (id, charity_id, person_id, recorded_nth, arrived_on, accommodation, establishment, location,
                                told_by, days, kind, version, created_at, created_by, updated_at)
  values (v_id, new.charity_id, new.id, 1, v_on, v_place, new.establishment, case v_place when 'HMP' then new.location end,
          'NOT_SAID', daterange(v_on, null), 'FIRST_KNOWN', 1, new.created_at, new.created_by, new.created_at);
  insert into public.placement_entry (id, charity_id, placement_id, sequence, step, arrived_on, accommodation, establishment,
                                      location, told_by, recorded_at, recorded_by)
  values (uuidv7(), new.charity_id, v_id, 1, 'record', v_on, v_place, new.establishment,
          case v_place when 'HMP' then new.location end, 'NOT_SAID', new.created_at, new.created_by);
  insert into public.whereabouts (charity_id, person_id, days) values (new.charity_id, new.id, daterange(v_on, null));
  return null;
end
$$
"""


def _told() -> list[sa.Column[object]]:
    return [
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("accommodation", sa.Text(), nullable=False),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("custody_reason", sa.Text(), nullable=True),
        sa.Column("release_type", sa.Text(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=False),
    ]


def create_tables() -> None:
    # For an equality of ids beside an overlap of days in one constraint; a trusted extension, which its owner may make.
    # In a schema of its own, so that what others wrote is never called by mistake.
    op.execute("create schema if not exists extensions")
    op.execute("create extension if not exists btree_gist with schema extensions")
    op.create_table(
        "placement",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_told(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_nth", sa.BigInteger(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(days is null) = (kind is null)", name="placement_of_some_length"),
        sa.CheckConstraint("withdrawn_at is null or days is null", name="placement_withdrawn"),
        sa.CheckConstraint("days is null or lower(days) = arrived_on", name="placement_begins_on_arrival"),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("alter table placement add constraint placement_one_at_a_time unique (person_id, days without overlaps)")
    op.create_index("placement_newest", "placement", ["charity_id", "created_at", "id"])
    op.create_index("placement_of_person", "placement", ["person_id", "arrived_on", "recorded_nth"])
    op.create_table(
        "placement_entry",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        *_told(),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("placement_id", "sequence", name="placement_entry_sequence"),
    )
    op.create_table(
        "whereabouts",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    # Every day from the first that is known is covered by a placement. Asked when the transaction ends.
    op.execute(
        "alter table whereabouts add constraint whereabouts_without_gap foreign key (person_id, period days)"
        " references placement (person_id, period days) deferrable initially deferred"
    )


def keep_entries() -> None:
    op.execute(
        "create trigger keep before update or delete on placement_entry"
        " for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on placement_entry"
        " for each statement execute function throughgate.keep()"
    )


def place_those_on_file() -> None:
    """Who was on file before this step is known to be where he is since he was put there."""
    place = "throughgate.place_of(establishment, movement, setting)"
    since = "(created_at at time zone 'Europe/London')::date"
    op.execute("alter table person no force row level security")
    op.execute(
        "insert into placement (id, charity_id, person_id, recorded_nth, arrived_on, accommodation, establishment, location,"
        " told_by, days, kind, version, created_at, created_by, updated_at)"
        f" select uuidv7(), charity_id, id, 1, {since}, {place}, establishment, case {place} when 'HMP' then location end,"
        f" 'NOT_SAID', daterange({since}, null), 'FIRST_KNOWN', 1, created_at, created_by, created_at"
        f" from person where {place} is not null"
    )
    op.execute(
        "insert into placement_entry (id, charity_id, placement_id, sequence, step, arrived_on, accommodation, establishment,"
        " location, told_by, recorded_at, recorded_by)"
        " select uuidv7(), charity_id, id, 1, 'record', arrived_on, accommodation, establishment, location, told_by,"
        " created_at, created_by from placement"
    )
    op.execute(
        "insert into whereabouts (charity_id, person_id, days) select charity_id, person_id, days from placement"
    )
    op.execute("set constraints all immediate")  # a table with checks outstanding cannot be altered
    op.execute("alter table person force row level security")


def grant_rights() -> None:
    for table in ("placement", "placement_entry", "whereabouts"):
        protect(table)
        grant(table, OWNER, {"insert": OWN_CHARITY})
    written = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
    grant("placement", CASEWORK, {**written, "update": OWN_CHARITY})
    grant("placement_entry", CASEWORK, written)
    grant("whereabouts", CASEWORK, {**written, "update": OWN_CHARITY})
    for table in ("placement", "placement_entry"):
        grant(table, "tg_safeguarding_lead", {"select": OWN_CHARITY})
    grant("placement", MENTOR, {"select": HIS_PLACEMENTS})
    grant("placement_entry", MENTOR, {"select": OF_HIS_PLACEMENTS})


def upgrade() -> None:
    create_tables()
    op.execute(PLACE_OF)
    op.execute(FIRST_PLACE)
    op.execute("revoke all on function throughgate.first_place from public")
    op.execute("revoke all on function throughgate.place_of from public")
    place_those_on_file()
    keep_entries()
    grant_rights()
    op.execute(
        "create trigger first_place after insert on person for each row execute function throughgate.first_place()"
    )


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
