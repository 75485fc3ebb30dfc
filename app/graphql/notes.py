"""Notes and barriers through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.sessions import operations
from app.domain.sessions.models import NameBarrier, TryBarrier, WriteNote
from app.domain.sessions.queries import BARRIERS, BARRIERS_LIST, NOTES, NOTES_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
_LIVE = ("barrier.", "engagement.")


async def _write(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await operations.write_note(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _name(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await operations.name_barrier(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _try(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.try_barrier(
        session,
        actor=visit.actor,
        barrier_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


offer(
    One("sessionNote", NOTES, "A note of a session."),
    Many("sessionNotes", NOTES_LIST, "Notes of sessions, the newest first; a mentor sees those of his own time."),
    One("barrier", BARRIERS, "Something that stands in the way of meeting.", live=_LIVE),
    Many("barriers", BARRIERS_LIST, "What stands, or stood, in the way of meeting.", live=_LIVE),
    Change("writeSessionNote", NOTES, _write, "A note; or one in the place of another.", P.NOTES_WRITE, WriteNote),
    Change(
        "nameBarrier", BARRIERS, _name, "What stands in the way, or that somebody asked.", P.BARRIERS_WRITE, NameBarrier
    ),
    Change("tryBarrier", BARRIERS, _try, "What was tried against it.", P.BARRIERS_WRITE, TryBarrier, by_id=True),
)
