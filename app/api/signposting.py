"""Onward referrals: a service that may help is suggested, and told of the person once he has said yes."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.people.offences import Pathway
from app.domain.support.signposting import operations
from app.domain.support.signposting.models import (
    CloseOnwardReferral,
    DeclineOnwardReferral,
    OnwardReferral,
    OnwardReferralRead,
    OnwardReferralState,
    OnwardStep,
    SendOnwardReferral,
    SuggestOnwardReferral,
)
from app.domain.support.signposting.queries import ONWARD_REFERRALS, ONWARD_REFERRALS_LIST

router = APIRouter(prefix="/v1/onward-referrals", tags=["Signposting"])
P = Permission


class OnwardReferralsQuery(PageQuery):
    """Filters of the list of onward referrals."""

    engagement_id: UUID | None = None
    person_id: UUID | None = None
    pathway: Pathway | None = None
    state: OnwardReferralState | None = None


@router.post("", summary="Suggest a service", status_code=201, responses=shapes.made(OnwardReferralRead))
async def suggest_onward_referral(
    command: SuggestOnwardReferral, idempotency_key: IdempotencyKey = None, call: Call = needs(P.SIGNPOSTING_WRITE)
) -> Response:
    """Write down that a service was suggested to somebody, and why. Nothing about him leaves the charity by it."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.suggest(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=ONWARD_REFERRALS, location="/v1/onward-referrals/{id}", key=idempotency_key)


@router.get("", summary="List onward referrals", responses=shapes.page(OnwardReferralRead))
async def list_onward_referrals(
    query: Annotated[OnwardReferralsQuery, Query()], call: Call = needs(P.SIGNPOSTING_READ)
) -> Response:
    """Those of the charity; a mentor sees those of his own engagements. Orders: `-created_at` (default), `created_at`."""
    return await listed(call, ONWARD_REFERRALS_LIST, query)


@router.get("/{onward_referral_id}", summary="Read an onward referral", responses=shapes.found(OnwardReferralRead))
async def read_onward_referral(
    onward_referral_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.SIGNPOSTING_READ)
) -> Response:
    """One of them. `expand=entries` adds its steps, each with when it happened and when it was written down, `engagement`
    what it is of."""
    return await call.one(ONWARD_REFERRALS, onward_referral_id, query.selection(ONWARD_REFERRALS))


async def _step(
    call: Call,
    step: Callable[..., Awaitable[OnwardReferral]],
    onward_referral_id: UUID,
    command: Any,
    if_match: str | None,
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(
            session,
            actor=call.actor,
            onward_referral_id=onward_referral_id,
            command=command,
            version=version,
            now=call.now,
        )
        return row.id

    return await call.change(change, view=ONWARD_REFERRALS, if_match=if_match)


@router.post("/{onward_referral_id}/send", summary="Send it", responses=shapes.changed(OnwardReferralRead))
async def send_onward_referral(
    onward_referral_id: UUID,
    command: SendOnwardReferral,
    if_match: IfMatch = None,
    call: Call = needs(P.SIGNPOSTING_WRITE),
) -> Response:
    """The service is told of him. Never without `consent`: the day on which he said yes, and how. This service sends nothing
    itself; it records that somebody has."""
    return await _step(call, operations.send, onward_referral_id, command, if_match)


@router.post(
    "/{onward_referral_id}/accept", summary="The service accepts", responses=shapes.changed(OnwardReferralRead)
)
async def accept_onward_referral(
    onward_referral_id: UUID, command: OnwardStep, if_match: IfMatch = None, call: Call = needs(P.SIGNPOSTING_WRITE)
) -> Response:
    """The service says that it will help."""
    return await _step(call, operations.accept, onward_referral_id, command, if_match)


@router.post("/{onward_referral_id}/start", summary="The service starts", responses=shapes.changed(OnwardReferralRead))
async def start_onward_referral(
    onward_referral_id: UUID, command: OnwardStep, if_match: IfMatch = None, call: Call = needs(P.SIGNPOSTING_WRITE)
) -> Response:
    """The service has begun to help."""
    return await _step(call, operations.start, onward_referral_id, command, if_match)


@router.post("/{onward_referral_id}/decline", summary="It is declined", responses=shapes.changed(OnwardReferralRead))
async def decline_onward_referral(
    onward_referral_id: UUID,
    command: DeclineOnwardReferral,
    if_match: IfMatch = None,
    call: Call = needs(P.SIGNPOSTING_WRITE),
) -> Response:
    """The person or the service has said no, before it started. Nothing else follows from it."""
    return await _step(call, operations.decline, onward_referral_id, command, if_match)


@router.post(
    "/{onward_referral_id}/withdraw-consent",
    summary="Consent is withdrawn",
    responses=shapes.changed(OnwardReferralRead),
)
async def withdraw_onward_consent(
    onward_referral_id: UUID, command: OnwardStep, if_match: IfMatch = None, call: Call = needs(P.SIGNPOSTING_WRITE)
) -> Response:
    """The person takes his yes back, at any time while it is under way: it ends as declined by him, with the reason
    `CONSENT_WITHDRAWN`. Tell the service; this one cannot."""
    return await _step(call, operations.withdraw_consent, onward_referral_id, command, if_match)


@router.post("/{onward_referral_id}/close", summary="Close it", responses=shapes.changed(OnwardReferralRead))
async def close_onward_referral(
    onward_referral_id: UUID,
    command: CloseOnwardReferral,
    if_match: IfMatch = None,
    call: Call = needs(P.SIGNPOSTING_WRITE),
) -> Response:
    """The service has done what it could, or stopped; whether that helped."""
    return await _step(call, operations.close, onward_referral_id, command, if_match)
