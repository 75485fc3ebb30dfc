"""Referrals, the waiting list and the ledger through GraphQL."""

from datetime import date
from functools import partial
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import referring
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate, Instant, civil_date
from app.domain.referrals import listing, operations
from app.domain.referrals.listing import Ledger, WaitingList
from app.domain.referrals.models import (
    ChangeReferral,
    MergeReferral,
    ReasonedStepCommand,
    StepCommand,
    SubmitReferral,
)
from app.domain.referrals.queries import (
    REFERRALS,
    REFERRALS_LIST,
    SUBMITTED_REFERRALS,
    SUBMITTED_REFERRALS_LIST,
)
from app.domain.referrals.rules import Step
from app.graphql.roots import ANYTHING, By, Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


class WaitingListArguments(BaseModel):
    """Whose waiting list, and which part of it."""

    programme_id: UUID
    first: int = Field(default=50, ge=1, le=100, description="People on a page.")
    after: str | None = Field(default=None, max_length=2000, description="`next` of the page before.")


class LedgerArguments(BaseModel):
    """Of which programme and period, as known when."""

    programme_id: UUID
    period_from: CivilDate = Field(alias="from", description="First day, by the day of receipt.")
    period_to: CivilDate = Field(alias="to", description="Last day.")
    as_of: Instant | None = Field(default=None, description="As it was known at this instant; default now.")


async def _waiting_list(visit: Visit, arguments: WaitingListArguments) -> WaitingList:
    today: date = civil_date(visit.now)
    return await listing.waiting_list_of(
        visit.reader, arguments.programme_id, today=today, limit=arguments.first, cursor=arguments.after
    )


async def _ledger(visit: Visit, arguments: LedgerArguments) -> Ledger:
    period = (arguments.period_from, arguments.period_to)
    return await listing.ledger_of(visit.reader, arguments.programme_id, period, arguments.as_of)


offer(
    One("referral", REFERRALS, "A referral as the charity sees it.", live=ANYTHING),
    By("referralBy", REFERRALS, "A referral as the charity sees it, by its id or by a reference."),
    Many("referrals", REFERRALS_LIST, "The charity's referrals.", live=ANYTHING),
    One(
        "submittedReferral",
        SUBMITTED_REFERRALS,
        "A referral as the agency that pushed it sees it.",
        live=ANYTHING,
    ),
    By("submittedReferralBy", SUBMITTED_REFERRALS, "A referral that this agency pushed, by its id or by a reference."),
    Many(
        "submittedReferrals",
        SUBMITTED_REFERRALS_LIST,
        "The referrals that this agency pushed, as it sent them.",
        live=ANYTHING,
    ),
    Computed(
        "waitingList",
        WaitingListArguments,
        WaitingList,
        P.WAITING_LIST_READ,
        _waiting_list,
        "Who waits, in the order of a stated rule, with the reason for each place.",
        live=("referral.", "eligibility.", "person.", "programme."),
    ),
    Computed(
        "ledger",
        LedgerArguments,
        Ledger,
        P.LEDGER_READ,
        _ledger,
        "Each referral received in the period in exactly one disposition; the parts sum to the whole.",
    ),
)


async def _submit(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await referring.submit_referral(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _change(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.change(
        session, actor=visit.actor, referral_id=command.id, change=command.input, version=command.version, now=visit.now
    )
    return row.id


async def _reassess(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.reassess(
        session, actor=visit.actor, referral_id=command.id, version=command.version, now=visit.now
    )
    return row.id


async def _step(step: Step, session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.take_step(
        session,
        actor=visit.actor,
        referral_id=command.id,
        step=step,
        version=command.version,
        now=visit.now,
        reason=command.input.reason,
        effective_on=command.input.effective_on,
        into=getattr(command.input, "into", None),
    )
    return row.id


_STEPS: tuple[tuple[str, Step, type[StepCommand], str], ...] = (
    (
        "confirmIneligible",
        Step.CONFIRM_INELIGIBLE,
        ReasonedStepCommand,
        "A named person confirms the machine's proposal.",
    ),
    ("overrule", Step.OVERRULE, ReasonedStepCommand, "A named person decides that he may take part after all."),
    ("allocate", Step.ALLOCATE, StepCommand, "He has a mentor now."),
    ("decline", Step.DECLINE, StepCommand, "He does not want it."),
    ("withdrawReferral", Step.WITHDRAW, StepCommand, "Whoever referred takes it back."),
    ("mergeReferral", Step.MERGE, MergeReferral, "Mark it as a duplicate of another one, which goes on."),
    ("recordTransfer", Step.RECORD_TRANSFER, StepCommand, "He was moved before he had a mentor."),
    ("recordRelease", Step.RECORD_RELEASE, StepCommand, "He left, eligible, before a mentor was free."),
    ("reopen", Step.REOPEN, ReasonedStepCommand, "It was closed too early, or he changed his mind."),
)

offer(
    Change(
        "submitReferral",
        SUBMITTED_REFERRALS,
        _submit,
        "Ask for a mentor for somebody, as an agency.",
        P.REFERRALS_WRITE,
        SubmitReferral,
        dry_run=True,
    ),
    Change(
        "enterReferral",
        REFERRALS,
        _submit,
        "Ask for a mentor for somebody, as the charity's own staff.",
        P.REFERRALS_WRITE,
        SubmitReferral,
        dry_run=True,
    ),
    Change(
        "withdrawSubmittedReferral",
        SUBMITTED_REFERRALS,
        partial(_step, Step.WITHDRAW),
        "An agency takes back what it pushed.",
        P.REFERRALS_WRITE,
        StepCommand,
        by_id=True,
    ),
    Change(
        "changeReferral",
        REFERRALS,
        _change,
        "Correct what was written.",
        P.REFERRALS_MANAGE,
        ChangeReferral,
        by_id=True,
    ),
    Change("reassessReferral", REFERRALS, _reassess, "Judge again.", P.REFERRALS_MANAGE, by_id=True),
    *(
        Change(name, REFERRALS, partial(_step, step), told, P.REFERRALS_MANAGE, command, by_id=True)
        for name, step, command, told in _STEPS
    ),
)
