"""The demo's report: the period of the charity's own, frozen and published, so that there is something to look at from both
sides."""

from datetime import datetime

from sqlmodel import select

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import FIRST_DAY, LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.reports.models import FreezeReport, PublishReport, Report
from app.domain.reports.operations import freeze_report, publish_report

TITLE = "Mentoring at Brixton, February 2024 to March 2025 (demo)"


async def ensure_report(database: Database, *, manager: Actor, now: datetime) -> None:
    """Once, by the operations that everybody uses."""
    async with database.write(manager) as session:
        if (await session.exec(select(Report.id).limit(1))).first() is not None:
            return
        command = FreezeReport(programme_id=PROGRAMME_ID, title=TITLE, period_from=FIRST_DAY, period_to=LAST_DAY)
        report = await freeze_report(session, actor=manager, command=command, now=now)
        await publish_report(session, actor=manager, report_id=report.id, command=PublishReport(), now=now)
