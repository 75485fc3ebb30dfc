"""GraphQL over HTTP: POST, GET for what changes nothing, media types, limits before anything costs anything."""

from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, OperationType, get_operation_ast
from graphql.execution.values import get_variable_values
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.kernel.errors import (
    DomainError,
    MethodNotAllowed,
    NotAcceptable,
    TrustedDocumentsOnly,
    Unauthenticated,
)
from app.graphql.asked import Asked
from app.graphql.documents import digest, invalid_entry, parsed, validated, within_limits
from app.graphql.errors import Refused, error_entry, malformed
from app.graphql.execution import Execution
from app.graphql.repeated import REPEATED
from app.graphql.schema import schema
from app.graphql.sse import BY_STATUS, EVENT_STREAM, whole
from app.graphql.subscriptions import Subscribed, Subscriptions
from app.graphql.trusted import Named, named, trusted
from app.visits import Services, Visit

NEW, OLD = "application/graphql-response+json", "application/json"
MOST_ERRORS = 20


def graphql_routes() -> list[Route]:
    return [_ROUTE]


@dataclass(frozen=True, slots=True)
class Sent:
    """The parameters of a request: a document's text, or the hash of one that is registered, or both."""

    query: str | None
    named: Named | None
    operation_name: str | None
    variables: dict[str, Any]


async def _graphql(request: Request) -> Response:
    media = _media(request)
    request.scope["route"] = _ROUTE  # by which the request is counted and timed
    request_id: str = request.state.request_id
    try:
        answered = await _answer(request, request_id)
    except Refused as refused:
        # A client of the old media type takes any status but 200 for a broken transport.
        status = 200 if media == OLD and refused.status not in (400, 401, 405, 503) else refused.status
        return _refusal(refused.errors, status, refused.headers, media)
    except DomainError as error:
        return _refusal([error_entry(error, [], request_id)], type(error).status, dict(error.headers), media)
    if isinstance(answered, Response):
        request.scope["route"] = _STREAM
        return answered
    return whole(answered) if media == EVENT_STREAM else Response(answered, 200, media_type=media)


def _media(request: Request) -> str:
    """What a result goes out as. Events only for who names nothing else: some clients name them with every query."""
    accept = request.headers.get("accept", "").lower()
    return NEW if NEW in accept else EVENT_STREAM if EVENT_STREAM in accept and OLD not in accept else OLD


def _refusal(errors: list[dict[str, Any]], status: int, headers: dict[str, str], media: str) -> Response:
    body = orjson.dumps({"errors": errors})
    if media == EVENT_STREAM:
        return Response(body, status, headers, NEW) if status in BY_STATUS else whole(body)
    return Response(body, status, headers, media)


async def _answer(request: Request, request_id: str) -> bytes | Response:
    visit = _visit(request, request_id)  # before anything is read: nobody unknown makes the service work
    sent = _parameters(request)
    if sent.query is not None and sent.named is None and not visit.actor.documents_only and request.method == "POST":
        known = REPEATED.find(sent.query, sent.operation_name, visit.actor)
        if known is not None and known.asks(sent.variables):
            return await known.answer(visit, sent.variables)
    document = await _document(visit, sent)
    operation = get_operation_ast(document, sent.operation_name)
    if operation is None:
        raise malformed("Say which operation in operationName.")
    # What the operation does not define is nothing to it, and would be kept with what is remembered of it.
    named_ones = {one.variable.name.value for one in operation.variable_definitions or ()}
    variables = {name: value for name, value in sent.variables.items() if name in named_ones}
    live = operation.operation is OperationType.SUBSCRIPTION
    if live and EVENT_STREAM not in request.headers.get("accept", "").lower():
        raise NotAcceptable("A subscription is answered as a stream of events.")
    if request.method == "GET" and operation.operation is OperationType.MUTATION:
        raise MethodNotAllowed("What changes something is sent by POST.", headers={"Allow": "POST"})
    # Each error quotes the whole value, and a value can be wrong in thousands of places.
    defined = operation.variable_definitions or ()
    coerced = get_variable_values(schema(), defined, variables, max_errors=MOST_ERRORS, hide_suggestions=True)
    if isinstance(coerced, list):
        raise Refused([invalid_entry(error) for error in coerced], 422)
    asked = Asked(schema(), document, operation, coerced, variables, source=sent.query, named=sent.operation_name)
    if live:
        subscribed = Subscribed(request.app.state.services, _token(request), request_id, asked)
        subscriptions: Subscriptions = request.app.state.subscriptions
        return await subscriptions.stream(subscribed)
    return await Execution(asked, visit).answer()


def _visit(request: Request, request_id: str) -> Visit:
    services: Services = request.app.state.services
    actor = services.tokens.check(_token(request), now=services.clock()).actor
    request.state.actor = actor
    return Visit(services, actor, request_id)


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def _parameters(request: Request) -> Sent:
    if request.method == "GET":
        given: Any = dict(request.query_params)
        for name in ("variables", "extensions"):
            try:
                given[name] = orjson.loads(given.get(name) or "{}")
            except orjson.JSONDecodeError:
                raise malformed(f"`{name}` is not well-formed JSON.") from None
    else:
        given = getattr(request.state, "json", None)
    if not isinstance(given, dict):
        raise malformed("Send one JSON object with `query`; batches are not taken.")
    query, operation, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if query is not None and not isinstance(query, str):
        raise malformed("`query` must be text.")
    if operation is not None and not isinstance(operation, str):
        raise malformed("`operationName` must be text.")
    if variables is not None and not isinstance(variables, dict):
        raise malformed("`variables` must be an object.")
    extensions = given.get("extensions") or {}
    if not isinstance(extensions, dict):
        raise malformed("`extensions` must be an object.")
    by_hash = named(given.get("documentId"), extensions.get("persistedQuery"))
    if query is None and by_hash is None:
        raise malformed("Send a document as `query`, or the id of a registered one as `documentId`.")
    return Sent(query, by_hash, operation, variables or {})


async def _document(visit: Visit, sent: Sent) -> DocumentNode:
    """What is asked, within the limits and valid. Text with a hash that is not its own is refused: one of the two is not
    what the caller means. With its own it is text as any other, looked up nowhere and kept for nobody."""
    if sent.query is not None and visit.actor.documents_only:
        raise TrustedDocumentsOnly()
    if sent.query is None:
        assert sent.named is not None
        document = await trusted(visit, sent.named)
        within_limits(document, sent.operation_name, sent.variables)
        return document
    if sent.named is not None and sent.named.sha256 != digest(sent.query).hex():
        raise malformed("`query` is not the document that the hash beside it names.")
    document = parsed(sent.query)
    within_limits(document, sent.operation_name, sent.variables)
    validated(sent.query, document)
    return document


_ROUTE = Route("/graphql", _graphql, methods=["GET", "POST"], name="graphql")
_STREAM = Route("/graphql#subscription", _graphql)  # how long it was open says nothing of how fast we answer
