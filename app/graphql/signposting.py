"""Onward referrals through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.support.signposting import operations
from app.domain.support.signposting.models import (
    CloseOnwardReferral,
    DeclineOnwardReferral,
    OnwardReferral,
    OnwardStep,
    SendOnwardReferral,
    SuggestOnwardReferral,
)
from app.domain.support.signposting.queries import ONWARD_REFERRALS, ONWARD_REFERRALS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _suggest(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.suggest(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


def _change(name: str, step: Callable[..., Awaitable[OnwardReferral]], model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(
            session,
            actor=visit.actor,
            onward_referral_id=command.id,
            command=command.input,
            version=command.version,
            now=visit.now,
        )
        return row.id

    return Change(name, ONWARD_REFERRALS, take, told, P.SIGNPOSTING_WRITE, model, by_id=True)


offer(
    One("onwardReferral", ONWARD_REFERRALS, "An onward referral."),
    Many(
        "onwardReferrals",
        ONWARD_REFERRALS_LIST,
        "The charity's onward referrals; a mentor sees those of his own engagements.",
    ),
    Change(
        "suggestOnwardReferral",
        ONWARD_REFERRALS,
        _suggest,
        "Write down that a service was suggested to somebody, and why.",
        P.SIGNPOSTING_WRITE,
        SuggestOnwardReferral,
    ),
    _change(
        "sendOnwardReferral", operations.send, SendOnwardReferral, "The service is told of him, once he has said yes."
    ),
    _change("acceptOnwardReferral", operations.accept, OnwardStep, "The service says that it will help."),
    _change("startOnwardReferral", operations.start, OnwardStep, "The service has begun to help."),
    _change(
        "declineOnwardReferral", operations.decline, DeclineOnwardReferral, "The person or the service has said no."
    ),
    _change("withdrawOnwardConsent", operations.withdraw_consent, OnwardStep, "The person takes his yes back."),
    _change("closeOnwardReferral", operations.close, CloseOnwardReferral, "It has ended; whether that helped."),
)
