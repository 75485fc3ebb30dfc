"""Throughgate itself: one process as it is started in production, with tokens, roles and row security."""

import asyncio
import importlib.metadata
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.auth.keys import KeyRing
from app.auth.tokens import issue
from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.domain.kernel.actor import ActorKind
from app.domain.kernel.roles import LOGIN
from bench.cases import PAGE, Case, Many, One, Push, Question, Seen
from bench.contender import OverHttp
from bench.dataset import CHARITY, CLIENT, MEMBER, PARTNER, PROGRAMME, ROOT, uid
from bench.load import COUNTER, Request
from bench.machine import Process, free_port

GRAPHQL_ONE = """
query One($id: ID!) {
  referral(id: $id) {
    id reference receivedOn disposition
    person { id givenName familyName dateOfBirth establishment }
    eligibility { outcome evaluatedOn custodyEnd reasons { code detail } }
    history { sequence disposition step effectiveOn recordedAt }
  }
}
"""
GRAPHQL_LIST = """
query List($programme: UUID!, $until: Date!) {
  referrals(first: 50, orderBy: RECEIVED_ON_DESC, filter: {programmeId: $programme, receivedTo: $until}) {
    edges { node {
      id reference receivedOn disposition
      person { id givenName familyName }
      eligibility { outcome evaluatedOn }
      history { sequence disposition effectiveOn }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def push_body(question: Push) -> dict[str, Any]:
    """A referral that will be judged eligible, in the service's own words."""
    return {
        "programme_id": str(uid(PROGRAMME, question.programme)),
        "source": "prison_offender_manager",
        "reason": "Would like help with finding work before release.",
        "needs": ["EDUCATION_SKILLS_AND_WORK"],
        "partner_reference": f"PUSH-{COUNTER}",
        "person": {
            "given_name": "Testcase",
            "family_name": f"Exampleson {COUNTER}",
            "date_of_birth": "1990-01-31",
            "establishment": "BXI",
            "location": "A wing, 1-01",
            "sex": "M",
        },
        "custody": {
            "legal_status": "SENTENCED",
            "in_custody": True,
            "conditional_release_date": str(datetime.now(UTC).date() + timedelta(days=300)),
        },
        "consent": {"given": True},
    }


class Ours(OverHttp):
    """Asked by each charity's coordinator, and for the pushes by each agency's program."""

    name = "ours"
    told = "Throughgate: RS256 tokens, roles, row security, audit"

    def version(self) -> str:
        return f"Throughgate {importlib.metadata.version('throughgate')}, Python {sys.version.split()[0]}"

    @property
    def data_dir(self) -> Path:
        return self.kept / "service"

    def start(self) -> None:
        self.port = free_port()
        asyncio.run(self._let_in())
        self.process = Process(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            environment={
                "DATABASE_URL": self._service_dsn(),
                "THROUGHGATE_DATA_DIR": str(self.data_dir),
                "THROUGHGATE_ENVIRONMENT": "production",
                "PORT": str(self.port),
            },
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/health/readiness")
        self._cached = cache(self._new_token)

    def _service_dsn(self) -> str:
        address = urlsplit(self.dsn)
        return urlunsplit(address._replace(netloc=f"{LOGIN}:bench@{address.hostname}:{address.port}"))

    async def _let_in(self) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(f"alter role {LOGIN} login password 'bench'")
        finally:
            await connection.close()

    def token(self, kind: ActorKind, number: int) -> str:
        """For a charity's coordinator, or for an agency's program: a new one every twenty minutes."""
        return self._cached(kind, number, int(time.time() // 1200))

    def _new_token(self, kind: ActorKind, number: int, _when: int) -> str:
        now = datetime.now(UTC)
        member = kind is ActorKind.MEMBER
        role = Role.COORDINATOR if member else Role.REFERRER
        charity = uid(CHARITY, number if member else number // 4)
        return issue(
            KeyRing.load_or_create(self.data_dir / "keys" / "ring.json", now=now),
            issuer=f"http://127.0.0.1:{self.port}",
            subject=uid(MEMBER if member else CLIENT, number),
            client_id="bench",
            kind=kind,
            role=role,
            authority=1,
            scopes=[permission.value for permission in ROLE_PERMISSIONS[role]],
            charity=charity,
            organisation=charity if member else uid(PARTNER, number),
            lifetime=timedelta(hours=1),
            now=now,
        )

    def offers(self, case: Case) -> bool:
        return True

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, Push):
            token = self.token(ActorKind.CLIENT, question.partner)
            headers = {"Authorization": f"Bearer {token}"}
            if case.keyed:
                headers["Idempotency-Key"] = f"bench-{COUNTER}"
            return Request("/v1/referrals", json.dumps(push_body(question)), headers, 201)
        headers = {"Authorization": f"Bearer {self.token(ActorKind.MEMBER, question.charity)}"}
        if isinstance(question, One):
            if case.graphql:
                return _graphql(GRAPHQL_ONE, headers, id=str(question.id))
            return Request(f"/v1/referrals/{question.id}", headers=headers)
        if case.graphql:
            return _graphql(
                GRAPHQL_LIST, headers, programme=str(question.programme_id), until=question.until.isoformat()
            )
        return Request(f"/v1/referrals?{_filters(question)}", headers=headers)

    def seen(self, case: Case, body: Any) -> list[Seen]:
        if case.graphql:
            data = body["data"]
            nodes = [edge["node"] for edge in data["referrals"]["edges"]] if case.kind == "list" else [data["referral"]]
            return [
                Seen(
                    node["id"],
                    node["person"]["familyName"],
                    node["eligibility"]["outcome"],
                    tuple(entry["sequence"] for entry in node["history"]),
                )
                for node in nodes
            ]
        items = body["items"] if case.kind == "list" else [body]
        return [Seen(item["id"], item["person"]["family_name"], item["eligibility"]["outcome"]) for item in items]


def _filters(question: Many) -> str:
    return f"programme_id={question.programme_id}&received_to={question.until}&limit={PAGE}"


def _graphql(query: str, headers: dict[str, str], **variables: str) -> Request:
    return Request("/graphql", json.dumps({"query": query, "variables": variables}), headers)
