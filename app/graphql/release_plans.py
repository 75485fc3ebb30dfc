"""What is arranged for a release, and who leaves in the next weeks, through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.countdown import Countdown, countdown_of
from app.domain.through_the_gate.models import (
    AddPlanItem,
    AnswerPlanItem,
    ChangeReleasePlan,
    OpenReleasePlan,
    ReleasePlan,
    StartPlanAgain,
)
from app.domain.through_the_gate.queries import RELEASE_PLANS, RELEASE_PLANS_LIST
from app.graphql.roots import Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


class CountdownArguments(BaseModel):
    """Of which programme, how far ahead, and which part of it."""

    programme_id: UUID
    days: int = Field(default=90, ge=1, le=366, description="How many days to look ahead.")
    first: int = Field(default=50, ge=1, le=100, description="People on a page.")
    after: str | None = Field(default=None, max_length=2000, description="`next` of the page before.")


async def _countdown(visit: Visit, arguments: CountdownArguments) -> Countdown:
    return await countdown_of(
        visit.reader,
        arguments.programme_id,
        today=civil_date(visit.now),
        days=arguments.days,
        limit=arguments.first,
        cursor=arguments.after,
    )


async def _open(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await operations.open_release_plan(session, actor=visit.actor, command=command.input, now=visit.now)).id


def _step(
    step: Callable[..., Awaitable[ReleasePlan]],
) -> Callable[[AsyncSession, Visit, Command], Awaitable[UUID]]:
    async def change(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(
            session,
            actor=visit.actor,
            plan_id=command.id,
            command=command.input,
            version=command.version,
            now=visit.now,
        )
        return row.id

    return change


def _change(name: str, step: Any, told: str, shape: type[BaseModel]) -> Change:
    return Change(name, RELEASE_PLANS, _step(step), told, P.GATE_SUPPORT_WRITE, shape, by_id=True)


offer(
    One("releasePlan", RELEASE_PLANS, "What is arranged for somebody's release."),
    Many("releasePlans", RELEASE_PLANS_LIST, "Release plans; a mentor sees those of whom he mentors."),
    Computed(
        "countdown",
        CountdownArguments,
        Countdown,
        P.GATE_SUPPORT_WRITE,
        _countdown,
        "Who of those mentored leaves in the next days, the soonest first, each with what is still open.",
    ),
    Change(
        "openReleasePlan",
        RELEASE_PLANS,
        _open,
        "Begin to plan somebody's release.",
        P.GATE_SUPPORT_WRITE,
        OpenReleasePlan,
    ),
    _change("changeReleasePlan", operations.change_release_plan, "What is known anew.", ChangeReleasePlan),
    _change("addPlanItem", operations.add_plan_item, "One more thing that has to be there by a day.", AddPlanItem),
    _change("answerPlanItem", operations.answer_plan_item, "How far one thing of the plan is.", AnswerPlanItem),
    _change(
        "startPlanAgain",
        operations.start_plan_again,
        "After a return to custody: everything is open once more.",
        StartPlanAgain,
    ),
)
