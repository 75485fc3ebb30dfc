"""The OpenAPI document: what FastAPI derives, completed with permissions, problems, and examples."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.calls import Needs
from app.api.examples import add_examples
from app.api.tags import TAGS
from app.domain.kernel import errors as problems
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import DomainError
from app.domain.reports.errors import NotInstalled
from app.domain.through_the_gate.errors import CodeNotAccepted, TooManyCodes

_DESCRIPTION = """\
Mentoring in prison and through the gate: referrals, eligibility, waiting list and ledger.

- Every list is an object with `items` and `next`. Every instant is RFC 3339 in UTC; every date is a day in London.
- Errors are `application/problem+json` (RFC 9457); `type` leads to a page, `errors` names each place by JSON pointer.
- A POST that makes something takes `Idempotency-Key`; a change takes `If-Match` with the ETag that you read.
- What you may not see is answered exactly as what is not there.
- No personal identifier ever stands in an address: search by `POST /v1/people/search`.
"""

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail", "errors", "request_id", "suggested_action"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The page about this problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what programs match on."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, or /query/…, /header/…"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "request_id": {"type": ["string", "null"]},
        "suggested_action": {"type": "string"},
        "links": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}

_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "The ETag that you have: 304 without a body when it is still the same.",
}

_ALSO: dict[str, tuple[type[DomainError], ...]] = {
    "enter_code": (CodeNotAccepted, TooManyCodes),
    "preview_eligibility": (problems.NotFound,),
    "list_metrics": (problems.NotFound,),
    "read_metric": (NotInstalled,),
    "read_report": (NotInstalled,),
    "explain_pair": (problems.NotFound, problems.Conflict),  # a referral that does not wait is told so
    "candidates_of_referral": (problems.Conflict,),
}
"""What an operation can answer beyond what its form shows: a programme named in the body may not be there."""

_SECURITY_SCHEMES = {
    "client": {
        "type": "oauth2",
        "description": "A program, by client id and secret.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {p.value: p.name.replace("_", " ").capitalize() for p in Permission},
            }
        },
    },
    "member": {
        "type": "oauth2",
        "description": "A member, by user name and password; leave client_id and client_secret empty.",
        "flows": {
            "password": {
                "tokenUrl": "/oauth/token",
                "scopes": {p.value: p.name.replace("_", " ").capitalize() for p in Permission},
            }
        },
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "at+jwt",
        "description": "A token from elsewhere, for example from `throughgate token --role ROLE`.",
    },
}


def describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Replace the app's `openapi()` by ours, made once."""
    app.state.routers = routers

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def permission_of(route: APIRoute) -> Permission | None:
    """The permission that a route asks for, if it asks for an actor."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Needs):
            return dependency.call.permission
    return None


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every documented route, router by router."""
    return (route for router in app.state.routers for route in router.routes if isinstance(route, APIRoute))


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Prison mentoring, through the gate.",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    document["servers"] = [{"url": "/", "description": "This server."}]
    components = document["components"]
    components["securitySchemes"] = _SECURITY_SCHEMES
    components["schemas"]["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    for route in api_routes(app):
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _complete(operation, method, permission_of(route))
    _allow_narrowing(document)
    _allow_dry_runs(document)
    add_examples(document)
    return document


def _complete(operation: dict[str, Any], method: str, permission: Permission | None) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    kinds: list[type[DomainError]] = [problems.MalformedRequest, problems.Unavailable]
    if permission is None:
        operation["security"] = []
    else:
        scopes = [permission.value]
        operation["security"] = [{"client": scopes}, {"member": scopes}, {"bearer": []}]
        operation["description"] += f"\n\nNeeds the scope `{permission.value}`."
        operation["x-permission"] = permission.value
        kinds += [problems.Unauthenticated, problems.Forbidden]
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        kinds += [problems.NotFound]
    if "requestBody" in operation or operation.get("parameters"):
        kinds += [problems.ValidationFailed]
    if method in ("POST", "PATCH", "PUT"):
        kinds += [problems.PayloadTooLarge, problems.UnsupportedMediaType, problems.Conflict]
    if "If-Match" in names:
        kinds += [problems.PreconditionFailed, problems.PreconditionRequired]
    for response in operation["responses"].values():
        if len(response.get("content", {})) > 1 and response["content"].get("application/json") == {"schema": {}}:
            del response["content"]["application/json"]  # what FastAPI assumes of a route that answers something else
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop("deprecated", False):  # where OpenAPI looks for it
            parameter["deprecated"] = True
    if "304" in operation["responses"]:
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
    operation["responses"].pop("422", None)
    for kind in (*kinds, *_ALSO.get(operation["operationId"], ())):
        whole = _problem_response(kind)
        response = operation["responses"].setdefault(str(kind.status), whole)
        response["content"] = whole["content"] | response.get("content", {})


def _problem_response(kind: type[DomainError]) -> dict[str, Any]:
    example = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": kind.title,
        "errors": [],
        "request_id": "01900000-0000-7000-8000-0000000000ff",
        "suggested_action": kind.cure,
    }
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": kind.title + ".", "content": {"application/problem+json": content}}


def _allow_narrowing(document: dict[str, Any]) -> None:
    """With `fields` an answer holds only what was asked for: such operations also answer with a shape that requires
    nothing."""
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        operation = item.get("get")
        if operation is None or not any(p["name"] == "fields" for p in operation.get("parameters", ())):
            continue
        media = operation["responses"]["200"]["content"]["application/json"]
        media["schema"] = {"anyOf": [media["schema"], _narrowed(media["schema"], schemas)]}


def _allow_dry_runs(document: dict[str, Any]) -> None:
    """A dry run answers 200 with the shape of the 201, without what only something kept has."""
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        for operation in item.values():
            if any(p["name"] == "dry_run" for p in operation.get("parameters", ())):
                made = operation["responses"]["201"]["content"]["application/json"]["schema"]
                operation["responses"]["200"] = {
                    "description": "Dry run: judged, and nothing kept.",
                    "content": {"application/json": {"schema": _unkept(made, schemas)}},
                }


def _unkept(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {"anyOf": [_unkept(one, schemas) for one in schema["anyOf"]]}
    name = schema["$ref"].rsplit("/", 1)[-1]
    whole = copy.deepcopy(schemas[name])
    whole["title"] = f"{name}Unkept"
    whole["description"] = "As it would be, without an id, a reference and links."
    whole["properties"] |= {"id": {"type": "null"}, "reference": {"type": "null"}}
    schemas[whole["title"]] = whole
    return {"$ref": f"#/components/schemas/{whole['title']}"}


def _narrowed(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {"anyOf": [_narrowed(one, schemas) for one in schema["anyOf"]]}
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rsplit("/", 1)[-1]
    narrow_name = f"{name}Narrowed"
    if narrow_name not in schemas:
        whole = copy.deepcopy(schemas[name])
        items = whole.get("properties", {}).get("items")
        if items is not None:
            items["items"] = _narrowed(items["items"], schemas)
        else:
            whole.pop("required", None)
            whole["description"] = "Only the fields asked for."
        whole["title"] = narrow_name
        schemas[narrow_name] = whole
    return {"$ref": f"#/components/schemas/{narrow_name}"}
