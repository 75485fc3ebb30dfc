"""Directus over the tables as an existing database, one process, open to callers without a token."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg

from bench.cases import PAGE, Case, Many, One, Push, Question, Seen
from bench.contender import OverHttp
from bench.load import Request
from bench.machine import Process, free_port
from bench.peers.installing import node_itself, node_packages
from bench.peers.pushed import rows

_VERSION = "12.4.0"
_REFERRAL = (
    "id,reference,programme_id,partner_id,source,source_detail,channel,received_on,received_at,reason,needs,"
    "partner_reference,disposition,disposition_since,information_due_on,duplicate_of_id,version,created_at,updated_at"
)
_PERSON = "person_id.id,person_id.given_name,person_id.family_name,person_id.date_of_birth,person_id.establishment"
_DECISION = ",".join(
    f"decisions.{name}"
    for name in (
        *("outcome", "reasons", "basis", "custody_end", "threshold", "warnings", "evaluated_on", "inputs"),
        *("policy_id", "policy_version", "decided_at"),
    )
)
_NEWEST = {"deep[decisions][_sort]": "-sequence", "deep[decisions][_limit]": "1"}
_ARRAYS = ("known_as", "name_keys", "needs", "warnings")
_ONE = """
query One($id: ID!) { referral_by_id(id: $id) {
  id reference received_on disposition
  person_id { id given_name family_name date_of_birth establishment }
  decisions(sort: ["-sequence"], limit: 1) { outcome evaluated_on custody_end reasons }
  history(sort: ["-sequence"], limit: 10) { sequence disposition step effective_on recorded_at }
} }
"""
_LIST = """
query List($filter: referral_filter) {
  referral(filter: $filter, sort: ["-received_on", "-id"], limit: 50) {
    id reference received_on disposition
    person_id { id given_name family_name }
    decisions(sort: ["-sequence"], limit: 1) { outcome evaluated_on }
    history(sort: ["-sequence"], limit: 10) { sequence disposition effective_on }
  }
}
"""


class Directus(OverHttp):
    """Its own activity log stands for the audit entry; it has no outbox."""

    name = "Directus"
    told = "Directus, REST and GraphQL, for callers without a token; its own activity log, no outbox"
    written = (
        *("person", "custody_facts", "consent", "referral", "disposition_change", "eligibility_decision"),
        "directus_activity",
    )

    def version(self) -> str:
        return f"{_VERSION} on Node.js 22"

    def start(self) -> None:
        programs = node_packages(self.kept / "peers" / "directus", f"directus@{_VERSION}")
        node = node_itself(self.kept / "peers" / "node")
        self.port = free_port()
        folder = programs.parent.parent
        environment = self._environment(node)
        done = subprocess.run(
            [str(node), str(programs / "directus"), "bootstrap"],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"directus bootstrap failed: {(done.stderr or done.stdout).strip()[-300:]}")
        asyncio.run(self._configure())
        self.process = Process(
            [node, programs / "directus", "start"],
            cwd=folder,
            environment=environment,
            log=self.kept / "peers" / "directus.log",
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/server/ping")

    def _environment(self, node: Path) -> dict[str, str]:
        address = urlsplit(self.dsn)
        return {
            "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}",
            "NODE_ENV": "production",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DB_CLIENT": "pg",
            "DB_HOST": address.hostname or "",
            "DB_PORT": str(address.port),
            "DB_DATABASE": address.path.lstrip("/"),
            "DB_USER": address.username or "",
            "DB_PASSWORD": address.password or "",
            "SECRET": "only for the benchmark, and long enough for it",
            "ADMIN_EMAIL": "operator@example.com",
            "ADMIN_PASSWORD": "only-for-the-benchmark",
            "TELEMETRY": "false",
            "LOG_LEVEL": "warn",
            # Made for a public server that must not be overrun: here it would refuse the load.
            "PRESSURE_LIMITER_ENABLED": "false",
        }

    async def _configure(self) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        finally:
            await connection.close()

    def offers(self, case: Case) -> bool:
        return not case.keyed

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, Push):
            return Request("/items/referral?fields=id,reference,disposition", json.dumps(_nested(question, self.name)))
        if case.graphql:
            if isinstance(question, One):
                return _asking(_ONE, id=str(question.id))
            return _asking(_LIST, filter=_filter(question))
        shown = {"fields": f"{_REFERRAL},{_PERSON},{_DECISION}", **_NEWEST}
        if isinstance(question, One):
            return Request(f"/items/referral/{question.id}?{urlencode(shown)}")
        shown |= {"filter": json.dumps(_filter(question)), "sort": "-received_on,-id", "limit": str(PAGE)}
        return Request(f"/items/referral?{urlencode(shown)}")

    def seen(self, case: Case, body: Any) -> list[Seen]:
        data = body["data"]
        if case.graphql:
            data = data["referral"] if case.kind == "list" else data["referral_by_id"]
        items = data if case.kind == "list" else [data]
        return [
            Seen(
                item["id"],
                item["person_id"]["family_name"],
                item["decisions"][0]["outcome"],
                tuple(entry["sequence"] for entry in item["history"]) if case.history else (),
            )
            for item in items
        ]


def _as_array(values: list[str]) -> str:
    """It knows no arrays, and passes on a text in which PostgreSQL sees one."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def _filter(question: Many) -> dict[str, Any]:
    return {
        "charity_id": {"_eq": str(question.charity_id)},
        "programme_id": {"_eq": str(question.programme_id)},
        "received_on": {"_lte": question.until.isoformat()},
    }


def _asking(query: str, **variables: Any) -> Request:
    return Request("/graphql", json.dumps({"query": query, "variables": variables}))


def _nested(question: Push, name: str) -> dict[str, Any]:
    """One item with the others inside it: Directus writes them in one transaction."""
    made = rows(question, name)

    def inside(table: str) -> dict[str, Any]:
        return {
            column: _as_array(value) if column in _ARRAYS else value
            for column, value in made[table].items()
            if column not in ("person_id", "referral_id")
        }

    person = {**inside("person"), "custody": [inside("custody_facts")], "consents": [inside("consent")]}
    referral = {**inside("referral"), "person_id": person}
    return referral | {"history": [inside("disposition_change")], "decisions": [inside("eligibility_decision")]}
