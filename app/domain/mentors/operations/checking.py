"""What is checked wherever a mentor is written: days that have been, and names of this charity."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.organisations.models import Member, Programme, Standing


async def check_names(session: AsyncSession, actor: Actor, given: dict[str, Any]) -> None:
    """Members and programmes that are named are of this charity; members are its own people who can log in, no agency's."""
    for name in ("member_id", "supervisor_id", "covered_by"):
        if given.get(name) is not None and not await _is_colleague(session, actor, given[name]):
            raise invalid(f"/{name}", "UNKNOWN_MEMBER", "There is no such member in this charity: see /v1/colleagues.")
    programmes = given.get("programme_ids") or []
    if programmes and not await _there(session, actor, Programme, programmes):
        raise invalid("/programme_ids", "UNKNOWN_PROGRAMME", "There is no such programme: see /v1/programmes.")


def check_two(one: UUID | None, other: UUID | None, pointer: str, told: str) -> None:
    """Refuse where two who must be different are the same."""
    if one is not None and one == other:
        raise invalid(pointer, "SAME_MEMBER", told)


async def _is_colleague(session: AsyncSession, actor: Actor, member_id: UUID) -> bool:
    found = await session.exec(
        select(Member.id).where(
            Member.id == member_id,
            Member.charity_id == actor.charity_id,
            Member.organisation_id == actor.charity_id,
            Member.standing == Standing.ACTIVE,
        )
    )
    return found.first() is not None


async def _there(session: AsyncSession, actor: Actor, table: Any, ids: Iterable[UUID]) -> bool:
    wanted = set(ids)
    found = await session.exec(select(table.id).where(table.charity_id == actor.charity_id, table.id.in_(wanted)))
    return set(found.all()) == wanted


def not_in_future(day: date | None, pointer: str, now: datetime) -> date:
    today = civil_date(now)
    if day is not None and day > today:
        raise invalid(pointer, "IN_THE_FUTURE", "Give a day up to today.")
    return day or today
