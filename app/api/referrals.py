"""Referrals: pushed, judged, followed, moved, merged."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.eligibility.models import DecisionRead
from app.domain.eligibility.queries import DECISIONS_OF
from app.domain.journeys import referring
from app.domain.kernel.access import Permission, Role
from app.domain.kernel.rows import CivilDate
from app.domain.referrals import operations
from app.domain.referrals.models import (
    SUBMIT_EXAMPLE,
    ChangeReferral,
    Disposition,
    HistoryEntry,
    MergeReferral,
    ReasonedStepCommand,
    ReferralRead,
    Source,
    StepCommand,
    SubmitReferral,
    SubmittedReferralRead,
)
from app.domain.referrals.queries import HISTORY_OF, REFERRALS, referrals_for, referrals_list_for
from app.domain.referrals.rules import Step

router = APIRouter(prefix="/v1/referrals", tags=["Referrals"])

Seen = ReferralRead | SubmittedReferralRead


class ReferralsQuery(PageQuery):
    """Filters of the referrals list. `person_id` and `partner_id` are for the charity's own people."""

    programme_id: UUID | None = None
    person_id: UUID | None = None
    partner_id: UUID | None = None
    disposition: list[Disposition] | None = Field(default=None, max_length=10, description="Any of these; repeat it.")
    source: list[Source] | None = Field(default=None, max_length=13, description="Any of these; repeat it.")
    received_from: CivilDate | None = None
    received_to: CivilDate | None = None
    reference: str | None = Field(default=None, max_length=40)
    partner_reference: str | None = Field(default=None, max_length=100)


_SUBMIT_EXAMPLES: Any = {
    "pushed": {"summary": "A prison offender manager refers somebody", "value": SUBMIT_EXAMPLE},
    "slip": {
        "summary": "A paper slip: a name and a cell",
        "value": {
            "programme_id": SUBMIT_EXAMPLE["programme_id"],
            "source": "self_wing",
            "channel": "PAPER_SLIP",
            "person": {"given_name": "Testcase", "establishment": "BXI", "location": "C wing, 3-14"},
        },
    },
}


@router.post("", summary="Refer somebody", status_code=201, responses=shapes.made(Seen))
async def submit_referral(
    command: Annotated[SubmitReferral, Body(openapi_examples=_SUBMIT_EXAMPLES)],
    idempotency_key: IdempotencyKey = None,
    dry_run: Annotated[bool, Query(description="Judge and answer (200), but keep nothing.")] = False,
    call: Call = needs(Permission.REFERRALS_WRITE),
) -> Response:
    """Ask for a mentor for somebody. The referral is kept, judged by the programme's policy for the day it was
    received, and stands in one disposition from then on. An INELIGIBLE judgement is a proposal: a named person confirms
    it or overrules it.

    The answer is the same, byte for byte but for ids and times, whether the charity knows the person already or not.
    """

    async def submit(session: AsyncSession) -> UUID:
        return (await referring.submit_referral(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(
        submit, view=referrals_for(call.actor), location="/v1/referrals/{id}", key=idempotency_key, dry_run=dry_run
    )


@router.get("", summary="List referrals", responses=shapes.page(Seen))
async def list_referrals(
    query: Annotated[ReferralsQuery, Query()], call: Call = needs(Permission.REFERRALS_READ)
) -> Response:
    """The charity's referrals; an agency sees those that it pushed, as it sent them. Orders: `-received_on` (default),
    `received_on`, and for the charity `-disposition_since`, `disposition_since`."""
    return await listed(call, referrals_list_for(call.actor), query)


@router.get("/{referral_id}", summary="Read a referral", responses=shapes.found(Seen))
async def read_referral(
    referral_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.REFERRALS_READ)
) -> Response:
    """One referral with its newest decision and the steps that are open. `expand=history` adds its history; `programme`,
    `partner` and `duplicate_of` what these name."""
    view = referrals_for(call.actor)
    return await call.one(view, referral_id, query.selection(view))


@router.patch("/{referral_id}", summary="Correct a referral", responses=shapes.changed(ReferralRead))
async def change_referral(
    referral_id: UUID,
    command: ChangeReferral,
    if_match: IfMatch = None,
    call: Call = needs(Permission.REFERRALS_MANAGE),
) -> Response:
    """Correct what was written about it. What was received is kept, and decisions stay as they were."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.change(
            session, actor=call.actor, referral_id=referral_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=referrals_for(call.actor), if_match=if_match)


@router.get("/{referral_id}/history", summary="Read a referral's history", responses=shapes.page(HistoryEntry))
async def read_history(
    referral_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)
) -> Response:
    """Every disposition in which it has stood, with who recorded it, when, and why."""
    await call.reader.one(REFERRALS, referral_id, granted=True)  # the history's own scope is enough
    return await listed(call, HISTORY_OF, query, referral_id=referral_id)


@router.get("/{referral_id}/eligibility", summary="Read a referral's decisions", responses=shapes.page(DecisionRead))
async def read_decisions(
    referral_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.REFERRALS_READ)
) -> Response:
    """Every decision so far, the newest first. An agency sees the one on what it sent."""
    view = referrals_for(call.actor)
    await call.reader.one(view, referral_id)
    only_first = {"sequence": 1} if call.actor.role is Role.REFERRER else {}
    return await listed(call, DECISIONS_OF, query, referral_id=referral_id, **only_first)


@router.post("/{referral_id}/eligibility", summary="Judge again", responses=shapes.changed(ReferralRead))
async def reassess_referral(
    referral_id: UUID, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """Judge by what is known now, for the day it was received. New custody facts do this by themselves."""

    async def reassess(session: AsyncSession, version: int) -> UUID:
        row = await operations.reassess(
            session, actor=call.actor, referral_id=referral_id, version=version, now=call.now
        )
        return row.id

    return await call.change(reassess, view=referrals_for(call.actor), if_match=if_match)


async def _step(call: Call, referral_id: UUID, step: Step, command: StepCommand, if_match: str | None) -> Response:
    into = command.into if isinstance(command, MergeReferral) else None

    async def take(session: AsyncSession, version: int) -> UUID:
        row = await operations.take_step(
            session,
            actor=call.actor,
            referral_id=referral_id,
            step=step,
            version=version,
            now=call.now,
            reason=command.reason,
            effective_on=command.effective_on,
            into=into,
        )
        return row.id

    return await call.change(take, view=referrals_for(call.actor), if_match=if_match)


_CHANGED = shapes.changed(ReferralRead)


@router.post("/{referral_id}/confirm-ineligible", summary="Confirm that somebody is ineligible", responses=_CHANGED)
async def confirm_ineligible(
    referral_id: UUID,
    command: ReasonedStepCommand,
    if_match: IfMatch = None,
    call: Call = needs(Permission.REFERRALS_MANAGE),
) -> Response:
    """A named person confirms what the machine proposed, with a reason that can be read out to him. A program
    cannot."""
    return await _step(call, referral_id, Step.CONFIRM_INELIGIBLE, command, if_match)


@router.post("/{referral_id}/overrule", summary="Overrule a judgement", responses=_CHANGED)
async def overrule(
    referral_id: UUID,
    command: ReasonedStepCommand,
    if_match: IfMatch = None,
    call: Call = needs(Permission.REFERRALS_MANAGE),
) -> Response:
    """A named person decides that he may take part after all; he joins the waiting list."""
    return await _step(call, referral_id, Step.OVERRULE, command, if_match)


@router.post("/{referral_id}/allocate", summary="Record that a mentor was allocated", responses=_CHANGED)
async def allocate(
    referral_id: UUID, command: StepCommand, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """He has a mentor now."""
    return await _step(call, referral_id, Step.ALLOCATE, command, if_match)


@router.post("/{referral_id}/decline", summary="Record that he declined", responses=_CHANGED)
async def decline(
    referral_id: UUID, command: StepCommand, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """He does not want it. The service is voluntary, and the referral can be reopened whenever he does."""
    return await _step(call, referral_id, Step.DECLINE, command, if_match)


@router.post("/{referral_id}/withdraw", summary="Withdraw a referral", responses=shapes.changed(Seen))
async def withdraw(
    referral_id: UUID, command: StepCommand, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_WRITE)
) -> Response:
    """Whoever referred takes it back. An agency may withdraw what it pushed."""
    return await _step(call, referral_id, Step.WITHDRAW, command, if_match)


@router.post("/{referral_id}/merge", summary="Merge as a duplicate", responses=_CHANGED)
async def merge(
    referral_id: UUID, command: MergeReferral, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """Mark this referral as a duplicate of another one, which goes on. The agency that pushed it is not told so: it
    follows what becomes of the one that stands."""
    return await _step(call, referral_id, Step.MERGE, command, if_match)


@router.post("/{referral_id}/record-transfer", summary="Record a transfer before allocation", responses=_CHANGED)
async def record_transfer(
    referral_id: UUID, command: StepCommand, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """He was moved to where the programme does not run, before he had a mentor."""
    return await _step(call, referral_id, Step.RECORD_TRANSFER, command, if_match)


@router.post("/{referral_id}/record-release", summary="Record a release without a mentor", responses=_CHANGED)
async def record_release(
    referral_id: UUID, command: StepCommand, if_match: IfMatch = None, call: Call = needs(Permission.REFERRALS_MANAGE)
) -> Response:
    """He left, eligible, before a mentor was free: the number that a funder should see."""
    return await _step(call, referral_id, Step.RECORD_RELEASE, command, if_match)


@router.post("/{referral_id}/reopen", summary="Reopen a referral", responses=_CHANGED)
async def reopen(
    referral_id: UUID,
    command: ReasonedStepCommand,
    if_match: IfMatch = None,
    call: Call = needs(Permission.REFERRALS_MANAGE),
) -> Response:
    """It was closed too early, or he changed his mind. It stands where its newest decision puts it; nothing is
    erased."""
    return await _step(call, referral_id, Step.REOPEN, command, if_match)
