"""The demo's report: the period of the charity's own, frozen and published, so that there is something to look at from both
sides."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import FIRST_DAY, LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.matching.models import Engagement
from app.domain.people.models import RecordConsent
from app.domain.people.offences import ConsentPurpose
from app.domain.people.operations import record_consent
from app.domain.reports.case_study import TellCaseStudy
from app.domain.reports.models import FreezeReport, PublishReport, Report
from app.domain.reports.operations import freeze_report, publish_report
from app.domain.reports.telling import tell_case_study

_WORDS = (
    "Jay had a trade before prison and did not think that anybody would let him go back to it. With his mentor he wrote a "
    "letter that says what he had done, and what he has done since.\n\n"
    "They went through it line by line, over several weeks. When a shop wrote back, he asked his mentor to read the answer "
    "first.\n\n"
    "He says that it was not the letter. It was that somebody turned up each week and asked how far he was with it."
)
TITLE = "Mentoring at Brixton, February 2024 to March 2025 (demo)"


async def _story(session: AsyncSession, actor: Actor, now: datetime) -> list[UUID]:
    """Of the first relationship of the year, with his yes; invented like everything here."""
    found = await session.exec(
        select(Engagement)
        .where(Engagement.programme_id == PROGRAMME_ID, col(Engagement.started_on) <= LAST_DAY)
        .order_by(col(Engagement.started_on), col(Engagement.id))
        .limit(1)
    )
    engagement = found.first()
    if engagement is None:
        return []
    agreed = RecordConsent(purpose=ConsentPurpose.CASE_STUDY, given=True, stated_at=now)
    await record_consent(session, actor=actor, person_id=engagement.person_id, consent=agreed, now=now)
    await session.flush()
    command = TellCaseStudy(engagement_id=engagement.id, pseudonym="Jay", title="A letter to a shop", words=_WORDS)
    return [(await tell_case_study(session, actor=actor, command=command, now=now)).id]


async def ensure_report(database: Database, *, manager: Actor, now: datetime) -> None:
    """Once, by the operations that everybody uses."""
    async with database.write(manager) as session:
        if (await session.exec(select(Report.id).limit(1))).first() is not None:
            return
        told = await _story(session, manager, now)
        command = FreezeReport(
            programme_id=PROGRAMME_ID, title=TITLE, period_from=FIRST_DAY, period_to=LAST_DAY, case_study_ids=told
        )
        report = await freeze_report(session, actor=manager, command=command, now=now)
        await publish_report(session, actor=manager, report_id=report.id, command=PublishReport(), now=now)
