"""An independent answer to a document: graphql-core's own executor over rows fetched whole by the superuser, filtered,
ordered and paged in Python, with edges by dictionary. Slow, simple, and without a line of the compiler."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLResolveInfo, build_schema, execute_sync, parse

from app.domain.referrals.models import Disposition
from app.domain.referrals.rules import status_of
from app.graphql.schema import sdl
from tests.security.rows import Rows

Row = dict[str, Any]
TABLES = {
    "organisations": "organisation",
    "programmes": "programme",
    "members": "member",
    "clients": "client",
    "people": "person",
    "referrals": "referral",
}
BEHIND = (
    "person_identifier",
    "conviction",
    "custody_facts",
    "eligibility_decision",
    "disposition_change",
    "eligibility_policy",
    "client_secret",
)
DEFAULT_ORDER = {"people": "CREATED_AT_DESC", "referrals": "RECEIVED_ON_DESC", "members": "DISPLAY_NAME_ASC"}
_SCHEMA = build_schema(sdl())


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, UUID | date) else value


class Plain:
    """One charity's rows."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables

    @classmethod
    async def load(cls, rows: Rows, charity: UUID) -> "Plain":
        found = {}
        for table in (*TABLES.values(), *BEHIND):
            of_json = {
                row["column_name"]
                for row in await rows.sql.fetch(
                    "select column_name from information_schema.columns where table_name = $1 and udt_name like 'json%'",
                    table,
                )
            }
            found[table] = [
                {k: json.loads(v) if k in of_json and isinstance(v, str) else v for k, v in dict(row).items()}
                for row in await rows.sql.fetch(f"select * from {table} where charity_id = $1", charity)
            ]
        return cls(found)

    def answer(self, document: str, variables: dict[str, Any]) -> Any:
        result = execute_sync(_SCHEMA, parse(document), variable_values=variables, field_resolver=self._resolve)
        assert not result.errors, result.errors
        return result.data

    def _resolve(self, source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        if info.parent_type.name == "Query":
            if info.field_name in TABLES:
                return self._page(info.field_name, given)
            table = next(t for name, t in TABLES.items() if t == info.field_name)
            return next((row for row in self.tables[table] if str(row["id"]) == given["id"]), None)
        computed = _COMPUTED.get((info.parent_type.name, info.field_name))
        return computed(self, source) if computed else _shown(source[_snake(info.field_name)])

    def of(self, table: str, column: str, key: Any) -> list[Row]:
        return [row for row in self.tables[table] if row[column] == key]

    def _page(self, name: str, given: dict[str, Any]) -> Row:
        rows = [row for row in self.tables[TABLES[name]] if self._kept(row, given.get("filter") or {})]
        column, _, way = (given.get("orderBy") or DEFAULT_ORDER.get(name, "NAME_ASC")).lower().rpartition("_")
        rows.sort(key=lambda row: (row[column], row["id"]), reverse=way == "desc")
        last = given.get("last")
        count = given.get("first") if last is None else last
        count = 50 if count is None else count
        page = rows[:count] if last is None else rows[max(len(rows) - count, 0) :]
        more = len(rows) > count
        return {
            "edges": [{"cursor": str(row["id"]), "node": row} for row in page],
            "page_info": {
                "has_next_page": more and last is None,
                "has_previous_page": more and last is not None,
                "start_cursor": str(page[0]["id"]) if page else None,
                "end_cursor": str(page[-1]["id"]) if page else None,
            },
        }

    def _kept(self, row: Row, filters: Row) -> bool:
        for name, value in filters.items():
            if value is None:
                continue
            if name in ("receivedFrom", "receivedTo"):
                day = str(row["received_on"])
                if not (day >= value if name == "receivedFrom" else day <= value):
                    return False
            elif name == "role" and "roles" in row:
                if value not in row["roles"]:
                    return False
            elif isinstance(value, list):
                if row[_snake(name)] not in value:
                    return False
            elif _shown(row[_snake(name)]) != value:
                return False
        return True

    def in_force(self, programme: Row) -> int | None:
        today = datetime.now(UTC).date()
        versions = [
            row["policy_version"]
            for row in self.of("eligibility_policy", "programme_id", programme["id"])
            if row["valid_from"] <= today
        ]
        return max(versions, default=None)

    def decision(self, referral: Row) -> Row | None:
        made = self.of("eligibility_decision", "referral_id", referral["id"])
        return max(made, key=lambda row: row["sequence"], default=None)

    def name_of(self, change: Row) -> str | None:
        who = change["recorded_by"]
        member = next(iter(self.of("member", "id", who)), None)
        client = next(iter(self.of("client", "id", who)), None)
        return member["display_name"] if member else client["name"] if client else None

    def newest(self, facts: Row) -> bool:
        return bool(
            facts["sequence"] == max(r["sequence"] for r in self.of("custody_facts", "person_id", facts["person_id"]))
        )

    def secrets(self, of: Row) -> list[str]:
        now = datetime.now(UTC)
        valid = [
            row
            for row in self.of("client_secret", "client_id", of["id"])
            if row["expires_at"] is None or row["expires_at"] > now
        ]
        return [str(row["created_at"].astimezone(UTC).date()) for row in valid]


def _ordered(table: str, *by: str, reverse: bool = False) -> Callable[[Plain, Row], list[Row]]:
    key = "referral_id" if table == "disposition_change" else "person_id"
    return lambda plain, row: sorted(
        plain.of(table, key, row["id"]), key=lambda one: [one[name] for name in by], reverse=reverse
    )


_COMPUTED: dict[tuple[str, str], Callable[[Plain, Row], Any]] = {
    ("Programme", "eligibilityPolicyVersion"): Plain.in_force,
    ("Client", "secrets"): Plain.secrets,
    ("Referral", "status"): lambda p, r: status_of(Disposition(r["disposition"])).value,
    ("Referral", "informationDueOn"): lambda p, r: (
        None if r["disposition"] == "duplicate" else _shown(r["information_due_on"])
    ),
    ("Referral", "person"): lambda p, r: next(iter(p.of("person", "id", r["person_id"])), None),
    ("Referral", "eligibility"): Plain.decision,
    ("Referral", "history"): _ordered("disposition_change", "sequence", reverse=True),
    ("HistoryEntry", "recordedByName"): Plain.name_of,
    ("Decision", "policy"): lambda p, d: {"id": d["policy_id"], "version": d["policy_version"]},
    ("Person", "identifiers"): _ordered("person_identifier", "created_at", "id"),
    ("Person", "convictions"): _ordered("conviction", "created_at", "id"),
    ("Person", "custodyFacts"): _ordered("custody_facts", "sequence", reverse=True),
    ("CustodyFacts", "current"): Plain.newest,
}


def opened(value: Any) -> Any:
    """An answer with each cursor as the id of the row that it stands at: how it is sealed is the service's own."""
    if isinstance(value, dict):
        return {key: opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [opened(inner) for inner in value]
    if isinstance(value, str) and len(value) > 60:
        try:
            keys = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))[16:])
        except ValueError:
            return value
        return keys[-1] if isinstance(keys, list) else value
    return value
