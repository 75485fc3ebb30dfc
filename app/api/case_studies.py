"""Case studies: a story under another name, told with his consent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.reports import telling
from app.domain.reports.case_study import CaseStudyRead, TellCaseStudy, WithdrawCaseStudy
from app.domain.reports.queries import CASE_STUDIES, CASE_STUDIES_LIST

router = APIRouter(prefix="/v1/case-studies", tags=["Reports"])
P = Permission


class CaseStudiesQuery(PageQuery):
    """Filters of the list of case studies."""

    engagement_id: UUID | None = None
    withdrawn: bool | None = None


@router.post("", summary="Tell a case study", status_code=201, responses=shapes.made(CaseStudyRead))
async def tell_case_study(
    command: TellCaseStudy, idempotency_key: IdempotencyKey = None, call: Call = needs(P.CASE_STUDIES_WRITE)
) -> Response:
    """A story under another name, while he agrees to it (consent `CASE_STUDY`). It is refused, with each place, where one of his
    names or aliases stands in it, a name of his mentor's, a number, his date of birth, or initials for a pseudonym. What looks like
    anybody's name comes back as a warning. The words are never changed: withdraw it, and tell it anew."""

    async def create(session: AsyncSession) -> UUID:
        return (await telling.tell_case_study(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=CASE_STUDIES, location="/v1/case-studies/{id}", key=idempotency_key)


@router.get("", summary="List case studies", responses=shapes.page(CaseStudyRead))
async def list_case_studies(
    query: Annotated[CaseStudiesQuery, Query()], call: Call = needs(P.CASE_STUDIES_READ)
) -> Response:
    """The newest first."""
    return await listed(call, CASE_STUDIES_LIST, query)


@router.get("/{case_study_id}", summary="Read a case study", responses=shapes.found(CaseStudyRead))
async def read_case_study(
    case_study_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.CASE_STUDIES_READ)
) -> Response:
    """One of them."""
    return await call.one(CASE_STUDIES, case_study_id, query.selection(CASE_STUDIES))


@router.post("/{case_study_id}/withdraw", summary="Withdraw a case study", responses=shapes.changed(CaseStudyRead))
async def withdraw_case_study(
    case_study_id: UUID,
    command: WithdrawCaseStudy,
    if_match: IfMatch = None,
    call: Call = needs(P.CASE_STUDIES_WRITE),
) -> Response:
    """Its words are gone, from every report that tells it too; the figures of those stay as they are."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await telling.withdraw_case_study(
            session, actor=call.actor, case_study_id=case_study_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=CASE_STUDIES, if_match=if_match)
