"""Mutations: each one transaction, answered from inside it with a payload, or with a Problem."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Reader
from app.domain.kernel.access import require
from app.domain.kernel.errors import DomainError, FieldError, NotFound, Unauthenticated, ValidationFailed
from app.domain.kernel.idempotency import Answer, fingerprint
from app.domain.kernel.reading import Selection, View
from app.graphql.asked import Asked
from app.graphql.errors import error_entry, input_errors, pointing_into_input, problem_fields
from app.graphql.roots import Change, Command
from app.graphql.selection import TYPENAME, Wanted, plain, snake
from app.graphql.wanting import Wanting, pick
from app.visits import Visit

Json = str
_KEY = re.compile(r'(?=.{1,255}\Z)"?[\x21\x23-\x7e]+"?')


@dataclass(frozen=True)
class PayloadMember:
    """One member of a mutation's payload: its type's name, or what is wanted of what the mutation made or changed."""

    key: str
    typename: str | None
    selection: Selection | None
    values: dict[str, Any]


class Changes:
    """The mutations of one operation. What a payload hides is told to `hidden`."""

    def __init__(self, asked: Asked, visit: Visit, hidden: Callable[[dict[str, Any]], None]) -> None:
        self._asked = asked
        self._document = asked.document
        self._visit = visit
        self._hidden = hidden
        self._changed = False

    async def answer(self, change: Change, wanted: Wanted) -> Json:
        """The payload, or a Problem: what went wrong is part of the schema, not of `errors`."""
        try:
            require(self._visit.actor, change.permission)
            if isinstance(change.answer, View):
                answer = await self._read_back(change, change.answer, wanted)
            else:
                answer = await self._told(change, wanted)
        except DomainError as error:
            if isinstance(error, Unauthenticated) and not self._changed:
                raise
            return self.problem(error, wanted)
        self._changed = True
        return answer

    def problem(self, error: DomainError, wanted: Wanted) -> Json:
        problem = self._asked.object_type("Problem")
        fields = problem_fields(error, self._visit.request_id)
        return orjson.dumps(pick(self._document, wanted, fields, problem)).decode()

    async def _read_back(self, change: Change, view: View, wanted: Wanted) -> Json:
        # Who has made something is shown it. Who may only change things must not read them by changing nothing.
        granted = not change.by_id
        self._visit.reader.require(view, granted=granted)
        command = await self._command(change, wanted)
        hidden: list[dict[str, Any]] = []
        members = self._payload(change, view, wanted, hidden)

        async def answering(session: AsyncSession, reader: Reader) -> Answer:
            with pointing_into_input():
                key = await change.operate(session, self._visit, command)
            assert isinstance(key, UUID)
            return Answer(200, await _read(view, members, reader, key, granted=granted), None, None)

        answer, _ = await self._visit.once(
            answering,
            key=_idempotency_key(wanted.arguments.get("idempotencyKey")),
            fingerprint=lambda: _print(wanted, members),
            keep=not wanted.arguments.get("dryRun"),
        )
        for one in hidden:
            self._hidden(one)
        return answer.body

    async def _told(self, change: Change, wanted: Wanted) -> Json:
        """What is told this once: it never reaches the table of kept answers."""
        command = await self._command(change, wanted)
        async with self._visit.write() as session:
            with pointing_into_input():
                made = await change.operate(session, self._visit, command)
        assert isinstance(made, BaseModel)
        payload = self._asked.object_type(payload_name(change))
        [key] = payload.fields
        return orjson.dumps(pick(self._document, wanted, {snake(key): made.model_dump(mode="json")}, payload)).decode()

    async def _command(self, change: Change, wanted: Wanted) -> Command:
        given = wanted.arguments
        value = prepared = None
        if change.command is not None:
            value = validated(change.command, plain(given.get("input") or {}), "/input")
        key = as_uuid(given["id"]) if change.by_id else None
        of = as_uuid(given[change.of]) if change.of is not None else None
        if change.prepare is not None:
            prepared = await change.prepare(value)
        return Command(input=value, id=key, of=of, version=given.get("version"), prepared=prepared)

    def _payload(self, change: Change, view: View, wanted: Wanted, hidden: list[dict[str, Any]]) -> list[PayloadMember]:
        """What is wanted of the payload; `hidden` gathers what the visitor may not see of it."""
        payload = self._asked.object_type(payload_name(change))
        members = []
        for member in self._document.below(wanted, payload):

            def hide(error: DomainError, path: list[str], at: str = member.key) -> None:
                hidden.append(error_entry(error, [wanted.key, at, *path], self._visit.request_id))

            wanting = Wanting(self._document, self._visit, hide)
            name = payload.name if member.name == TYPENAME else None
            selection = None if name else wanting.object(view, self._document.below(member))
            members.append(PayloadMember(member.key, name, selection, wanting.values))
        return members


def payload_name(change: Change) -> str:
    return f"{change.name[0].upper()}{change.name[1:]}Payload"


async def _read(view: View, members: list[PayloadMember], reader: Reader, key: UUID, *, granted: bool) -> Json:
    """A payload, by the same plans as a query's, inside the mutation's own transaction."""
    parts = []
    for member in members:
        json = orjson.dumps(member.typename).decode()
        if member.selection is not None:
            json = (await reader.one(view, key, member.selection, member.values, granted=granted)).json
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


def as_uuid(given: Any) -> UUID:
    """An id as it was given; what is none is the id of nothing."""
    try:
        return UUID(str(given))
    except ValueError:
        raise NotFound() from None


def validated(model: Any, given: dict[str, Any], prefix: str) -> Any:
    """Input through the domain's own model, with pointers as this door names its fields."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ValidationFailed(errors=input_errors(error, prefix)) from None
