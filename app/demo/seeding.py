"""Makes the demo, or what of it is missing."""

from datetime import datetime
from pathlib import Path

from app.database import Database
from app.demo.charity import ensure_charity
from app.demo.directory import ensure_directory
from app.demo.feedback import ensure_feedback
from app.demo.gate import ensure_gate
from app.demo.goals import ensure_goals
from app.demo.mentors import ensure_mentors, let_log_in
from app.demo.outcomes import ensure_outcomes
from app.demo.release import ensure_release_plans
from app.demo.reports import ensure_report
from app.demo.sessions import ensure_sessions
from app.demo.signposting import ensure_onward_referrals
from app.demo.support import ensure_support
from app.demo.year import live_through_the_year


async def seed(database: Database, *, now: datetime, with_year: bool, data_dir: Path) -> None:
    """Make the demo charity and, if asked, the year at Brixton. Run again it changes nothing, adds what a run that
    broke off has left out, and keeps whatever was entered since. Who may log in stands in `data_dir`: see
    `read_credentials`."""
    charity = await ensure_charity(database, now=now, data_dir=data_dir)
    if charity.coordinator is not None:
        await ensure_directory(database, coordinator=charity.coordinator, now=now)
    if with_year and charity.coordinator is not None and charity.client is not None:
        await ensure_mentors(database, coordinator=charity.coordinator, now=now)
        if charity.mentor is not None:
            await let_log_in(database, coordinator=charity.coordinator, member=charity.mentor, now=now)
        await live_through_the_year(database, coordinator=charity.coordinator, client=charity.client, now=now)
        await ensure_sessions(database, coordinator=charity.coordinator, now=now)
        await ensure_gate(database, coordinator=charity.coordinator, now=now)
        await ensure_release_plans(database, coordinator=charity.coordinator, now=now)
        await ensure_support(database, coordinator=charity.coordinator)
        await ensure_feedback(database, coordinator=charity.coordinator, now=now)
        await ensure_outcomes(database, coordinator=charity.coordinator, now=now)
        await ensure_goals(database, coordinator=charity.coordinator)
        await ensure_onward_referrals(database, coordinator=charity.coordinator, now=now)
        if charity.manager is not None:
            await ensure_report(database, manager=charity.manager, now=now)
