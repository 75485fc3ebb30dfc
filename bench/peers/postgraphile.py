"""PostGraphile 5 as its own command line starts it, with the Amber preset, over the tables as they are."""

import json
from bisect import bisect_right
from typing import Any

import httpx

from bench.cases import Case, Many, One, Push, Question, Seen
from bench.contender import OverHttp
from bench.dataset import PROGRAMME, PROGRAMMES, uid
from bench.load import Request
from bench.machine import Process, free_port
from bench.peers.installing import node_itself, node_packages
from bench.peers.pushed import rows

_VERSION = "5.1.5"
_PERSON = "personByPersonId { rowId givenName familyName dateOfBirth establishment }"
_WHOLE = """
rowId reference programmeId partnerId source sourceDetail channel receivedOn receivedAt reason needs partnerReference
disposition dispositionSince informationDueOn duplicateOfId version createdAt updatedAt
"""
_DECISION = """
eligibilityDecisionsByReferralId(orderBy: SEQUENCE_DESC, first: 1) { nodes {
  outcome reasons basis custodyEnd threshold warnings evaluatedOn inputs policyId policyVersion decidedAt
} }
"""
# What each case asks of a referral: the fields that the service answers there.
_FIELDS = {
    "get": f"{_WHOLE} {_PERSON} {_DECISION}",
    "list": f"{_WHOLE} {_PERSON} {_DECISION}",
    "graphql-one": f"""
        rowId reference receivedOn disposition {_PERSON}
        eligibilityDecisionsByReferralId(orderBy: SEQUENCE_DESC, first: 1) {{
          nodes {{ outcome evaluatedOn custodyEnd reasons }}
        }}
        dispositionChangesByReferralId(orderBy: SEQUENCE_DESC, first: 10) {{
          nodes {{ sequence disposition step effectiveOn recordedAt }}
        }}""",
    "graphql-list": """
        rowId reference receivedOn disposition personByPersonId { rowId givenName familyName }
        eligibilityDecisionsByReferralId(orderBy: SEQUENCE_DESC, first: 1) { nodes { outcome evaluatedOn } }
        dispositionChangesByReferralId(orderBy: SEQUENCE_DESC, first: 10) {
          nodes { sequence disposition effectiveOn }
        }""",
}
_ORDER = "orderBy: [RECEIVED_ON_DESC, ROW_ID_DESC]"
# Its names for the tables, in the order in which they refer to each other.
_CREATE = {
    "person": "Person",
    "custody_facts": "CustodyFact",
    "consent": "Consent",
    "referral": "Referral",
    "disposition_change": "DispositionChange",
    "eligibility_decision": "EligibilityDecision",
    "audit_entry": "AuditEntry",
    "event": "Event",
}


class PostGraphile(OverHttp):
    """It has no REST door: its answers to the REST cases are GraphQL with the same fields."""

    name = "PostGraphile"
    told = "PostGraphile 5, Amber preset, GraphQL for the REST cases too; a push is 8 mutations in one document"

    def version(self) -> str:
        return f"{_VERSION} on Node.js 22"

    def start(self) -> None:
        programs = node_packages(self.kept / "peers" / "postgraphile", f"postgraphile@{_VERSION}")
        node = node_itself(self.kept / "peers" / "node")
        self.port = free_port()
        command = [node, programs / "postgraphile", "--preset", "postgraphile/presets/amber"]
        command += ["--connection", self.dsn, "--schema", "public", "--host", "127.0.0.1", "--port", self.port]
        self.process = Process(
            command,
            cwd=programs.parent.parent,
            environment={"NODE_ENV": "production", "GRAPHILE_ENV": "production"},
            log=self.kept / "peers" / "postgraphile.log",
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/graphql")
        self._cursors: dict[int, list[tuple[str, str]]] = {}

    def offers(self, case: Case) -> bool:
        return not case.keyed

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, Push):
            return _asking(*_creating(rows(question, self.name)))
        if isinstance(question, One):
            query = f"query One($id: UUID!) {{ referralByRowId(rowId: $id) {{ {_FIELDS[case.key]} }} }}"
            return _asking(query, {"id": str(question.id)})
        query = (
            "query List($charity: UUID!, $programme: UUID!, $after: Cursor) { allReferrals("
            f"condition: {{charityId: $charity, programmeId: $programme}}, {_ORDER}, first: 50, after: $after)"
            f" {{ nodes {{ {_FIELDS[case.key]} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        variables = {
            "charity": str(question.charity_id),
            "programme": str(question.programme_id),
            "after": self._cursor(question),
        }
        return _asking(query, variables)

    def _cursor(self, question: Many) -> str | None:
        """By default it filters by equality alone, so a later page begins where its own cursor says."""
        if not self._cursors:
            self._cursors = {number: self._walk(number) for number in range(PROGRAMMES)}
        known = self._cursors[question.programme]
        later = len(known) - bisect_right([day for day, _ in reversed(known)], question.until.isoformat())
        return known[later - 1][1] if later else None

    def _walk(self, programme: int) -> list[tuple[str, str]]:
        """The day and the cursor of every referral of a programme, the newest first."""
        query = (
            "query Walk($programme: UUID!) { allReferrals(condition: {programmeId: $programme}, "
            f"{_ORDER}) {{ edges {{ cursor node {{ receivedOn }} }} }} }}"
        )
        asked = {"query": query, "variables": {"programme": str(uid(PROGRAMME, programme))}}
        answer = httpx.post(f"http://127.0.0.1:{self.port}/graphql", json=asked, timeout=60)
        edges = answer.raise_for_status().json()["data"]["allReferrals"]["edges"]
        return [(edge["node"]["receivedOn"], edge["cursor"]) for edge in edges]

    def seen(self, case: Case, body: Any) -> list[Seen]:
        data = body["data"]
        nodes = data["allReferrals"]["nodes"] if case.kind == "list" else [data["referralByRowId"]]
        return [
            Seen(
                node["rowId"],
                node["personByPersonId"]["familyName"],
                node["eligibilityDecisionsByReferralId"]["nodes"][0]["outcome"],
                tuple(entry["sequence"] for entry in node["dispositionChangesByReferralId"]["nodes"])
                if case.history
                else (),
            )
            for node in nodes
        ]


def _asking(query: str, variables: dict[str, Any]) -> Request:
    return Request("/graphql", json.dumps({"query": query, "variables": variables}))


def _creating(made: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """A mutation for each row; it runs them one after another."""
    head, parts, variables = [], [], {}
    for table, kind in _CREATE.items():
        name = kind[0].lower() + kind[1:]
        head.append(f"${name}: {kind}Input!")
        parts.append(f"create{kind}(input: {{{name}: ${name}}}) {{ {name} {{ rowId }} }}")
        variables[name] = {_camel(column): value for column, value in made[table].items()}
    return f"mutation Push({', '.join(head)}) {{ {' '.join(parts)} }}", variables


def _camel(name: str) -> str:
    if name == "id":
        return "rowId"
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
