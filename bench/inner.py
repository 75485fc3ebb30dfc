"""The very statements that the service runs, without the call that checks who asks.

The service's own code is run up to the point where it would send its statement: the reader is one that keeps the plan
instead. While that happens the last step of compiling leaves out the wrapper, so what comes out is the inner select as
SQLAlchemy writes it, with the service's own parameters.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import graphql
from graphql import OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module

from app.database import Reader
from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.reading import Plan, compiler
from app.domain.kernel.reading.cursors import Cursors
from app.domain.referrals.queries import REFERRALS, REFERRALS_LIST
from app.graphql.asked import Asked
from app.graphql.execution import Execution
from app.graphql.schema import schema
from bench.cases import PAGE, Case, Many, One, Question
from bench.dataset import CHARITY, MEMBER, uid
from bench.ours import GRAPHQL_LIST, GRAPHQL_ONE

_SECRET = b"a secret of the benchmark's own."


@dataclass
class Kept(Exception):
    """A plan that was about to be run, with its values."""

    plan: Plan
    values: dict[str, Any]


class KeepingReader(Reader):
    """Raises what it was about to run."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(None, Cursors(_SECRET), actor)  # type: ignore[arg-type]

    async def rows(self, plan: Plan, values: dict[str, Any]) -> list[Any]:
        context = {
            "ctx_charity": self.actor.charity_id,
            "ctx_organisation": self.actor.organisation_id,
            "ctx_subject": self.actor.subject_id,
            "ctx_cursor_secret": _SECRET,
        }
        raise Kept(plan, {**values, **context})


def _without_wrapper(build: Callable[[], Select[Any]], order: Sequence[str] = (), audited: str | None = None) -> Plan:
    dialect = dialect_module.dialect()  # type: ignore[no-untyped-call]
    compiled = build().compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    names = tuple(compiled.positiontup or ())
    constants = {name: compiled.params[name] for name in names if compiled.params.get(name) is not None}
    return Plan(sql=str(compiled), names=names, constants=constants, audited=audited)


@contextmanager
def _unwrapped() -> Iterator[None]:
    kept = (compiler.compile_one, compiler.compile_page, compiler.compile_connection)

    def forget() -> None:
        for compiling in kept:
            compiling.cache_clear()

    forget()
    with patch.object(compiler, "compile_select", _without_wrapper):
        yield
    forget()


async def inner(case: Case, question: Question) -> tuple[Plan, dict[str, Any]]:
    """The statement of a read, and the values of this question's parameters."""
    reader = KeepingReader(_coordinator(question))
    with _unwrapped():
        try:
            if case.graphql:
                await _through_graphql(reader, question)
            elif isinstance(question, One):
                await reader.one(REFERRALS, question.id)
            elif isinstance(question, Many):
                filters = {"programme_id": question.programme_id, "received_to": question.until}
                await reader.page(REFERRALS_LIST, limit=PAGE, filters=filters)
        except Kept as kept:
            return kept.plan, kept.values
    raise RuntimeError(f"nothing was read for {case.key}")


async def _through_graphql(reader: KeepingReader, question: Question) -> None:
    one = isinstance(question, One)
    document = graphql.parse(GRAPHQL_ONE if one else GRAPHQL_LIST)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    given = (
        {"id": str(question.id)}
        if isinstance(question, One)
        else {"programme": str(question.programme_id), "until": question.until.isoformat()}
        if isinstance(question, Many)
        else {}
    )
    variables = get_variable_values(schema(), operation.variable_definitions or (), given)
    assert isinstance(variables, VariableValues)
    visit: Any = SimpleNamespace(actor=reader.actor, reader=reader, request_id="bench")
    execution = Execution(Asked(schema(), document, operation, variables, given), visit)
    (wanted,) = execution._asked.members  # below the place where what goes wrong is masked
    await execution._query(_root(wanted.name), wanted)


def _root(name: str) -> Any:
    from app.graphql.roots import QUERIES  # noqa: PLC0415 -- filled while the schema is made

    return QUERIES[name]


def _coordinator(question: Question) -> Actor:
    charity = uid(CHARITY, question.charity)
    return Actor(
        subject_id=uid(MEMBER, question.charity),
        kind=ActorKind.MEMBER,
        role=Role.COORDINATOR,
        authority=1,
        permissions=ROLE_PERMISSIONS[Role.COORDINATOR],
        charity_id=charity,
        organisation_id=charity,
    )
