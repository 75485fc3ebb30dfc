"""GraphQL over HTTP: POST, GET for queries, media types, limits before anything costs anything."""

import hashlib
from collections import OrderedDict
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    ObjectFieldNode,
    OperationType,
    ValueNode,
    VariableDefinitionNode,
    get_operation_ast,
    validate,
)
from graphql.execution.values import get_variable_values
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.kernel.errors import DomainError, MethodNotAllowed, Unauthenticated
from app.graphql.asked import Asked
from app.graphql.errors import error_entry
from app.graphql.execution import Execution
from app.graphql.limits import check, read
from app.graphql.schema import schema
from app.visits import Services, Visit

NEW, OLD = "application/graphql-response+json", "application/json"


def graphql_routes() -> list[Route]:
    return [_ROUTE]


class Refused(Exception):
    """A request that is answered without `data`, in GraphQL's form."""

    def __init__(self, errors: list[dict[str, Any]], status: int, headers: dict[str, str] | None = None) -> None:
        self.errors, self.status, self.headers = errors, status, headers or {}
        super().__init__()


async def _graphql(request: Request) -> Response:
    media = NEW if NEW in request.headers.get("accept", "").lower() else OLD
    request.scope["route"] = _ROUTE  # by which the request is counted and timed
    request_id: str = request.state.request_id
    try:
        body = await _answer(request, request_id)
    except Refused as refused:
        # A client of the old media type takes any status but 200 for a broken transport.
        status = refused.status if media == NEW or refused.status in (400, 401, 405, 503) else 200
        return Response(orjson.dumps({"errors": refused.errors}), status, refused.headers, media)
    except DomainError as error:
        status = type(error).status
        entry = error_entry(error, [], request_id)
        return Response(orjson.dumps({"errors": [entry]}), status, dict(error.headers), media)
    return Response(body, 200, media_type=media)


async def _answer(request: Request, request_id: str) -> bytes:
    visit = _visit(request, request_id)  # before anything is read: nobody unknown makes the service work
    source, name, variables = _parameters(request)
    document = _document(source)
    check(document, name, variables)
    _validate(source, document)
    operation = get_operation_ast(document, name)
    if operation is None:
        raise _refused("Say which operation in operationName.", 400)
    if operation.operation is OperationType.SUBSCRIPTION:  # validation lets it pass, whatever it asks for
        raise _refused("There are no subscriptions here; webhooks tell what happened.", 422)
    if request.method == "GET" and operation.operation is not OperationType.QUERY:
        raise MethodNotAllowed("Only queries may be sent by GET.", headers={"Allow": "POST"})
    coerced = get_variable_values(schema(), operation.variable_definitions or (), variables, hide_suggestions=True)
    if isinstance(coerced, list):
        raise Refused([_entry(error) for error in coerced], 422)
    return await Execution(Asked(schema(), document, operation, coerced, variables), visit).answer()


def _visit(request: Request, request_id: str) -> Visit:
    services: Services = request.app.state.services
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    actor = services.tokens.check(token.strip(), now=services.clock()).actor
    request.state.actor = actor
    return Visit(services, actor, request_id)


def _parameters(request: Request) -> tuple[str, str | None, dict[str, Any]]:
    if request.method == "GET":
        given: Any = dict(request.query_params)
        try:
            given["variables"] = orjson.loads(given.get("variables") or "{}")
        except orjson.JSONDecodeError:
            raise _refused("`variables` is not well-formed JSON.", 400) from None
    else:
        given = getattr(request.state, "json", None)
    if not isinstance(given, dict):
        raise _refused("Send one JSON object with `query`; batches are not taken.", 400)
    source, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(source, str):
        raise _refused("`query` must be text.", 400)
    if name is not None and not isinstance(name, str):
        raise _refused("`operationName` must be text.", 400)
    if variables is not None and not isinstance(variables, dict):
        raise _refused("`variables` must be an object.", 400)
    if not isinstance(given.get("extensions") or {}, dict) and request.method != "GET":
        raise _refused("`extensions` must be an object.", 400)
    return source, name, variables or {}


_valid: OrderedDict[bytes, DocumentNode] = OrderedDict()
_DOCUMENTS, _LONGEST_KEPT = 256, 20_000


def _document(source: str) -> DocumentNode:
    known = _valid.get(_digest(source))
    if known is not None:
        return known
    try:
        return read(source)
    except GraphQLSyntaxError as error:
        where = [{"line": at.line, "column": at.column} for at in error.locations or ()]
        told = {"message": "This is not a GraphQL document.", "locations": where}
        raise Refused([{**told, "extensions": {"code": "GRAPHQL_SYNTAX_ERROR"}}], 400) from None


def _validate(source: str, document: DocumentNode) -> None:
    """Once for each document; only what is within the limits and valid is kept, and only so much of it."""
    digest = _digest(source)
    if digest in _valid:
        _valid.move_to_end(digest)
        return
    errors = validate(schema(), document, max_errors=20, hide_suggestions=True)
    if errors:
        raise Refused([_entry(error) for error in errors], 422)
    if len(source) <= _LONGEST_KEPT:
        _valid[digest] = document
        if len(_valid) > _DOCUMENTS:
            _valid.popitem(last=False)


def _digest(source: str) -> bytes:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest()


def _entry(error: GraphQLError) -> dict[str, Any]:
    """Where a document is wrong; a value in it or in its variables is never repeated, as it may be somebody's name."""
    located = [{"line": at.line, "column": at.column} for at in error.locations or ()]
    nodes = error.nodes or ()
    about_value = any(isinstance(node, ValueNode | VariableDefinitionNode | ObjectFieldNode) for node in nodes)
    message = "A value does not have the type that the schema asks for." if about_value else error.message
    return {"message": message, "locations": located, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}


def _refused(message: str, status: int) -> Refused:
    return Refused([{"message": message, "extensions": {"code": "MALFORMED_REQUEST"}}], status)


_ROUTE = Route("/graphql", _graphql, methods=["GET", "POST"], name="graphql")
