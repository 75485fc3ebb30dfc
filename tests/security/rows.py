"""What the superuser can say about the rows of a charity: their ids, their sum, copies of them, canaries in them."""

import secrets
from typing import Any
from uuid import UUID

import asyncpg

# Text that programs read as a code: a canary in it would break the row instead of betraying a leak. Any other text column,
# also one that is added later, gets its canary by itself.
CODES = frozenset(
    {
        "accommodation",
        "custody_reason",
        "release_type",
        "told_by",
        "acct_opened",
        "administered_by",
        "judgement",
        "activity",
        "attendance",
        "audience",
        "accommodation_plan",
        "by_side",
        "channel",
        "code",
        "condition",
        "consent_by",
        "decision",
        "declined_by",
        "declined_reason",
        "disposition",
        "disposition_for_partner",
        "end_reason",
        "ethnicity",
        "ethnicity_source",
        "feedback",
        "first_accommodation",
        "gender_identity",
        "handover_basis",
        "helped",
        "incentive_level",
        "intake",
        "interval",
        "item_state",
        "kind",
        "legal_status",
        "meeting",
        "message",
        "method",
        "minimum_length",
        "module",
        "movement",
        "needs",
        "offence_group",
        "offence_history_complete",
        "onward",
        "outcome",
        "pathway",
        "prison_cause",
        "proposed_by",
        "purpose",
        "release_basis",
        "religion",
        "reported_to_role",
        "result",
        "role",
        "roles",
        "said_by",
        "scheme",
        "scope",
        "scopes",
        "setting",
        "sex",
        "sexual_orientation",
        "source_of_referral",
        "stage",
        "standing",
        "state",
        "status",
        "step",
        "taken_by",
        "time_to_first_session",
        "times",
        "topics",
        "warnings",
    }
)
# `source` is a code of a referral and free text elsewhere.
CODES_OF = {("referral", "source"), ("directory_service", "status")}


class Rows:
    """One superuser connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.sql = connection

    async def tables(self) -> list[str]:
        """Those whose rows belong to charities."""
        found = await self.sql.fetch(
            "select table_name from information_schema.columns natural join information_schema.tables"
            " where table_schema = 'public' and column_name = 'charity_id' and table_type = 'BASE TABLE' order by 1"
        )
        return [row["table_name"] for row in found]

    async def checksum(self, charity: UUID) -> dict[str, tuple[int, str]]:
        """Equal before and after means that nothing of this charity's was written."""
        found = {}
        for table in await self.tables():
            row = await self.sql.fetchrow(
                f"select count(*), coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '')"
                f" from {table} as t where charity_id = $1",
                charity,
            )
            found[table] = (row[0], row[1])
        return found

    async def ids(self, charity: UUID) -> frozenset[str]:
        """Every id that a row of this charity goes by, and every reference."""
        found: set[str] = {str(charity)}
        for table in await self.tables():
            columns = {
                row["column_name"]
                for row in await self.sql.fetch(
                    "select column_name from information_schema.columns where table_name = $1", table
                )
            }
            for column in columns & {"id", "person_id", "reference", "partner_reference"}:
                values = await self.sql.fetch(
                    f"select distinct {column}::text as v from {table} where charity_id = $1 and {column} is not null",
                    charity,
                )
                found |= {row["v"] for row in values}
        return frozenset(found)

    async def put_canaries(self, charity: UUID) -> str:
        """A string that nobody else has into every text column of a charity's rows, and into its JSON. The rows that are
        written once would refuse that, so triggers are off meanwhile."""
        canary = f"canary{secrets.token_hex(6)}"
        async with self.sql.transaction():
            await self.sql.execute("set local session_replication_role = replica")
            for table in await self.tables():
                for name, kind in await self.sql.fetch(
                    "select column_name, udt_name from information_schema.columns where table_name = $1", table
                ):
                    if name in CODES or (table, name) in CODES_OF:
                        continue
                    text = f"'{canary}-{table}-{name}'::text"
                    # Some of these columns are unique.
                    value = {
                        "text": f"{text} || '-' || md5(t::text)",
                        "varchar": f"{text} || '-' || md5(t::text)",
                        "_text": f"array[{text}]",
                        "jsonb": _with_canary(table, name, text),
                    }.get(kind)
                    if name == "reference":  # a filter takes 40 characters
                        value = f"'{canary}-' || left(md5(t::text), 8)"
                    if value is not None:
                        await self.sql.execute(
                            f"update {table} as t set {name} = {value} where charity_id = $1", charity
                        )
        return canary

    async def copies(self, table: str, of: str, key: UUID, count: int) -> None:
        """`count` more rows like the newest of those whose column `of` is `key`; unique columns get values of their own."""
        fresh: dict[str, str] = {
            "id": "uuidv7()",
            "sequence": "n + 100",
            "policy_version": "n + 100",
            "reference": "'CPY-' || n || '-' || md5(t::text)",
            "email": "'copy' || n || '-' || md5(t::text) || '@copies.example'",
            "code": "'COPY' || n" if table in ("feedback_form", "toolkit", "measure") else "null",
            "partner_reference": "null",
            "number": "n + 100",
            "member_id": "t.member_id" if table == "calendar_feed" else "null",
            "replaces_id": "null",
            "place": "n + 100",
            "state": "'ENDED'",
            "digest": "sha256(convert_to(n || t::text, 'UTF8'))"
            if table in ("calendar_feed", "reconnect_card")
            else "t.digest",
            "revoked_at": "now()",
            "supersedes_id": "null",
            "sha256": "encode(sha256(convert_to(n || t::text, 'UTF8')), 'hex')",
        }
        if table == "concern_alarm":  # of each concern there is one at the most
            fresh["concern_id"] = (
                "(select c.id from concern c where c.charity_id = t.charity_id and c.id not in (select concern_id from"
                " concern_alarm) order by c.id desc offset n - 1 limit 1)"
            )
        if table == "placement":  # of somebody there is one at a time
            fresh |= {"days": "null", "kind": "null"}
        if table == "reminder":
            fresh["subject_id"] = "uuidv7()"
        if table == "person_merge":  # each record is merged once
            fresh["duplicate_id"] = (
                "(select p.id from person p where p.charity_id = t.charity_id and p.id not in (select duplicate_id"
                " from person_merge) order by p.id desc offset n - 1 limit 1)"
            )
        if table == "engagement":  # of each referral one goes on at a time
            fresh |= {"state": "'BRIDGING'", "mentor_id": "null", "proposed_mentor_id": "null"}
            fresh["referral_id"] = (
                "(select r.id from referral r where r.charity_id = t.charity_id and r.id not in (select referral_id"
                " from engagement) order by r.id desc offset n - 1 limit 1)"
            )
        if table == "release_plan":  # of each relationship there is one
            fresh["engagement_id"] = (
                "(select e.id from engagement e where e.charity_id = t.charity_id and e.id not in (select engagement_id"
                " from release_plan) order by e.id desc offset n - 1 limit 1)"
            )
        if table == "release_plan_item":
            fresh |= {"nth": "n + 100", "state": "t.state"}
        if table in ("report", "publication"):  # no two published periods share a day
            fresh |= {"period_from": "t.period_from - n::int * 60", "period_to": "t.period_to - n::int * 60"}
        if table == "publication":
            fresh["id"] = (
                "(select r.id from report r where r.charity_id = t.charity_id and r.programme_id = t.programme_id"
                " and r.period_from = t.period_from - n::int * 60 limit 1)"
            )
        if table == "death":  # one stands of each
            fresh |= {"withdrawn_at": "now()"}
        if table == "move_review":  # one is open at a time
            fresh |= {"decided_at": "now()"}
        if table.startswith("onward_referral"):
            del fresh["state"]  # what an ending says stands beside its state, and a check keeps them together
        columns = [
            row["column_name"]
            for row in await self.sql.fetch(
                "select column_name from information_schema.columns where table_name = $1 order by ordinal_position",
                table,
            )
        ]
        chosen = ", ".join(fresh.get(name, f"t.{name}") for name in columns)
        await self.sql.execute(
            f"insert into {table} ({', '.join(columns)}) select {chosen}"
            f" from (select * from {table} where {of} = $1 order by id desc limit 1) as t, generate_series(1, $2) as n",
            key,
            count,
        )

    async def one(self, sql: str, *values: Any) -> Any:
        return await self.sql.fetchval(sql, *values)


def _with_canary(table: str, name: str, text: str) -> str:
    if (table, name) == ("referral", "submitted"):
        return f"jsonb_set({name}, '{{person}}', ({name} -> 'person') || jsonb_build_object('given_name', {text}))"
    if (table, name) in (("eligibility_policy", "document"), ("matching_policy", "document")):
        return f"jsonb_set({name}, '{{name}}', to_jsonb({text}))"
    if name == "reasons":
        return f"jsonb_build_array(jsonb_build_object('code', {text}, 'predicate', {text}, 'detail', {text}))"
    if (table, name) == ("measure", "scales"):
        scale = f"'code', {text}, 'label', {text}, 'direction', 'LOWER_IS_BETTER', 'raw_min', 0, 'raw_max', 9"
        return f"jsonb_build_array(jsonb_build_object({scale}))"
    if (table, name) == ("measure_response", "scores"):
        return f"jsonb_build_array(jsonb_build_object('scale', {text}, 'raw', 1, 'scaled', {text}))"
    if (table, name) == ("feedback_form", "questions"):
        return f"jsonb_build_array(jsonb_build_object('code', {text}, 'text', {text}, 'kind', 'WORDS'))"
    if (table, name) == ("feedback", "answers"):
        return f"jsonb_build_array(jsonb_build_object('question', {text}, 'value', {text}))"
    if (table, name) in (("session_note_known_name", "found"), ("case_study", "warnings")):
        return f"jsonb_build_array(jsonb_build_object('code', 'KNOWN_NAME', 'words', {text}))"
    if name in ("wishes", "contributions"):
        return f"jsonb_build_array(jsonb_build_object('value', {text}))"
    return f"{name} || jsonb_build_object('canary', {text})"
