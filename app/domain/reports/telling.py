"""Case studies: told, looked over for what would betray him, taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import FieldError, ValidationFailed, invalid
from app.domain.matching.models import Engagement, EngagementMentor
from app.domain.matching.writing_in import begun_engagement
from app.domain.mentors.models import Mentor
from app.domain.people.models import Consent, Person, PersonIdentifier
from app.domain.people.offences import ConsentPurpose
from app.domain.reports.case_study import CaseStudy, ReportCaseStudy, TellCaseStudy, WithdrawCaseStudy
from app.domain.reports.errors import CaseStudyWithdrawn, NoConsentToCaseStudy
from app.domain.reports.models import Report
from app.domain.reports.naming import Known, Named, is_initials, recognisable
from app.domain.sessions.models import NoteWarningCode
from app.domain.sessions.rules import looked_at

_WHAT = {
    "NAMES_HIM": "is one of his names",
    "NAMES_HIS_MENTOR": "is a name of his mentor's",
    "NUMBER_OF_HIS": "is a number of his",
    "DATE_OF_BIRTH": "is his date of birth",
}


async def tell_case_study(session: AsyncSession, *, actor: Actor, command: TellCaseStudy, now: datetime) -> CaseStudy:
    """Keep a story, if he agreed and nothing of what he is known by stands in it. Raises `NoConsentToCaseStudy` (409),
    `ValidationFailed` (422) with each place."""
    require(actor, Permission.CASE_STUDIES_WRITE)
    engagement = await begun_engagement(session, actor=actor, engagement_id=command.engagement_id)
    if not await _agreed(session, engagement.person_id):
        raise NoConsentToCaseStudy()
    known = await _known(session, engagement)
    _refuse(known, command)
    warnings = looked_at(command.words, own_names=[command.pseudonym])
    numbers = [one for one in warnings if one.code is not NoteWarningCode.LOOKS_LIKE_A_NAME]
    if numbers:
        told = [
            FieldError("/words", str(one.code), f"“{one.words}” may lead to somebody: leave it out.") for one in numbers
        ]
        raise ValidationFailed(errors=told)
    row = CaseStudy(
        **command.model_dump(),
        charity_id=actor.charity_id,
        warnings=[one.model_dump(mode="json") for one in warnings],
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "case_study.tell", row.id, command.model_fields_set)
    await events.tell(session, actor, "case_study.told", row, now)
    return row


async def withdraw_case_study(
    session: AsyncSession,
    *,
    actor: Actor,
    case_study_id: UUID,
    command: WithdrawCaseStudy,
    version: int | None,
    now: datetime,
) -> CaseStudy:
    """Take it back: its words are gone from every report, and that there was one stays. Raises `NotFound`, `CaseStudyWithdrawn`
    (409)."""
    require(actor, Permission.CASE_STUDIES_WRITE)
    row = await load_version(session, CaseStudy, case_study_id, actor=actor, version=version)
    if row.withdrawn_at is not None:
        raise CaseStudyWithdrawn()
    row.words, row.warnings, row.withdrawn_at, row.withdrawn_because = None, [], now, command.reason
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "case_study.withdraw", row.id, ["words", "withdrawn_at"])
    await events.tell(session, actor, "case_study.withdrawn", row, now)
    return row


async def tell_in(session: AsyncSession, *, actor: Actor, report: Report, case_study_ids: Sequence[UUID]) -> None:
    """Let a report tell these, looked over once more: an alias may have come to be known since. Raises `ValidationFailed` (422)."""
    for place, key in enumerate(case_study_ids):
        found = await session.exec(
            select(CaseStudy).where(CaseStudy.id == key, CaseStudy.charity_id == actor.charity_id)
        )
        study, at = found.one_or_none(), f"/case_study_ids/{place}"
        if study is None or study.words is None or key in case_study_ids[:place]:
            raise invalid(
                at, "UNKNOWN_CASE_STUDY", "There is no such case study that could be told: see /v1/case-studies."
            )
        engagement = (await session.exec(select(Engagement).where(Engagement.id == study.engagement_id))).one()
        if not await _agreed(session, engagement.person_id):
            raise invalid(at, "NO_CONSENT", "He does not agree to it, or not any more: withdraw it.")
        known = await _known(session, engagement)
        if recognisable(f"{study.title}\n{study.pseudonym}\n{study.words}", known):
            raise invalid(
                at,
                "NAMES_HIM",
                "He is known by something that stands in it: tell it anew without, and withdraw this one.",
            )
        session.add(ReportCaseStudy(charity_id=actor.charity_id, report_id=report.id, case_study_id=key, place=place))
    await session.flush()


def _refuse(known: Known, command: TellCaseStudy) -> None:
    wrong = [
        _told(one, f"/{name}")
        for name in ("pseudonym", "title", "words")
        for one in recognisable(getattr(command, name), known)
    ]
    if is_initials(command.pseudonym, known):
        detail = "These could be his initials: whoever knows him would know. Choose a name that is nobody's."
        wrong.append(FieldError("/pseudonym", "HIS_INITIALS", detail))
    if wrong:
        raise ValidationFailed(errors=wrong)


def _told(one: Named, pointer: str) -> FieldError:
    return FieldError(
        pointer, one.code, f"“{one.said}” at character {one.at + 1} {_WHAT[one.code]}: put another in its place."
    )


async def _agreed(session: AsyncSession, person_id: UUID) -> bool:
    newest = await session.exec(
        select(Consent.given)
        .where(Consent.person_id == person_id, Consent.purpose == ConsentPurpose.CASE_STUDY)
        .order_by(col(Consent.stated_at).desc(), col(Consent.recorded_at).desc(), col(Consent.id).desc())
        .limit(1)
    )
    return bool(newest.first())


async def _known(session: AsyncSession, engagement: Engagement) -> Known:
    """Of his record and of those that were merged into it."""
    records = await session.exec(
        select(Person).where(
            or_(col(Person.id) == engagement.person_id, col(Person.merged_into_id) == engagement.person_id)
        )
    )
    found = records.all()
    numbers = await session.exec(
        select(PersonIdentifier.value).where(col(PersonIdentifier.person_id).in_([one.id for one in found]))
    )
    mentors = await session.exec(
        select(Mentor.display_name)
        .join(EngagementMentor, col(EngagementMentor.mentor_id) == col(Mentor.id))
        .where(EngagementMentor.engagement_id == engagement.id)
    )
    names = [name for one in found for name in (one.given_name, one.family_name, *one.known_as) if name]
    born = next((one.date_of_birth for one in found if one.date_of_birth is not None), None)
    return Known(tuple(names), tuple(numbers.all()), born, tuple(mentors.all()))
