"""The service against its own document, as every role: what is sent is generated, what comes back must be documented.

`THROUGHGATE_FUZZ_EXAMPLES` says how many requests of each of three kinds are made for each operation and role: valid
ones about things that are there, valid ones, and spoilt ones. Generation is derandomised: a run can be repeated.

Known limits: a generated id, `cursor` or `If-Match` is never a right one, so requests about things that are there are
given ids, the present ETag and a referral from which the step is allowed; secrets and passwords are never guessed, so
/oauth/token shows its refusals here and its successes in its own tests.
"""

import asyncio
import functools
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from tests.api.operations import DOCUMENT, Operation, Scene, build_scene, operations, raw
from tests.api.referrals import ready_for, waiting
from tests.world import World

EXAMPLES = int(os.environ.get("THROUGHGATE_FUZZ_EXAMPLES", "1"))
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
BASE = "http://localhost"
ANONYMOUS = "anonymous"

_schema = schemathesis.openapi.from_dict(DOCUMENT)
_schema.config.generation.with_security_parameters = False  # tokens are ours to give
GENERATORS: dict[str, APIOperation] = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok() for found in _schema.get_all_operations()
}


@pytest.fixture(scope="module")
async def spare(world: World) -> Scene:
    """Things of this module's own: what is generated may suspend, revoke and close them."""
    return await build_scene(world)


class Sender:
    """Sends generated cases to the app in its event loop, from the thread in which they are generated."""

    def __init__(self, scene: Scene, op: Operation, role: Role | None, scopes: set[str] | None = None) -> None:
        self._scene = scene
        self._op = op
        self._role = role
        self._narrowed: dict[str, Any] = {} if scopes is None else {"scopes": scopes}
        self._loop = asyncio.get_running_loop()

    def __call__(self, case: Case, *, present: bool) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._send(case, present), self._loop).result(60)

    async def _send(self, case: Case, present: bool) -> httpx.Response:
        if present:
            await self._make_present(case)
        prepared = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        headers = {str(name).lower(): value for name, value in prepared.headers.items()}
        if self._role is not None:
            headers["authorization"] = f"Bearer {self._scene.of(self._role).token(**self._narrowed)}"
        if present and "If-Match" in self._op.parameters("header"):
            headers["if-match"] = await Scene(self._scene.world, dict(case.path_parameters)).etag(self._op, self._role)
        sent = [(name.encode(), _bytes(value)) for name, value in headers.items() if name != "host"]
        body = _bytes(prepared.body or b"")
        target = _bytes(prepared.path_url)
        answer = await raw(self._scene.app, self._op.method, target, headers=sent, chunks=[body])
        request = httpx.Request(self._op.method, BASE + prepared.path_url)
        response = httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)
        response.elapsed = timedelta(0)
        return response

    async def _make_present(self, case: Case) -> None:
        """What only chance could have named becomes what is there, and what would end a thing for good does not."""
        world = self._scene.world
        if "If-Match" in self._op.parameters("header") and "referral_id" in case.path_parameters:
            case.path_parameters["referral_id"] = await ready_for(self._op, world)
        if not isinstance(case.body, dict):
            return
        there = {"programme_id": world.a.programme_id, "organisation_id": str(world.a.partner_id)}
        case.body.update({name: there[name] for name in there if case.body.get(name) is not None})
        if "into" in case.body:
            case.body["into"] = await waiting(world)
        if case.body.get("standing") == "REVOKED":
            case.body["standing"] = "SUSPENDED"


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return str(value).encode("latin-1")
    except UnicodeEncodeError:
        return str(value).encode()


_ANY_TEXT = {"type": "string", "title": "Code"}
"""Of the one parameter that no text can be wrong for: a problem's code."""


def kinds(scene: Scene, op: Operation) -> list[tuple[SearchStrategy[Case], bool]]:
    generator = GENERATORS[f"{op.method} {op.path}"]
    ids = {name: scene.ids[name] for name in op.parameters("path")}
    of_what_is_there = generator.as_strategy(GenerationMode.POSITIVE, path_parameters=ids)
    found = [(of_what_is_there, True), (generator.as_strategy(GenerationMode.POSITIVE), False)]
    if "requestBody" in op.spec or any(p["schema"] != _ANY_TEXT for p in op.spec.get("parameters", ())):
        found.append((generator.as_strategy(GenerationMode.NEGATIVE), False))
    return found


def documented(scene: Scene, op: Operation) -> Case:
    """The request that the document shows."""
    ids = {name: scene.ids[name] for name in op.parameters("path")}
    has_body = op.body_schema() is not None
    body = {"body": scene.body(op), "media_type": "application/json"} if has_body else {}
    case: Case = GENERATORS[f"{op.method} {op.path}"].Case(path_parameters=ids, **body)
    return case


def fuzz(strategy: SearchStrategy[Case], send: Callable[[Case], httpx.Response]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def conforms(case: Case) -> None:
        case.validate_response(send(case), checks=CHECKS)

    conforms()


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else ANONYMOUS)
@pytest.mark.parametrize("half", [0, 1])
async def test_answers_are_as_documented(role: Role | None, half: int, spare: Scene) -> None:
    """Two halves, so that two workers share the time. Who may not, may not whatever is sent: that is tried once."""
    for op in operations()[half::2]:
        send = Sender(spare, op, role)
        if op.permission is not None and (role is None or op.permission not in ROLE_PERMISSIONS[role]):
            refused = await asyncio.to_thread(send, documented(spare, op), present=False)
            assert refused.status_code == (401 if role is None else 403)
            continue
        for strategy, present in kinds(spare, op):
            await asyncio.to_thread(fuzz, strategy, functools.partial(send, present=present))


@pytest.mark.parametrize(
    "role", [Role.MANAGER, Role.COORDINATOR, Role.REFERRER, Role.DATA_PROTECTION_LEAD, Role.PLATFORM_OPERATOR]
)
async def test_answers_to_a_token_of_one_scope_are_as_documented(role: Role, spare: Scene) -> None:
    """What is inside a thing needs a scope of its own: without it that part is missing, and the document says so."""
    for op in operations():
        if op.permission in ROLE_PERMISSIONS[role]:
            send = Sender(spare, op, role, scopes={op.permission.value})
            case = documented(spare, op)
            case.validate_response(await asyncio.to_thread(send, case, present=True), checks=CHECKS)
