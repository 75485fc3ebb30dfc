"""Strawberry with DataLoaders, in the project's own environment: the same versions as the service."""

import importlib.metadata
import json
import sys
from typing import Any

from bench.cases import Case, Many, One, Question, Seen
from bench.contender import OverHttp
from bench.load import Request
from bench.machine import Process, free_port
from bench.peers.django import HERE

_ONE = """
query One($id: UUID!) {
  referral(id: $id) {
    id reference receivedOn disposition
    person { id givenName familyName dateOfBirth establishment }
    eligibility { outcome evaluatedOn custodyEnd reasons { code detail } }
    history { sequence disposition step effectiveOn recordedAt }
  }
}
"""
_LIST = """
query List($charity: UUID!, $programme: UUID!, $until: Date!) {
  referrals(charityId: $charity, programmeId: $programme, receivedTo: $until, first: 50) {
    id reference receivedOn disposition
    person { id givenName familyName }
    eligibility { outcome evaluatedOn }
    history { sequence disposition effectiveOn }
  }
}
"""


class Strawberry(OverHttp):
    """What most Python GraphQL services are."""

    name = "Strawberry"
    told = "Strawberry in FastAPI with SQLAlchemy's async ORM and DataLoaders, uvicorn with uvloop"

    def version(self) -> str:
        return f"Strawberry {importlib.metadata.version('strawberry-graphql')}"

    def start(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "uvicorn", "strawberry_app:app", "--host", "127.0.0.1", "--port", self.port]
        self.process = Process(
            [*command, "--no-access-log", "--log-level", "warning"],
            cwd=HERE / "apps",
            environment={"BENCH_DSN": self.dsn, "PYTHONDONTWRITEBYTECODE": "1"},
            log=self.kept / "strawberry.log",
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/")

    def offers(self, case: Case) -> bool:
        return case.graphql

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, One):
            asked: dict[str, Any] = {"query": _ONE, "variables": {"id": str(question.id)}}
        elif isinstance(question, Many):
            variables = {
                "charity": str(question.charity_id),
                "programme": str(question.programme_id),
                "until": question.until.isoformat(),
            }
            asked = {"query": _LIST, "variables": variables}
        else:
            raise TypeError("it only reads")
        return Request("/graphql", json.dumps(asked))

    def seen(self, case: Case, body: Any) -> list[Seen]:
        data = body["data"]
        nodes = data["referrals"] if case.kind == "list" else [data["referral"]]
        return [
            Seen(
                node["id"],
                node["person"]["familyName"],
                node["eligibility"]["outcome"],
                tuple(entry["sequence"] for entry in node["history"]),
            )
            for node in nodes
        ]
