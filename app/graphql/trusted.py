"""Trusted documents at the door: asked by their hash, and judged before they are registered.

Asking registers nothing, also where the text comes with its hash (Apollo's automatic persisted queries): otherwise whoever
holds a token could make his own text trusted by sending it once, and a limit to trusted documents would limit nothing.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import DocumentNode

from app.domain.kernel.errors import DocumentNotFound, FieldError, ValidationFailed
from app.domain.organisations.queries import document_in_force
from app.graphql.documents import Kept, parsed, validated
from app.graphql.errors import Refused, error_entry, malformed
from app.graphql.limits import check
from app.visits import Visit

_HASH = re.compile(r"[0-9a-f]{64}")
_PREFIX = "sha256:"
_MOST_DOCUMENTS, _MOST_TOKENS = 1_000, 200_000  # a token with its share of the tree takes about 500 bytes


@dataclass(frozen=True, slots=True)
class Named:
    """The hash by which a request names a document; None where its id is of no form that has ever been registered.
    `apollo`: it stood in `extensions.persistedQuery` only."""

    sha256: str | None
    apollo: bool


def named(document_id: object, persisted_query: object) -> Named | None:
    """What a request names, by `documentId` (the appendix on persisted documents of GraphQL over HTTP) or by Apollo's
    extension, if anything. Raises `Refused` (400)."""
    if document_id is not None and not isinstance(document_id, str):
        raise malformed("`documentId` must be text.")
    found = None
    if persisted_query is not None:
        found = Named(_apollos(persisted_query), apollo=document_id is None)
    if document_id is not None:
        prefix, _, payload = document_id.partition(":")
        by_id = payload if f"{prefix}:" == _PREFIX and _HASH.fullmatch(payload) else None
        if found is not None and found.sha256 != by_id:
            raise malformed("`documentId` and `extensions.persistedQuery` name two documents.")
        found = Named(by_id, apollo=False)
    return found


def _apollos(given: object) -> str | None:
    if not isinstance(given, dict) or given.get("version") != 1 or not isinstance(given.get("sha256Hash"), str):
        raise malformed("`extensions.persistedQuery` must have `version` 1 and a `sha256Hash`.")
    found: str = given["sha256Hash"]
    return found if _HASH.fullmatch(found) else None


_kept: Kept[tuple[UUID, int, str]] = Kept(_MOST_DOCUMENTS, _MOST_TOKENS)


async def trusted(visit: Visit, wanted: Named) -> DocumentNode:
    """A registered document, within the limits and valid by today's schema. Raises `Refused` (404; 422 where the schema
    has changed since), `DocumentTooComplex`.

    The first time it takes one statement, after that none. What is kept never outlives what it was made from: the key
    holds the client's `authority`, which the database counts up in the very transaction that withdraws a document. From
    then on no statement runs for a token of the earlier count (`throughgate.enter` refuses it), so what its entries ask
    of the database is answered 401; and a later token finds no entry and reads the table.
    """
    actor = visit.actor
    if wanted.sha256 is not None:
        key = actor.subject_id, actor.authority, wanted.sha256
        known = _kept.find(key)
        if known is not None:
            return known
        rows = await visit.reader.rows(document_in_force(), {"sha256": wanted.sha256})
        if rows:
            document = _judged(rows[0]["document"])
            _kept.keep(key, document)
            return document
    entry = error_entry(DocumentNotFound(), [], visit.request_id)
    if wanted.apollo:  # by which Apollo's clients know that they must send the text
        entry["message"] = "PersistedQueryNotFound"
        entry["extensions"]["code"] = "PERSISTED_QUERY_NOT_FOUND"
    raise Refused([entry], DocumentNotFound.status)


def judge(source: str) -> None:
    """Refuses to register what the door would not answer. Raises `DocumentTooComplex`, `ValidationFailed` (422)."""
    try:
        _judged(source)
    except Refused as refused:
        errors = [FieldError("/document", one["extensions"]["code"], _sentence(one)) for one in refused.errors]
        raise ValidationFailed("The document would not be answered as it is.", errors=errors) from None


def _judged(source: str) -> DocumentNode:
    document = parsed(source)
    check(document, None, None)  # every operation; what variables make of the cost is judged when they come
    validated(source, document)
    return document


def _sentence(entry: dict[str, Any]) -> str:
    where = [f"line {at['line']}, column {at['column']}" for at in entry["locations"][:1]]
    return " ".join([f"At {place}:" for place in where] + [entry["message"]])
