"""Documents as text becomes them: parsed, judged by the schema, and kept for whoever sends the same text again."""

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, validate

from app.graphql.errors import Refused
from app.graphql.limits import check, read
from app.graphql.messages import message_of
from app.graphql.schema import schema

_judged: OrderedDict[Hashable, DocumentNode] = OrderedDict()
_DOCUMENTS, _TOKENS = 256, 50_000  # a token with its share of the tree takes about 500 bytes

K = TypeVar("K", bound=Hashable)


class Kept(Generic[K]):
    """Documents that this process has found and judged, by their key: so many, and so much of them."""

    def __init__(self, documents: int, tokens: int) -> None:
        self._most, self._most_tokens = documents, tokens
        self._entries: OrderedDict[K, tuple[DocumentNode, int]] = OrderedDict()
        self._tokens = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: K) -> DocumentNode | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def keep(self, key: K, document: DocumentNode) -> None:
        if key in self._entries:  # two asked at once
            return
        tokens = _tokens(document)
        self._entries[key] = document, tokens
        self._tokens += tokens
        while len(self._entries) > self._most or self._tokens > self._most_tokens:
            _, (_, forgotten) = self._entries.popitem(last=False)
            self._tokens -= forgotten


def _tokens(document: DocumentNode) -> int:
    count, token = 0, document.loc.start_token if document.loc else None
    while token is not None:
        count, token = count + 1, token.next
    return count


_valid: Kept[bytes] = Kept(_DOCUMENTS, _TOKENS)


def parsed(source: str) -> DocumentNode:
    """Raises `Refused` (400) for what is no GraphQL, `DocumentTooComplex` for what would cost too much to parse."""
    known = _valid.find(digest(source))
    if known is not None:
        return known
    try:
        return read(source)
    except GraphQLSyntaxError as error:
        told = {"message": "This is not a GraphQL document.", "locations": located(error)}
        raise Refused([{**told, "extensions": {"code": "GRAPHQL_SYNTAX_ERROR"}}], 400) from None


def validated(source: str, document: DocumentNode) -> None:
    """Once for each document; only what is within the limits and valid is kept, and only so much of it. Raises `Refused`
    (422)."""
    key = digest(source)
    if _valid.find(key) is not None:
        return
    errors = validate(schema(), document, max_errors=20, hide_suggestions=True)
    if errors:
        raise Refused([invalid_entry(error) for error in errors], 422)
    _valid.keep(key, document)


def within_limits(document: DocumentNode, operation_name: str | None, variables: dict[str, Any]) -> None:
    """Raises `DocumentTooComplex`. What was found once is found again: of the variables only numbers, and how long a list
    of ids is, can change it."""
    defined = _defined(document)
    numbers = tuple(
        sorted((name, value) for name, value in variables.items() if name in defined and isinstance(value, int | float))
    )
    lists = tuple(
        sorted((name, len(value)) for name, value in variables.items() if name in defined and isinstance(value, list))
    )
    key = (id(document), operation_name, numbers, lists)
    if key in _judged:
        _judged.move_to_end(key)
        return
    check(document, operation_name, variables)
    _judged[key] = document  # kept alive, so that its id stays its own
    if len(_judged) > _DOCUMENTS:
        _judged.popitem(last=False)


def _defined(document: DocumentNode) -> set[str]:
    """The variables of its operations: others are nothing to it, and are not remembered."""
    return {
        one.variable.name.value
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for one in operation.variable_definitions or ()
    }


def digest(source: str) -> bytes:
    """SHA-256 of the text's bytes."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest()


def invalid_entry(error: GraphQLError) -> dict[str, Any]:
    """Where a document is wrong; a value in it or in its variables is never repeated, as it may be somebody's name."""
    told = {"message": message_of(error), "locations": located(error)}
    return {**told, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}


def located(error: GraphQLError) -> list[dict[str, int]]:
    """The lines and columns that an error is about."""
    return [{"line": at.line, "column": at.column} for at in error.locations or ()]
