"""Programmes: what a charity offers; their policies, intake, waiting list and ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.eligibility.models import PolicyRead, PublishPolicy
from app.domain.eligibility.operations import publish_policy as publish
from app.domain.eligibility.queries import POLICIES
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate, Instant, civil_date
from app.domain.organisations import operations
from app.domain.organisations.models import (
    ChangeProgramme,
    CreateProgramme,
    Intake,
    ProgrammeRead,
    SetIntake,
)
from app.domain.organisations.queries import PROGRAMMES, PROGRAMMES_LIST
from app.domain.referrals.listing import Ledger, WaitingList, ledger_of, waiting_list_of

router = APIRouter(prefix="/v1/programmes", tags=["Programmes"])


class ProgrammesQuery(PageQuery):
    """Filters of the programmes list."""

    intake: Intake | None = None


@router.post("", summary="Create a programme", status_code=201, responses=shapes.made(ProgrammeRead))
async def create_programme(
    command: CreateProgramme, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.PROGRAMMES_WRITE)
) -> Response:
    """A new programme with open intake. Give it an eligibility policy next: until then nobody's referral can be
    judged."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.create_programme(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=PROGRAMMES, location="/v1/programmes/{id}", key=idempotency_key)


@router.get("", summary="List programmes", responses=shapes.page(ProgrammeRead))
async def list_programmes(
    query: Annotated[ProgrammesQuery, Query()], call: Call = needs(Permission.PROGRAMMES_READ)
) -> Response:
    """The charity's programmes. Orders: `name` (default), `-created_at`."""
    return await listed(call, PROGRAMMES_LIST, query)


@router.get("/{programme_id}", summary="Read a programme", responses=shapes.found(ProgrammeRead))
async def read_programme(
    programme_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.PROGRAMMES_READ)
) -> Response:
    """One programme, with whether it takes referrals now."""
    return await call.one(PROGRAMMES, programme_id, query.selection(PROGRAMMES))


@router.patch("/{programme_id}", summary="Change a programme", responses=shapes.changed(ProgrammeRead))
async def change_programme(
    programme_id: UUID,
    command: ChangeProgramme,
    if_match: IfMatch = None,
    call: Call = needs(Permission.PROGRAMMES_WRITE),
) -> Response:
    """Change what it offers. The waiting list follows at once; decisions on eligibility do not."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.change_programme(
            session, actor=call.actor, programme_id=programme_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=PROGRAMMES, if_match=if_match)


@router.put("/{programme_id}/intake", summary="Open or pause intake", responses=shapes.changed(ProgrammeRead))
async def set_intake(
    programme_id: UUID, command: SetIntake, if_match: IfMatch = None, call: Call = needs(Permission.PROGRAMMES_WRITE)
) -> Response:
    """While intake is paused, new referrals are answered 409 with the reason and when to try again."""

    async def put(session: AsyncSession, version: int) -> UUID:
        row = await operations.set_intake(
            session, actor=call.actor, programme_id=programme_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(put, view=PROGRAMMES, if_match=if_match)


@router.post(
    "/{programme_id}/eligibility-policies",
    summary="Publish an eligibility policy",
    status_code=201,
    responses=shapes.made(PolicyRead),
)
async def publish_policy(
    programme_id: UUID,
    command: PublishPolicy,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(Permission.PROGRAMMES_WRITE),
) -> Response:
    """Add a version to the programme's policy, in the declarative language of docs/eligibility.md."""

    async def add(session: AsyncSession) -> UUID:
        row = await publish(session, actor=call.actor, programme_id=programme_id, command=command, now=call.now)
        return row.id

    location = f"/v1/programmes/{programme_id}/eligibility-policies"
    return await call.create(add, view=POLICIES.view, location=location, key=idempotency_key)


@router.get(
    "/{programme_id}/eligibility-policies", summary="List eligibility policies", responses=shapes.page(PolicyRead)
)
async def list_policies(
    programme_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.PROGRAMMES_READ)
) -> Response:
    """Every version, the newest first."""
    await call.reader.one(PROGRAMMES, programme_id)
    return await listed(call, POLICIES, query, programme_id=programme_id)


class WaitingListQuery(BaseModel):
    """The waiting list has one order, its rule's, and no filters."""

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(default=50, ge=1, le=100, description="People on a page.")
    cursor: str | None = Field(default=None, max_length=2000, description="`next` of the page before.")


@router.get("/{programme_id}/waiting-list", summary="Read the waiting list", responses={200: {"model": WaitingList}})
async def read_waiting_list(
    programme_id: UUID, query: Annotated[WaitingListQuery, Query()], call: Call = needs(Permission.WAITING_LIST_READ)
) -> Response:
    """Who waits, in the order of a stated rule, with the reason for each place, the last day on which an allocation is
    still useful, and flags at least 28 days before that."""
    today = civil_date(call.now)
    answer = await waiting_list_of(call.reader, programme_id, today=today, limit=query.limit, cursor=query.cursor)
    return Response(answer.model_dump_json(), 200, media_type=JSON)


class LedgerQuery(BaseModel):
    """The period is inclusive on both ends and must be given: no figure without its period."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    period_from: CivilDate = Field(alias="from", description="First day, by the day of receipt.")
    period_to: CivilDate = Field(alias="to", description="Last day.")
    as_of: Instant | None = Field(default=None, description="As it was known at this instant; default now.")


@router.get("/{programme_id}/ledger", summary="Read the ledger", responses={200: {"model": Ledger}})
async def read_ledger(
    programme_id: UUID, query: Annotated[LedgerQuery, Query()], call: Call = needs(Permission.LEDGER_READ)
) -> Response:
    """Each referral received in the period in exactly one disposition, as it was known at `as_of`; the parts sum to the
    whole. What is recorded later changes only later ledgers."""
    period = (query.period_from, query.period_to)
    answer = await ledger_of(call.reader, programme_id, period, query.as_of, at="/query")
    return Response(answer.model_dump_json(by_alias=True), 200, media_type=JSON)
