"""Every operation of the document, and how to call it so that only what a test spoils is wrong with the call."""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import orjson
from fastapi import FastAPI

from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from app.main import bare_app
from tests.matching.helpers import active_mentor, begun, made, programme_of_its_own, stepped
from tests.outcomes.helpers import filled_in, judged, measure_of
from tests.reports.helpers import agreeing, frozen, told_of
from tests.safeguarding.helpers import alarm_of, unreported
from tests.sessions.helpers import at, named_barrier, own_mentor, planned
from tests.support.helpers import support_of
from tests.support.onward import suggested
from tests.through_the_gate.helpers import came_to, day, out_for_a_day, person_in, reviewed
from tests.through_the_gate.support import card_for, eligible, gone_through, planned_for, reminded
from tests.world import Caller, World

DOCUMENT: dict[str, Any] = bare_app().openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
JSON = b"application/json"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Operation:
    """One method on one path, as documented."""

    method: str
    path: str
    spec: dict[str, Any] = field(compare=False, hash=False, repr=False)

    @property
    def id(self) -> str:
        name: str = self.spec["operationId"]
        return name

    @property
    def permission(self) -> Permission | None:
        scope = self.spec.get("x-permission")
        return Permission(scope) if scope else None

    def parameters(self, place: str) -> set[str]:
        return {p["name"] for p in self.spec.get("parameters", ()) if p["in"] == place}

    def body_schema(self, kind: str = "application/json") -> dict[str, Any] | None:
        content = self.spec.get("requestBody", {}).get("content", {})
        return content[kind]["schema"] if kind in content else None

    def request_examples(self) -> list[Any]:
        """Those beside the body, else those of its schema."""
        found: list[Any] = []
        for media in self.spec.get("requestBody", {}).get("content", {}).values():
            found += [example["value"] for example in media.get("examples", {}).values()]
            found += [media["example"]] if "example" in media else []
            found += resolve(media["schema"]).get("examples", [])
        return found

    def answers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The status and media object of each documented success in JSON."""
        for status, response in self.spec["responses"].items():
            media = response.get("content", {}).get("application/json")
            if status.startswith("2") and media is not None:
                yield status, media

    def role(self) -> Role:
        """Somebody who may: the manager where he may."""
        order = (
            *(Role.MANAGER, Role.COORDINATOR, Role.DATA_PROTECTION_LEAD, Role.PLATFORM_OPERATOR),
            Role.MENTOR,
        )
        return next(role for role in order if self.permission is None or self.permission in ROLE_PERMISSIONS[role])


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, spec)
        for path, item in DOCUMENT["paths"].items()
        for method, spec in item.items()
        if isinstance(spec, dict) and "operationId" in spec
    ]


def with_json_body() -> list[Operation]:
    return [op for op in operations() if op.body_schema() is not None]


def named(ops: Iterable[Operation]) -> dict[str, Any]:
    """Arguments of `parametrize`."""
    listed = list(ops)
    return {"argvalues": listed, "ids": [op.id for op in listed]}


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, behind any reference."""
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def standalone(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to, so that a validator needs nothing else."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": {"schemas": SCHEMAS}}


@dataclass
class Answer:
    """What came back, as bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


async def raw(
    app: FastAPI,
    method: str,
    target: bytes,
    *,
    headers: Headers = (),  # type: ignore[assignment]
    chunks: Iterable[bytes] = (b"",),
    length: bool = True,
) -> Answer:
    """Call the app as the server would, with bytes that no well-behaved client sends. `target` is the request line's.

    Without `length` the body is streamed and its size is not said beforehand.
    """
    path, _, query = target.partition(b"?")
    parts = list(chunks)
    sent = [(name.lower(), value) for name, value in headers]
    if length and any(parts) and not any(name == b"content-length" for name, _ in sent):
        sent.append((b"content-length", str(sum(map(len, parts))).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"localhost"), *sent],
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 80),
        "state": {},
    }
    waiting = iter(parts)
    left = len(parts)
    answer: dict[str, Any] = {}
    body: list[bytes] = []

    async def receive() -> dict[str, Any]:
        nonlocal left
        if left == 0:
            return {"type": "http.disconnect"}
        left -= 1
        return {"type": "http.request", "body": next(waiting), "more_body": left > 0}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.update(message)
        else:
            body.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        # The server errors' layer answers 500 and raises again for the server's log: the answer is what counts here.
        if not answer:
            raise
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer["headers"]}
    return Answer(answer["status"], found, b"".join(body))


@dataclass
class Scene:
    """A world with one spare thing of each kind, which tests may change at will."""

    world: World
    ids: dict[str, str]

    @property
    def app(self) -> FastAPI:
        return self.world.app

    def caller(self, op: Operation, role: Role | None = None) -> Caller:
        return self.of(role or op.role())

    def of(self, role: Role) -> Caller:
        if role is Role.PLATFORM_OPERATOR:
            return self.world.operator
        return self.world.a.referrer if role is Role.REFERRER else self.world.a.staff[role]

    def address(self, op: Operation, **other: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: ({**self.ids, **other})[found.group(1)], op.path)

    def required_query(self, op: Operation) -> str:
        if op.id == "read_ledger":
            return "?from=2026-01-01&to=2026-12-31"
        needed = [p["name"] for p in op.spec.get("parameters", ()) if p["in"] == "query" and p.get("required")]
        return f"?{'&'.join(f'{name}={self.ids[name]}' for name in needed)}" if needed else ""

    async def headers(self, op: Operation, *, role: Role | None = None, body: bool = True) -> Headers:
        """All that the operation asks for, right as of now."""
        found: Headers = [(b"content-type", JSON)] if body else []
        if op.permission is not None:
            found.append((b"authorization", b"Bearer " + self.caller(op, role).token().encode()))
        if "If-Match" in op.parameters("header"):
            found.append((b"if-match", (await self.etag(op, role)).encode()))
        return found

    async def etag(self, op: Operation, role: Role | None = None) -> str:
        """Of the thing that the operation changes, as whoever changes it sees it."""
        path = self.resource(op)
        answer = await self.caller(op, role).get(path)
        return answer.headers["etag"] if answer.status_code == 200 else '"0"'

    def resource(self, op: Operation) -> str:
        if op.path.endswith("/protected-characteristics"):
            return self.address(op)
        below = 5 if op.path.startswith("/v1/directory/") else 4
        return "/".join(self.address(op).split("/")[:below])

    def body(self, op: Operation) -> Any:
        """The documented example, made to work here."""
        given = deepcopy(op.request_examples()[0])
        for name in ("programme_id", "referral_id", "mentor_id", "person_id"):
            if name in given:
                given[name] = self.ids[name]
        if op.id == "supersede_identifier":
            given["by"] = f"A{uuid4().int % 10000:04d}ZZ"
        if op.id == "judge_outcome":
            given.pop("assessed_on")
        if op.id == "record_measure_response":
            given |= {"measure_id": self.ids["measure_id"], "taken_on": day()}
        if op.id == "merge_people":
            given["duplicate_id"] = self.ids["duplicate_id"]
        if op.id == "answer_plan_item":
            given["item_id"] = self.ids["item_id"]
        if op.id == "record_supervisor_absence":
            given |= {"supervisor_id": str(self.world.a.manager.id), "covered_by": str(self.world.a.coordinator.id)}
        if "programme_ids" in given:
            given["programme_ids"] = [self.ids["programme_id"]]
        return given

    async def call(self, op: Operation, content: bytes, headers: Headers) -> Answer:
        return await raw(self.app, op.method, self.address(op).encode(), headers=headers, chunks=[content])


async def build_scene(world: World) -> Scene:
    """One spare thing of each kind: nobody of the world's own callers depends on it."""
    a = world.a
    referral = await a.push()
    person = (await a.manager.get(f"/v1/referrals/{referral['id']}")).json()["person"]["id"]
    partner = (await a.manager.post("/v1/organisations", {"name": "Spare Probation Unit"})).json()["id"]
    member = await a.manager.post(
        "/v1/members",
        {
            "display_name": "Spare Coordinator",
            "email": f"spare-{referral['id']}@aaa.example",
            "roles": ["coordinator"],
            "password": "a-password-for-tests",
        },
    )
    client = await a.manager.post(
        "/v1/clients",
        {"name": "Spare", "role": "referrer", "scopes": ["referrals:read"], "organisation_id": str(a.partner_id)},
    )
    programme = (await a.manager.post("/v1/programmes", {"name": "Spare programme"})).json()["id"]
    document = await a.manager.post(
        f"/v1/clients/{client.json()['id']}/trusted-documents", {"document": "{ programmes { edges { cursor } } }"}
    )
    mentor = await active_mentor(a, capacity=50)
    run = await made(a.coordinator, "/v1/match-runs", {"programme_id": a.programme_id})
    engagement = await begun(a, mentor)
    session = await planned(a.coordinator, engagement, at(days=-2))
    weekly = {"engagement_id": engagement["id"], "setting": "PHONE", "interval": "WEEKLY", "first_at": at(days=-3)}
    series = await made(a.coordinator, "/v1/session-series", {**weekly, "until": at(days=-20)[:10]})
    note = await made(a.coordinator, "/v1/session-notes", {"engagement_id": engagement["id"], "words": "Words."})
    barrier = await named_barrier(a.coordinator, engagement)
    concern = await unreported(a.manager, person)
    acct = {"person_id": person, "status": "OPEN", "as_of": "2026-11-02"}
    restricted = {"person_id": person, "kind": "HEALTH", "words": "Words."}
    await own_mentor(a)
    feed = (await a.staff[Role.MENTOR].post("/v1/calendar-feeds")).json()
    questions = [{"code": "WELL", "text": "Is all well?", "kind": "YES_NO"}]
    form = {
        "code": f"SPARE_{engagement['id'][-8:].upper()}",
        "audience": "MENTEE",
        "title": "Spare",
        "questions": questions,
    }
    form_id = (await made(a.coordinator, "/v1/feedback-forms", form))["id"]
    said = {"form_id": form_id, "engagement_id": engagement["id"], "status": "DECLINED"}
    feedback = await made(a.coordinator, "/v1/feedback", said)
    support = await support_of(a.coordinator, engagement)
    onward = await suggested(a.coordinator, engagement)
    leaving = await active_mentor(a)
    left = await begun(a, leaving)
    await stepped(a.coordinator, f"/v1/mentors/{leaving['id']}/stage", {"stage": "LEFT", "reason": "Moved away."})
    tasks = (await a.coordinator.get(f"/v1/bridging-tasks?engagement_id={left['id']}")).json()["items"]
    service = await made(a.coordinator, "/v1/directory/services", {"name": "Spare service"})
    release_plan = await planned_for(a, engagement)
    judgement = await judged(a.coordinator, engagement, "PROBLEMS_IN_LIFE")
    measure = await measure_of(a)
    ids = {
        "report_id": (await frozen(await programme_of_its_own(a)))["id"],
        "metric_name": "outcomes",
        "case_study_id": (await told_of(a, await agreeing(a)))["id"],
        "judgement_id": judgement["id"],
        "measure_id": measure["id"],
        "response_id": (await filled_in(a.coordinator, measure, engagement))["id"],
        "reminder_id": (await reminded(a))["id"],
        "duplicate_id": await person_in(a),
        "death_id": (await made(a.coordinator, f"/v1/people/{await person_in(a)}/deaths", {}))["id"],
        "release_plan_id": release_plan["id"],
        "item_id": release_plan["items"][0]["id"],
        "service_id": service["id"],
        "mentor_id": mentor["id"],
        "run_id": run["id"],
        "engagement_id": engagement["id"],
        "task_id": tasks[0]["id"],
        "session_id": session["id"],
        "series_id": series["id"],
        "note_id": note["id"],
        "barrier_id": barrier["id"],
        "concern_id": concern["id"],
        "alarm_id": (await alarm_of(a.coordinator, concern))["id"],
        "acct_state_id": (await made(a.coordinator, "/v1/acct-states", acct))["id"],
        "restricted_note_id": (await made(a.coordinator, "/v1/restricted-notes", restricted))["id"],
        "feed_id": feed["id"],
        "secret": feed["url"].rpartition("/")[2].removesuffix(".ics"),
        "form_id": form_id,
        "feedback_id": feedback["id"],
        **support,
        "onward_referral_id": onward["id"],
        "absence_id": (await out_for_a_day(a))["id"],
        "card_id": (await card_for(a, await gone_through(a, "OFFER", "ACCEPT")))["id"],
        "support_id": (await eligible(a, engagement))["id"],
        "review_id": (await reviewed(a))["id"],
        "placement_id": (await came_to(a.coordinator, person, day(), "A17"))["id"],
        "referral_id": referral["id"],
        "person_id": person,
        "programme_id": programme,
        "organisation_id": partner,
        "member_id": member.json()["id"],
        "client_id": client.json()["id"],
        "document_id": document.json()["id"],
        "agency_id": "BXI",
        "code": "NOT_FOUND",
    }
    return Scene(world, ids)
