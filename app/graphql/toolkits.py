"""Workbooks, the work on them, and certificates through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import View
from app.domain.support.toolkits import operations
from app.domain.support.toolkits.models import (
    BeginToolkit,
    ChangeToolkit,
    IssueCertificate,
    MakeToolkit,
    MoveProgress,
    RecordUnit,
    RetireToolkit,
)
from app.domain.support.toolkits.queries import (
    CERTIFICATES,
    TOOLKIT_PROGRESS,
    TOOLKIT_PROGRESS_LIST,
    TOOLKITS,
    TOOLKITS_LIST,
)
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
Step = Callable[..., Awaitable[Any]]


def _needed(view: View) -> Permission:
    """A mentor writes what somebody has done, not what the charity offers."""
    return P.TOOLKITS_MANAGE if view is TOOLKITS else P.TOOLKITS_WRITE


def _make(name: str, view: View, step: Step, model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(session, actor=visit.actor, command=command.input, now=visit.now)
        key: UUID = row.id
        return key

    return Change(name, view, take, told, _needed(view), model)


def _change(name: str, view: View, step: Step, model: Any, told: str) -> Change:
    of = "toolkit_id" if view is TOOLKITS else "progress_id"

    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        given = {of: command.id, "command": command.input}
        row = await step(session, actor=visit.actor, version=command.version, now=visit.now, **given)
        key: UUID = row.id
        return key

    return Change(name, view, take, told, _needed(view), model, by_id=True)


_PROGRESS = TOOLKIT_PROGRESS
_ISSUED = "His certificate, once; id and version are those of the progress."

offer(
    One("toolkit", TOOLKITS, "A workbook."),
    Many("toolkits", TOOLKITS_LIST, "The catalogue: everybody's toolkits and the charity's own."),
    One("toolkitProgress", TOOLKIT_PROGRESS, "How far somebody has come with a workbook."),
    Many("toolkitProgressList", TOOLKIT_PROGRESS_LIST, "Who works on which toolkit, the newest first."),
    One("certificate", CERTIFICATES, "A certificate."),
    _make("makeToolkit", TOOLKITS, operations.make_toolkit, MakeToolkit, "A workbook of the charity's own."),
    _change("changeToolkit", TOOLKITS, operations.change_toolkit, ChangeToolkit, "Change a workbook of your own."),
    _change("retireToolkit", TOOLKITS, operations.retire_toolkit, RetireToolkit, "Nobody begins it any more."),
    _make("beginToolkit", _PROGRESS, operations.begin, BeginToolkit, "He begins a workbook."),
    _change("recordToolkitUnit", _PROGRESS, operations.record_unit, RecordUnit, "A unit is done, or put right."),
    _change("moveToolkitProgress", _PROGRESS, operations.move_progress, MoveProgress, "Paused, stopped, going on."),
    _change("issueCertificate", CERTIFICATES, operations.certify, IssueCertificate, _ISSUED),
)
