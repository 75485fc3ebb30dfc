"""Reconnect: a card with a code, given in custody. After release he enters it, or somebody to whom he shows it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IfMatch, needs, services_of
from app.api.pages import OneQuery, PageQuery, listed
from app.auth.credentials import code_digest, new_code
from app.domain.kernel.access import Permission
from app.domain.organisations import sign_in
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.errors import CodeNotAccepted, TooManyCodes
from app.domain.through_the_gate.models import CardIssued, EnterCode, IssueCard, ReconnectCardRead, WayOfContact
from app.domain.through_the_gate.queries import RECONNECT_CARDS, RECONNECT_CARDS_LIST
from app.reconnect_card import issued

router = APIRouter(prefix="/v1/reconnect-cards", tags=["Through the gate"])
entering = APIRouter(prefix="/v1/gate-support", tags=["Through the gate"])
P = Permission


class CardsQuery(PageQuery):
    """Filters of the list of cards."""

    support_id: UUID | None = None
    used: Annotated[bool | None, Query(description="Whether the code was entered.")] = None
    open: Annotated[bool | None, Query(description="Whether the code would work, but for its last day.")] = None


@router.post(
    "",
    summary="Issue a card",
    status_code=201,
    responses={201: {"model": CardIssued, "description": "The card with its code, shown this once."}},
)
async def issue_reconnect_card(command: IssueCard, call: Call = needs(P.GATE_SUPPORT_WRITE)) -> Response:
    """A card for somebody who has accepted support, to be given to him in custody: twelve letters and digits, and a page to print
    with the QR of them. A new one ends the one before. It takes no Idempotency-Key, as a stored answer would be a stored secret:
    after a lost answer, issue another."""
    code, digest = new_code()
    async with call.write() as session:
        row = await operations.issue_card(session, actor=call.actor, command=command, digest=digest, now=call.now)
    return Response(issued(row, code).model_dump_json(), 201, media_type=JSON)


@router.get("", summary="List cards", responses=shapes.page(ReconnectCardRead))
async def list_reconnect_cards(
    query: Annotated[CardsQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """Cards, the newest first, without their codes; a mentor sees those of whom he mentors. `used=true`: who has made contact."""
    return await listed(call, RECONNECT_CARDS_LIST, query)


@router.get("/{card_id}", summary="Read a card", responses=shapes.found(ReconnectCardRead))
async def read_reconnect_card(
    card_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """One of them, without its code, which is kept nowhere."""
    return await call.one(RECONNECT_CARDS, card_id, query.selection(RECONNECT_CARDS))


@router.post("/{card_id}/revoke", summary="Revoke a card", responses=shapes.changed(ReconnectCardRead))
async def revoke_reconnect_card(
    card_id: UUID, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """It was lost, or somebody else has it: its code is answered as one that never was."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.revoke_card(session, actor=call.actor, card_id=card_id, version=version, now=call.now)
        return row.id

    return await call.change(change, view=RECONNECT_CARDS, if_match=if_match)


@entering.post(
    "/reconnect",
    summary="Enter a card's code",
    responses={200: {"model": WayOfContact, "description": "How to reach the charity."}},
)
async def enter_code(command: EnterCode, request: Request) -> Response:
    """Without a token. The code works once, and gives back how he reaches the charity, as was agreed with him; whoever mentors him
    and the coordinator see that contact was made. Nothing is said about anybody. A code that is wrong, used, revoked or expired is
    answered alike, and many of them from one address must wait."""
    services = services_of(request)
    address = f"card {request.client.host if request.client else 'unknown'}"
    now = services.clock()
    async with services.database.authenticator() as session:
        wait = await sign_in.wait_for(session, tried=[], address=address, now=now)
        if wait > timedelta(0):
            raise TooManyCodes(headers={"Retry-After": str(int(wait.total_seconds()) + 1)})
        entered = func.throughgate.enter_code(code_digest(command.code), command.entered_by.value, now)
        way: str | None = (await session.exec(select(entered))).one()
        if way is None:
            await sign_in.failed(session, tried=[], address=address, now=now)
    if way is None:
        raise CodeNotAccepted()
    return Response(WayOfContact(way_of_contact=way).model_dump_json(), 200, {"Cache-Control": "no-store"}, JSON)
