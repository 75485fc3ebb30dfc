"""Answers a validated operation. A compiled root field is one statement whose JSON goes out as it comes; a computed one
is what a rule makes of facts; a mutation is one transaction (`changes`)."""

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import orjson

from app.domain.kernel.access import require
from app.domain.kernel.errors import DomainError, InternalError
from app.graphql.answers import body, log_unexpected, outcome
from app.graphql.asked import Asked
from app.graphql.changes import Changes, Json, as_uuid, validated
from app.graphql.errors import error_entry, pointing_into_input
from app.graphql.lookups import looked_up, one_of
from app.graphql.nodes import found_nodes, wanted_of_nodes
from app.graphql.prepared import PREPARATIONS, Prepared
from app.graphql.repeated import REPEATED
from app.graphql.roots import MUTATIONS, QUERIES, By, Many, Nodes, One, Query
from app.graphql.selection import Wanted, plain
from app.graphql.wanting import Wanting, pick
from app.visits import Visit


class Execution:
    """One operation, asked by one visitor."""

    def __init__(self, asked: Asked, visit: Visit) -> None:
        self._asked = asked
        self._document = asked.document
        self._visit = visit
        self._errors: list[dict[str, Any]] = []
        self._changes = Changes(asked, visit, self._errors.append)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What went wrong so far, as entries of `errors`."""
        return self._errors

    async def answer(self) -> bytes:
        """The response's body: `data` in the document's order, and `errors` if there are any."""
        members = self._asked.members
        if self._asked.changes or len(members) == 1:
            answers = [await self._member(wanted) for wanted in members]
        else:
            found = await asyncio.gather(*(self._member(wanted) for wanted in members), return_exceptions=True)
            answers = [_raised(one) for one in found]  # once all have ended: none goes on behind the answer
        return body([wanted.key for wanted in members], answers, self._errors)

    async def _member(self, wanted: Wanted) -> Json:
        if wanted.name.startswith("__"):
            return await self._asked.introspected(wanted)
        work = self._changed(wanted) if self._asked.changes else self._query(QUERIES[wanted.name], wanted)
        return await outcome(work, wanted.key, wanted.name, self._visit, self._errors, nothing=_nothing(wanted))

    async def _changed(self, wanted: Wanted) -> Json:
        try:
            return await self._changes.answer(MUTATIONS[wanted.name], wanted)
        except DomainError:
            raise
        except Exception as error:
            log_unexpected(error, wanted.name, self._visit)
            return self._changes.problem(InternalError(), wanted)

    async def _query(self, root: Query, wanted: Wanted) -> Json:
        if isinstance(root, Nodes):
            return await self._nodes(root, wanted)
        if isinstance(root, One | By):
            self._visit.reader.require(root.view)
            prepared = self._prepared(root, wanted)
            lookup, key = (None, wanted.arguments[root.argument]) if isinstance(root, One) else one_of(wanted)
            if lookup is None:
                key = _key(key, agency=isinstance(root, One) and root.argument == "agencyId")
                if isinstance(root, One) and not prepared.hidden:
                    REPEATED.offer(self._asked, wanted, root.view, prepared, self._visit)
                return (await self._visit.reader.one(root.view, key, prepared.selection, prepared.values)).json
            given = looked_up(root.view, lookup, key)
            found = await self._visit.reader.one_by(root.view, lookup, given, prepared.selection, prepared.values)
            return found.json
        if isinstance(root, Many):
            self._visit.reader.require(root.collection.view)
            prepared = self._prepared(root, wanted)
            assert prepared.listing is not None
            return await self._visit.reader.connection(
                root.collection, prepared.selection, prepared.listing, prepared.values
            )
        require(self._visit.actor, root.permission)
        given = {name: value for name, value in plain(wanted.arguments).items() if value is not None}
        arguments = validated(root.arguments, given, "")
        with pointing_into_input() if "input" in root.arguments.model_fields else nullcontext():
            answered = await root.answer(self._visit, arguments)
        return orjson.dumps(pick(self._document, wanted, answered.model_dump(mode="json"))).decode()

    async def _nodes(self, root: Nodes, wanted: Wanted) -> Json:
        prepared = PREPARATIONS.of(
            self._asked, wanted.key, self._visit, lambda: wanted_of_nodes(self._asked, self._visit, wanted)
        )
        ids = wanted.arguments["ids"] if root.many else [wanted.arguments["id"]]
        found, hidden = await found_nodes(self._visit, prepared, ids)
        self._hide(hidden, wanted)
        return f"[{','.join(found)}]" if root.many else found[0]

    def _prepared(self, root: One | By | Many, wanted: Wanted) -> Prepared:
        prepared = PREPARATIONS.of(self._asked, wanted.key, self._visit, lambda: self._prepare(root, wanted))
        self._hide(prepared.hidden, wanted)
        return prepared

    def _hide(self, hidden: Iterable[tuple[DomainError, tuple[str, ...]]], wanted: Wanted) -> None:
        for error, path in hidden:
            self._errors.append(error_entry(error, [wanted.key, *path], self._visit.request_id))

    def _prepare(self, root: One | By | Many, wanted: Wanted) -> Prepared:
        hidden: list[tuple[DomainError, tuple[str, ...]]] = []
        wanting = Wanting(self._document, self._visit, lambda error, path: hidden.append((error, tuple(path))))
        if isinstance(root, One | By):
            listing, selection = None, wanting.object(root.view, self._document.below(wanted))
        else:
            listing, selection = wanting.connection(root.collection, wanted)
        return Prepared(selection, listing, wanting.values, tuple(hidden))


def _nothing(wanted: Wanted) -> Json:
    """What stands where a field was refused: null, or a null for each of several ids."""
    ids = wanted.arguments.get("ids")
    return "null" if ids is None else f"[{','.join(['null'] * len(ids))}]"


def _raised(one: Json | BaseException) -> Json:
    if isinstance(one, BaseException):
        raise one
    return one


def _key(given: Any, *, agency: bool) -> UUID | str:
    return str(given).upper()[:20] if agency else as_uuid(given)
