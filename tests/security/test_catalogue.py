"""What the migrated database itself says about who may touch what. Read from PostgreSQL's catalogue, not from our code."""

from typing import Any

import asyncpg
import pytest

from app.domain.support.directory.queries import PUBLIC_COLUMNS
from tests.security.rows import Rows

OWNER, LOGIN = "throughgate_owner", "throughgate_app"
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}

WRITTEN_ONCE = (
    "acct_state",
    "audit_entry",
    "barrier_attempt",
    "certificate",
    "concern",
    "concern_addition",
    "disposition_change",
    "eligibility_decision",
    "eligibility_policy",
    "engagement_change",
    "feedback",
    "goal_entry",
    "match_exclusion",
    "match_profile",
    "matching_policy",
    "mentor_check",
    "mentor_hours",
    "mentor_step",
    "mentor_training",
    "onward_referral_entry",
    "placement_entry",
    "gate_support_step",
    "contact_permission",
    "professional_contact",
    "person_merge",
    "ending_agreement",
    "closing_review",
    "outcome_judgement",
    "report",
    "publication",
    "report_case_study",
    "measure_response",
    "licence_condition",
    "release_plan_entry",
    "plan_review",
    "progress_entry",
    "restricted_note",
    "session_entry",
    "session_note",
    "session_note_known_name",
    "supervision_contact",
    "supervisor_absence",
)
NEVER_EDITED = ("consent", "conviction", "custody_facts", "event", "explanation")

EVERYONE = {
    "tg_platform_operator",
    "tg_manager",
    "tg_coordinator",
    "tg_safeguarding_lead",
    "tg_mentor",
    "tg_referrer",
    "tg_analyst",
    "tg_data_protection_lead",
    "tg_intake",
}
# Roles that stand for nobody who is signed in: they check credentials, follow events, and read the directory.
NOBODYS = {"tg_authenticator", "tg_feed", "tg_public"}
# Functions that act with their owner's rights, and who may call each.
DEFINERS = {
    "enter": EVERYONE | {LOGIN},
    "audit": EVERYONE,
    "follow_survivor": {"tg_manager", "tg_coordinator", "tg_intake"},
    "document_withdrawn": set(),  # a trigger's
    "keep_capacity": set(),  # a trigger's
    "keep_with_engagement": set(),  # a trigger's
    "toolkit_fits": {"tg_manager", "tg_coordinator", "tg_mentor"},
    "calendar_of": {"tg_authenticator"},
    "enter_code": {"tg_authenticator"},
    "sessions_held": {"tg_manager", "tg_coordinator", "tg_mentor"},
    "may_be_contacted": {"tg_manager", "tg_coordinator", "tg_mentor"},
    "end_calendars": set(),  # a trigger's
    "was_explained": {"tg_manager", "tg_coordinator", "tg_mentor"},
    "tell_alarms_again": {"tg_authenticator"},
    "raise_reminders": {"tg_authenticator"},
    "merge_people": {"tg_manager", "tg_coordinator"},
    "places_taken": {"tg_manager", "tg_coordinator"},
    "hand_over_sessions": set(),  # a trigger's
    "last_mentored": {"tg_mentor"},
    "first_place": set(),  # a trigger's
    "session_at": {"tg_manager", "tg_coordinator", "tg_mentor"},
}

# Everything that says something about a person supported, and who may read any of it.
CASEWORK = {"tg_manager", "tg_coordinator", "tg_safeguarding_lead"}
MATCHING = {"tg_manager", "tg_coordinator"}
ABOUT_PEOPLE = {
    "person": CASEWORK | {"tg_mentor"},  # as much as it takes to meet somebody, of those whom he has: see test_mentors
    "person_identifier": CASEWORK,
    "conviction": CASEWORK,
    "consent": CASEWORK,
    "custody_facts": CASEWORK,
    "explanation": CASEWORK,
    "protected_characteristics": CASEWORK,
    "referral": CASEWORK | {"tg_referrer", "tg_intake"},
    "eligibility_decision": CASEWORK | {"tg_referrer"},
    "disposition_change": CASEWORK | {"tg_intake"},
    "engagement": CASEWORK | {"tg_mentor"},  # the lead: that it is there, and whose it is
    "engagement_mentor": MATCHING | {"tg_mentor"},
    "mentoring_session": CASEWORK | {"tg_mentor"},
    "session_note": MATCHING | {"tg_mentor"},
    "action_plan": MATCHING | {"tg_mentor"},
    "certificate": MATCHING | {"tg_mentor"},
    "goal": MATCHING | {"tg_mentor"},
    "onward_referral": MATCHING | {"tg_mentor"},
    "toolkit_progress": MATCHING | {"tg_mentor"},
    "barrier": MATCHING | {"tg_mentor"},
    "concern": CASEWORK | {"tg_mentor"},  # managers and mentors their own: see tests/safeguarding
    "concern_alarm": CASEWORK | {"tg_mentor"},
    "acct_state": {"tg_coordinator", "tg_safeguarding_lead"},
    "restricted_note": {"tg_coordinator", "tg_safeguarding_lead"},
    "feedback": MATCHING | {"tg_mentor", "tg_referrer", "tg_intake"},  # but for the two, a receipt: see test_feedback
    "placement": CASEWORK | {"tg_mentor"},
    "temporary_absence": CASEWORK | {"tg_mentor"},
    "move_review": MATCHING,
    "gate_support": MATCHING | {"tg_mentor"},
    "contact_permission": MATCHING | {"tg_mentor"},
    "professional_contact": MATCHING | {"tg_mentor"},
    "licence_condition": MATCHING | {"tg_mentor"},
    "release_plan": MATCHING | {"tg_mentor"},
    "reminder": MATCHING | {"tg_mentor"},
    "person_merge": CASEWORK,
    "person_timeline": MATCHING,
    "death": MATCHING,
    "whereabouts": MATCHING,
    "match_exclusion": MATCHING | {"tg_mentor"},
    "match_line": MATCHING,
    "match_profile": MATCHING,
}

_TABLES = "relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'"


async def test_row_security_is_forced_on_every_table_and_the_owner_cannot_log_in(rows: Rows) -> None:
    found = await rows.sql.fetch(
        "select relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text as owner"
        f" from pg_class where {_TABLES}"
    )
    assert len(found) > 20
    for table in found:
        assert (table["relrowsecurity"], table["relforcerowsecurity"], table["owner"]) == (True, True, OWNER), table


async def test_there_is_no_view_or_foreign_table_by_which_to_go_round_row_security(rows: Rows) -> None:
    """But for a view that asks as whoever asks: it shows nobody what its tables would not."""
    found = await rows.sql.fetch(
        "select relname, relkind::text, reloptions from pg_class where relkind in ('v', 'm', 'f')"
        " and relnamespace in ('public'::regnamespace, 'throughgate'::regnamespace)"
    )
    assert [tuple(view) for view in found] == [("person_timeline", "v", ["security_invoker=true"])]


async def _granted(rows: Rows) -> list[Any]:
    """(role, table, command, column): column null for a whole table; role `-` is PUBLIC. The owner's own are left out."""
    found = await rows.sql.fetch(
        f"""
        select case a.grantee when 0 then '-' else a.grantee::regrole::text end as role, c.relname as table,
               a.privilege_type as command, null as column
          from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
         where {_TABLES.replace("rel", "c.rel")} and a.grantee <> c.relowner
        union all
        select case a.grantee when 0 then '-' else a.grantee::regrole::text end, c.relname, a.privilege_type, t.attname
          from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
         where {_TABLES.replace("rel", "c.rel")} and a.grantee <> c.relowner
        """
    )
    return list(found)


async def test_public_and_the_login_role_may_touch_no_table(rows: Rows) -> None:
    granted = await _granted(rows)
    assert granted
    assert not [grant for grant in granted if grant["role"] in ("-", LOGIN)]
    sequences = await rows.sql.fetch(
        "select c.relname from pg_class c, aclexplode(c.relacl) a where c.relkind = 'S' and a.grantee <> c.relowner"
    )
    assert not sequences
    assert not await rows.sql.fetch("select * from pg_default_acl")


async def test_each_grant_has_one_policy_for_exactly_its_role_and_command(rows: Rows) -> None:
    grants = {(g["role"], g["table"], g["command"]) for g in await _granted(rows)}
    policies = await rows.sql.fetch(
        "select c.relname, p.polcmd, p.polpermissive, array(select r::regrole::text from unnest(p.polroles) r) as roles"
        " from pg_policy p join pg_class c on c.oid = p.polrelid"
    )
    of_others = []
    for policy in policies:
        assert len(policy["roles"]) == 1, policy
        assert policy["polpermissive"], policy
        [role] = policy["roles"]
        assert role.startswith("tg_") or role == OWNER, policy
        if role != OWNER:  # the owner needs no grants, and its policies serve the definer functions alone
            of_others.append((role, policy["relname"], COMMANDS[policy["polcmd"].decode()]))
    assert len(of_others) == len(set(of_others))
    assert set(of_others) == grants


async def test_a_policy_that_lets_everything_through_is_one_of_these(rows: Rows) -> None:
    """Whoever adds one has to say so here."""
    found = await rows.sql.fetch(
        "select c.relname as table, p.polroles[1]::regrole::text as role, p.polcmd::text as command from pg_policy p"
        " join pg_class c on c.oid = p.polrelid"
        " where coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) = 'true'"
    )
    through = {(row["role"], row["table"], COMMANDS[row["command"]]) for row in found}
    reference = {(role, "establishment", "SELECT") for role in EVERYONE}
    operator = {("tg_platform_operator", "organisation", command) for command in ("SELECT", "INSERT", "UPDATE")}
    operator |= {("tg_platform_operator", "event", "INSERT")}  # told in the charity whose organisation he changes
    followed = {("tg_feed", "event", "SELECT")}
    log_in = {
        *(("tg_authenticator", table, "SELECT") for table in ("organisation", "member", "client", "client_secret")),
        *(("tg_authenticator", table, "UPDATE") for table in ("member", "client")),
        ("tg_authenticator", "idempotency_record", "SELECT"),  # of how old each is, to remove it: see below
        *(("tg_authenticator", "log_in_attempts", command) for command in COMMANDS.values()),
    }
    definers = {
        *((OWNER, table, "SELECT") for table in ("organisation", "establishment", "member", "client", "referral")),
        *((OWNER, "establishment", command) for command in ("INSERT", "UPDATE")),
        (OWNER, "referral", "UPDATE"),
        (OWNER, "reconnect_card", "SELECT"),  # found by the digest of its code, by whoever enters it
        (OWNER, "calendar_feed", "SELECT"),  # found by the digest of its address, before anybody is known
        (OWNER, "audit_entry", "INSERT"),
    }
    assert through == reference | operator | followed | log_in | definers | {
        ("tg_platform_operator", "member", "INSERT")
    }


async def test_no_policy_compares_with_a_setting_that_a_later_client_of_the_pool_could_inherit(rows: Rows) -> None:
    """Each setting is read as nothing where it is empty, and once per statement: from an init-plan."""
    for (expression,) in await rows.sql.fetch(
        "select coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy"
    ):
        for _ in range(expression.count("current_setting")):
            assert "( SELECT (NULLIF(current_setting('app." in expression, expression
        assert expression.count("current_setting") == expression.count("( SELECT (NULLIF(current_setting("), expression


async def test_the_roles_have_no_powers_of_their_own(rows: Rows) -> None:
    found = {
        row["rolname"]: row
        for row in await rows.sql.fetch(
            "select * from pg_roles where rolname like 'tg\\_%' or rolname like 'throughgate\\_%'"
        )
    }
    assert set(found) == EVERYONE | NOBODYS | {OWNER, LOGIN}
    for name, role in found.items():
        powers = {power: role[power] for power in role.keys() if power.startswith("rol") and role[power] is True}  # noqa: SIM118
        # Whether the login role may log in is the operator's to say.
        assert set(powers) - ({"rolcanlogin"} if name == LOGIN else set()) == set(), (name, powers)


async def test_the_login_role_may_become_each_application_role_and_inherits_none(rows: Rows) -> None:
    member_of = await rows.sql.fetch(
        "select roleid::regrole::text as role, inherit_option, set_option, admin_option"
        f" from pg_auth_members where member = '{LOGIN}'::regrole"
    )
    assert {row["role"] for row in member_of} == EVERYONE | NOBODYS
    assert {(row["inherit_option"], row["set_option"], row["admin_option"]) for row in member_of} == {
        (False, True, False)
    }
    # An application role leads nowhere else.
    assert not await rows.sql.fetch("select * from pg_auth_members where member::regrole::text like 'tg\\_%'")


async def test_definer_functions_pin_the_search_path_and_only_the_listed_roles_may_call_them(rows: Rows) -> None:
    found = await rows.sql.fetch(
        "select p.proname, p.prosecdef, p.proconfig, p.proowner::regrole::text as owner,"
        "       array(select case a.grantee when 0 then '-' else a.grantee::regrole::text end"
        "               from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        "              where a.grantee <> p.proowner) as callers"
        "  from pg_proc p where p.pronamespace in ('public'::regnamespace, 'throughgate'::regnamespace)"
    )
    assert {f["proname"] for f in found if f["prosecdef"]} == set(DEFINERS)
    for function in found:
        assert function["owner"] == OWNER, function
        assert function["proconfig"] == ["search_path=pg_catalog, pg_temp"], function
        assert "-" not in function["callers"], function
        if function["prosecdef"]:
            assert set(function["callers"]) == DEFINERS[function["proname"]], function


async def test_nobody_but_the_owner_may_make_anything_in_our_schemas(rows: Rows) -> None:
    for schema in ("public", "throughgate"):
        for role in (*EVERYONE, *NOBODYS, LOGIN):
            assert not await rows.one("select has_schema_privilege($1, $2, 'create')", role, schema)


async def test_each_table_that_is_kept_by_a_trigger_is_tried_here(rows: Rows) -> None:
    kept = await rows.sql.fetch(
        "select distinct tgrelid::regclass::text as table from pg_trigger where tgname = 'keep'"
    )
    # A trusted document is kept but for its withdrawal: see test_trusted_documents.
    assert {row["table"] for row in kept} == {*WRITTEN_ONCE, *NEVER_EDITED, "trusted_document"}


@pytest.mark.parametrize("table", [*WRITTEN_ONCE, *NEVER_EDITED])
async def test_what_is_written_once_stays_as_it_is_even_for_the_owner(rows: Rows, filled: object, table: str) -> None:
    spoils = [f"update {table} set charity_id = charity_id"]
    if table in WRITTEN_ONCE:
        spoils += [f"delete from {table}", f"truncate {table} cascade"]
    for spoil in spoils:
        assert await rows.one(f"select exists (select from {table})"), "a row trigger needs a row to bite on"
        with pytest.raises(asyncpg.RestrictViolationError):
            await rows.sql.execute(spoil)  # as superuser: no policy, only the trigger stands in the way
        async with _rolled_back(rows):
            await rows.sql.execute(f"set local role {OWNER}")
            # Row security leaves the owner no row to change, and the trigger forbids to empty the table.
            if spoil.startswith("truncate"):
                with pytest.raises(asyncpg.RestrictViolationError):
                    await rows.sql.execute(spoil)
            else:
                assert (await rows.sql.execute(spoil)).endswith(" 0")


class _rolled_back:
    def __init__(self, rows: Rows) -> None:
        self._transaction = rows.sql.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()


@pytest.mark.parametrize(("table", "column"), [("client_secret", "digest"), ("member", "password_hash")])
async def test_only_the_log_in_can_read_a_credential(rows: Rows, table: str, column: str) -> None:
    readers = {
        role
        for role in (*EVERYONE, *NOBODYS, LOGIN)
        if await rows.one("select has_column_privilege($1, $2, $3, 'select')", role, table, column)
    }
    assert readers == {"tg_authenticator"}


async def test_who_removes_stored_answers_cannot_read_them(rows: Rows) -> None:
    """They hold what was answered, people's names included."""
    for role in (*EVERYONE, *NOBODYS, LOGIN):
        readable = {
            row["column_name"]
            for row in await rows.sql.fetch(
                "select column_name from information_schema.columns where table_name = 'idempotency_record'"
                " and has_column_privilege($1, 'idempotency_record', column_name, 'select')",
                role,
            )
        }
        if role in ("tg_referrer", *NOBODYS, LOGIN):  # the others write, and find their own again
            assert readable <= {"created_at"}, role
    conditions = await rows.sql.fetch(
        "select polroles[1]::regrole::text, pg_get_expr(polqual, polrelid) from pg_policy"
        " where polrelid = 'idempotency_record'::regclass and polcmd = 'r'"
    )
    assert {role for role, condition in conditions if "app.subject" not in condition} == {"tg_authenticator"}


@pytest.mark.parametrize("table", sorted(ABOUT_PEOPLE))
async def test_only_casework_can_read_about_people(rows: Rows, table: str) -> None:
    """Analysts, data-protection leads and the platform's operator are not in any of these; a mentor is where his own mentees
    are, by policies of his own; the intake adds people and can look none up."""
    readers = {
        role
        for role in (*EVERYONE, *NOBODYS, LOGIN)
        if await rows.one("select has_any_column_privilege($1, $2, 'select')", role, table)
    }
    assert readers == ABOUT_PEOPLE[table]


async def test_every_table_about_people_is_on_the_list_above(rows: Rows) -> None:
    found = await rows.sql.fetch(
        "select distinct table_name from information_schema.columns where table_schema = 'public'"
        " and column_name in ('person_id', 'referral_id') or table_name = 'person'"
    )
    assert {row["table_name"] for row in found} == set(ABOUT_PEOPLE)


async def test_every_row_names_its_charity(rows: Rows) -> None:
    """Reference data, everybody's toolkits and counts of failed log-ins are nobody's; all else belongs to one charity."""
    without = await rows.sql.fetch(
        f"select relname from pg_class where {_TABLES} and not exists (select from pg_attribute a"
        " where a.attrelid = pg_class.oid and a.attname = 'charity_id' and a.attnotnull)"
    )
    assert {row["relname"] for row in without} == {
        "establishment",
        "feedback_form",  # the service's own forms are everyone's
        "log_in_attempts",
        "toolkit",  # some are everyone's
    }


async def test_a_partner_reads_of_a_referral_only_what_its_view_is_made_of(rows: Rows) -> None:
    """That the charity knows the man from elsewhere, and where the referral really stands, is not for its role."""
    for column in ("person_id", "disposition", "duplicate_of_id", "created_by", "reason", "source_detail"):
        assert not await rows.one("select has_column_privilege('tg_referrer', 'referral', $1, 'select')", column), (
            column
        )


async def test_who_follows_events_reads_their_thin_columns_and_nothing_else(rows: Rows) -> None:
    granted = [grant for grant in await _granted(rows) if grant["role"] == "tg_feed"]
    assert {(grant["table"], grant["command"]) for grant in granted} == {("event", "SELECT")}
    thin = {"id", "charity_id", "sequence", "transaction", "type", "aggregate_id", "aggregate_version"}
    assert {grant["column"] for grant in granted} == thin | {"partner_id", "occurred_at"}
    for function in await rows.sql.fetch(
        "select oid::regprocedure as f from pg_proc where pronamespace = 'throughgate'::regnamespace"
    ):
        assert not await rows.one(
            "select has_function_privilege('tg_feed', $1::regprocedure, 'execute')", function["f"]
        )


async def test_whoever_asks_without_a_token_reads_of_the_directory_what_is_public_and_nothing_else(rows: Rows) -> None:
    granted = [grant for grant in await _granted(rows) if grant["role"] == "tg_public"]
    assert {(grant["table"], grant["command"]) for grant in granted} == {("directory_service", "SELECT")}
    assert {grant["column"] for grant in granted} == set(PUBLIC_COLUMNS)
    assert not {"charity_id", "created_by", "source_id", "withdrawn_at"} & set(PUBLIC_COLUMNS)
    for function in await rows.sql.fetch(
        "select oid::regprocedure as f from pg_proc where pronamespace = 'throughgate'::regnamespace"
    ):
        assert not await rows.one(
            "select has_function_privilege('tg_public', $1::regprocedure, 'execute')", function["f"]
        )
