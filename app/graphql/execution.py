"""Answers a validated operation. A compiled root field is one statement whose JSON goes out as it comes; a computed one
is what a rule makes of facts; a mutation is one transaction, answered from inside it."""

import asyncio
import re
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import structlog
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Reader
from app.domain.kernel.access import Role, require
from app.domain.kernel.errors import (
    DomainError,
    FieldError,
    Forbidden,
    InternalError,
    NotFound,
    Unauthenticated,
    ValidationFailed,
)
from app.domain.kernel.idempotency import Answer, fingerprint
from app.domain.kernel.reading import Selection
from app.graphql.asked import Asked
from app.graphql.errors import error_entry, input_errors, pointing_into_input, problem_fields
from app.graphql.roots import MUTATIONS, QUERIES, Change, Command, Computed, Many, One
from app.graphql.selection import TYPENAME, Wanted, plain
from app.graphql.wanting import Wanting, pick
from app.visits import Visit

Json = str
log = structlog.get_logger("throughgate.graphql")
_KEY = re.compile(r'(?=.{1,255}\Z)"?[\x21\x23-\x7e]+"?')


@dataclass(frozen=True)
class PayloadMember:
    """One member of a mutation's payload: its type's name, or what is wanted of what the mutation made or changed."""

    key: str
    typename: str | None
    selection: Selection | None
    values: dict[str, Any]


class Execution:
    """One operation, asked by one visitor."""

    def __init__(self, asked: Asked, visit: Visit) -> None:
        self._asked = asked
        self._document = asked.document
        self._visit = visit
        self._errors: list[dict[str, Any]] = []
        self._changed = False

    async def answer(self) -> bytes:
        """The response's body: `data` in the document's order, and `errors` if there are any."""
        members = self._asked.members
        if self._asked.changes:
            answers = [await self._member(wanted) for wanted in members]
        else:
            found = await asyncio.gather(*(self._member(wanted) for wanted in members), return_exceptions=True)
            answers = [_raised(one) for one in found]  # once all have ended: none goes on behind the answer
        data = ",".join(f"{orjson.dumps(w.key).decode()}:{json}" for w, json in zip(members, answers, strict=True))
        errors = f',"errors":{orjson.dumps(self._errors).decode()}' if self._errors else ""
        return f'{{"data":{{{data}}}{errors}}}'.encode()

    async def _member(self, wanted: Wanted) -> Json:
        if wanted.name.startswith("__"):
            return self._asked.introspected(wanted)
        try:
            return await self._answered(wanted)
        except DomainError:
            raise
        except Exception as error:  # masked: what it quotes may be about somebody
            log.error(
                "unexpected error",
                error_type=type(error).__name__,
                field=wanted.name,
                request_id=self._visit.request_id,
            )
            if self._asked.changes:
                return self._problem(InternalError(), wanted)
            self._errors.append(error_entry(InternalError(), [wanted.key], self._visit.request_id))
            return "null"

    async def _answered(self, wanted: Wanted) -> Json:
        try:
            change = MUTATIONS.get(wanted.name) if self._asked.changes else None
            return await (self._change(change, wanted) if change else self._query(QUERIES[wanted.name], wanted))
        except NotFound:
            return "null"
        except Unauthenticated:  # nobody is asking any more: that is the whole request's answer
            raise
        except DomainError as error:
            self._errors.append(error_entry(error, [wanted.key], self._visit.request_id))
            return "null"

    async def _query(self, root: One | Many | Computed, wanted: Wanted) -> Json:
        if not isinstance(root, Computed) and root.agencies is not None:
            self._check_side(agencies=root.agencies)
        if isinstance(root, One):
            require(self._visit.actor, root.view.permission)
            wanting = self._wanting(wanted)
            selection = wanting.object(root.view, self._document.below(wanted))
            key = _key(wanted.arguments[root.argument], root)
            found = await self._visit.reader.one(root.view, key, selection, wanting.values)
            return found.json
        if isinstance(root, Many):
            require(self._visit.actor, root.collection.view.permission)
            wanting = self._wanting(wanted)
            listing, selection = wanting.connection(root.collection, wanted)
            return await self._visit.reader.connection(root.collection, selection, listing, wanting.values)
        require(self._visit.actor, root.permission)
        given = {name: value for name, value in plain(wanted.arguments).items() if value is not None}
        arguments = _validated(root.arguments, given, "")
        with pointing_into_input() if "input" in root.arguments.model_fields else nullcontext():
            answered = await root.answer(self._visit, arguments)
        return orjson.dumps(pick(self._document, wanted, answered.model_dump(mode="json"))).decode()

    def _check_side(self, *, agencies: bool) -> None:
        """A view of the charity's is not asked for by an agency, nor the reverse: row security is not left to say so."""
        if (self._visit.actor.role is Role.REFERRER) is not agencies:
            asker = "an agency's people and programs" if agencies else "the charity's own people"
            raise Forbidden(f"This is for {asker}.")

    def _wanting(self, wanted: Wanted) -> Wanting:
        return Wanting(self._document, self._visit, lambda error, path: self._hide(error, [wanted.key, *path]))

    def _hide(self, error: DomainError, path: list[str]) -> None:
        self._errors.append(error_entry(error, path, self._visit.request_id))

    async def _change(self, change: Change, wanted: Wanted) -> Json:
        """The payload, or a Problem: what went wrong is part of the schema, not of `errors`."""
        try:
            require(self._visit.actor, change.permission)
            command = self._command(change, wanted)
            hidden: list[dict[str, Any]] = []
            members = self._payload(change, wanted, hidden)

            async def answering(session: AsyncSession, reader: Reader) -> Answer:
                with pointing_into_input():
                    key = await change.operate(session, self._visit, command)
                return Answer(200, await _read(change, members, reader, key), None, None)

            answer, _ = await self._visit.once(
                answering,
                key=_idempotency_key(wanted.arguments.get("idempotencyKey")),
                fingerprint=lambda: _print(wanted, members),
                keep=not wanted.arguments.get("dryRun"),
            )
            self._errors.extend(hidden)
            self._changed = True
            return answer.body
        except DomainError as error:
            if isinstance(error, Unauthenticated) and not self._changed:
                raise
            return self._problem(error, wanted)

    def _command(self, change: Change, wanted: Wanted) -> Command:
        given = wanted.arguments
        value = None
        if change.command is not None:
            value = _validated(change.command, plain(given.get("input") or {}), "/input")
        return Command(
            input=value,
            id=_uuid(given["id"]) if change.by_id else None,
            of=_uuid(given[change.of]) if change.of is not None else None,
            version=given.get("version"),
        )

    def _payload(self, change: Change, wanted: Wanted, hidden: list[dict[str, Any]]) -> list[PayloadMember]:
        """What is wanted of the payload; `hidden` gathers what the visitor may not see of it."""
        payload = self._asked.object_type(f"{change.name[0].upper()}{change.name[1:]}Payload")
        members = []
        for member in self._document.below(wanted, payload):

            def hide(error: DomainError, path: list[str], at: str = member.key) -> None:
                hidden.append(error_entry(error, [wanted.key, at, *path], self._visit.request_id))

            wanting = Wanting(self._document, self._visit, hide)
            name = payload.name if member.name == TYPENAME else None
            selection = None if name else wanting.object(change.view, self._document.below(member))
            members.append(PayloadMember(member.key, name, selection, wanting.values))
        return members

    def _problem(self, error: DomainError, wanted: Wanted) -> Json:
        problem = self._asked.object_type("Problem")
        fields = problem_fields(error, self._visit.request_id)
        return orjson.dumps(pick(self._document, wanted, fields, problem)).decode()


async def _read(change: Change, members: list[PayloadMember], reader: Reader, key: UUID) -> Json:
    """A payload, by the same plans as a query's, inside the mutation's own transaction."""
    parts = []
    for member in members:
        json = orjson.dumps(member.typename).decode()
        if member.selection is not None:
            json = (await reader.one(change.view, key, member.selection, member.values, granted=True)).json
        parts.append(f"{orjson.dumps(member.key).decode()}:{json}")
    return "{" + ",".join(parts) + "}"


def _print(wanted: Wanted, members: list[PayloadMember]) -> str:
    """What makes two mutations the same, however they are written: field, arguments, and what is wanted of the answer."""
    given = {name: value for name, value in wanted.arguments.items() if name not in ("idempotencyKey", "dryRun")}
    arguments = orjson.dumps(plain(given), option=orjson.OPT_SORT_KEYS, default=str)
    asked = repr([(member.key, member.typename, member.selection) for member in members])
    return fingerprint(b"graphql", wanted.name.encode(), asked.encode(), arguments)


def _idempotency_key(given: str | None) -> str | None:
    """As REST takes it."""
    if given is not None and not _KEY.fullmatch(given):
        detail = "Give 1 to 255 printable ASCII characters without spaces."
        raise ValidationFailed(detail, errors=[FieldError("/idempotencyKey", "STRING_PATTERN_MISMATCH", detail)])
    return given


def _raised(one: Json | BaseException) -> Json:
    if isinstance(one, BaseException):
        raise one
    return one


def _key(given: Any, root: One) -> UUID | str:
    return str(given).upper()[:20] if root.argument == "agencyId" else _uuid(given)


def _uuid(given: Any) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise NotFound() from None


def _validated(model: Any, given: dict[str, Any], prefix: str) -> Any:
    """Input through the domain's own model, with pointers as this door names its fields."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ValidationFailed(errors=input_errors(error, prefix)) from None
