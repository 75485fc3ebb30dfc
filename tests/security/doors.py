"""Every operation of /openapi.json and how to call it with somebody's ids, so that a new operation is tested unasked."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from tests.world import Caller, client

# The documented example for a body that has none of its own.
_BODIES: dict[str, Any] = {
    "IdentifierInput": {"scheme": "prison_number", "value": "A0001AA"},
    "ConvictionInput": {"offence_group": "CRIMINAL_DAMAGE"},
}
# A body names either the one or the other.
_INSTEAD_OF = {"person_id": "person", "programme_id": "policy"}
_PLACES = {"agency_id": "BXI", "code": "NOT_FOUND", "metric_name": "outcomes"}
_PERIOD = {"from": "2026-01-01", "to": "2026-12-31"}


@dataclass(frozen=True)
class Operation:
    """One method on one path, as documented."""

    method: str
    path: str
    spec: dict[str, Any] = field(compare=False, repr=False)
    schemas: dict[str, Any] = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        name: str = self.spec["operationId"]
        return name

    @property
    def permission(self) -> str | None:
        found: str | None = self.spec.get("x-permission")
        return found

    def parameters(self, place: str) -> list[str]:
        return [p["name"] for p in self.spec.get("parameters", ()) if p["in"] == place]

    def at(self, ids: Mapping[str, str]) -> str:
        return self.path.format(**(_PLACES | dict(ids)))

    @property
    def about_somebody(self) -> bool:
        """Whether the path names something of a charity's."""
        return bool(set(re.findall(r"{(\w+)}", self.path)) - set(_PLACES))

    def headers(self) -> dict[str, str]:
        return {"If-Match": '"1"'} if "If-Match" in self.parameters("header") else {}

    def required(self) -> dict[str, str]:
        """The query parameters without which there is no answer."""
        return _PERIOD if "from" in self.parameters("query") else {}

    def needed(self, ids: Mapping[str, str]) -> dict[str, str]:
        """The query parameters without which there is no answer, as far as they are somebody's ids."""
        asked = [p["name"] for p in self.spec.get("parameters", ()) if p["in"] == "query" and p.get("required")]
        return {name: ids[name] for name in asked if name in ids}

    def bodies(self, ids: Mapping[str, str]) -> Iterator[Any]:
        """Each documented example with these ids in it, and each id that the body might name but the example does not."""
        content = self.spec.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            yield None
            return
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        schema = self.schemas[name]
        examples = [one["value"] for one in content.get("examples", {}).values()] or schema.get("examples", [])
        examples = examples or [_BODIES[name]]
        for example in examples:
            yield _with_ids(example, ids)
        for key in set(schema["properties"]) & set(ids) - set(examples[0]):
            body = {k: v for k, v in examples[0].items() if k != _INSTEAD_OF.get(key)}
            yield _with_ids({**body, key: ids[key]}, ids)


def _with_ids(body: Any, ids: Mapping[str, str]) -> Any:
    filled = deepcopy(body)
    for key in set(filled) & set(ids):
        filled[key] = ids[key]
    return filled


@dataclass(frozen=True)
class Request:
    """One call, ready to be made as anybody."""

    operation: Operation
    path: str
    query: dict[str, Any] = field(default_factory=dict, hash=False)
    body: Any = field(default=None, hash=False)

    async def send(self, http: httpx.AsyncClient, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **self.operation.headers()}
        if self.operation.id == "token":
            return await http.post(self.path, data={"grant_type": "client_credentials"}, headers=headers)
        query = {**self.operation.required(), **self.query}
        return await http.request(self.operation.method, self.path, params=query, json=self.body, headers=headers)


async def operations(app: FastAPI) -> list[Operation]:
    async with client(app) as http:
        document = (await http.get("/openapi.json")).json()
    return [
        Operation(method.upper(), path, spec, document["components"]["schemas"])
        for path, item in document["paths"].items()
        for method, spec in item.items()
    ]


def requests(
    operation: Operation, own: Mapping[str, str], other: Mapping[str, str], values: Mapping[str, Any]
) -> Iterator[Request]:
    """Every way to reach for what `other` names: by the path, by the body, by a filter, by more than the usual."""
    if operation.about_somebody:
        for body in operation.bodies(own):
            yield Request(operation, operation.at(other), operation.needed(own), body)
    for body, plain in zip(operation.bodies(other), operation.bodies(own), strict=True):
        if body != plain:
            yield Request(operation, operation.at(own), operation.needed(own), body)
    for name in sorted(set(operation.parameters("query")) & set(values)):
        yield Request(operation, operation.at(own), query={**operation.needed(own), name: values[name]})


def own_requests(operation: Operation, own: Mapping[str, str]) -> Iterator[Request]:
    """The ordinary calls, and a GET with everything that it can be widened by."""
    for body in operation.bodies(own):
        yield Request(operation, operation.at(own), operation.needed(own), body)
    if "limit" in operation.parameters("query"):
        yield Request(operation, operation.at(own), query={**operation.needed(own), "limit": 100})
    if "expand" in operation.parameters("query"):
        for expand in ("history", "custody_facts"):
            yield Request(operation, operation.at(own), query={**operation.needed(own), "expand": expand})


def token_of(caller: Caller) -> str:
    return caller.token()


def plainly(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    """An answer without what is another in each: its request id."""
    request_id = answer.headers["request-id"]
    headers = {name: value for name, value in answer.headers.items() if name != "request-id"}
    return answer.status_code, headers, answer.text.replace(request_id, "REQUEST")
