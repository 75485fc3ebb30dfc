"""A period counted and frozen; and what of it may be shown outside, published once."""

from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Date, Text, Uuid, bindparam, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.organisations.models import Organisation, Programme
from app.domain.reports.asking import LONGEST_PERIOD
from app.domain.reports.counting import Figures, count
from app.domain.reports.errors import DaysPublishedAlready, PublishedAlready
from app.domain.reports.facts import Facts
from app.domain.reports.models import FreezeReport, Metric, Publication, PublishReport, Report
from app.domain.reports.presenting import About, inside, outside
from app.domain.reports.telling import tell_in


async def freeze_report(session: AsyncSession, *, actor: Actor, command: FreezeReport, now: datetime) -> Report:
    """Every figure of a period as it is known now, kept for ever: no name and no id of anybody is in it, so nothing that happens to
    somebody's record later touches it. Raises `ValidationFailed` (422)."""
    require(actor, Permission.REPORTS_WRITE)
    start, end = command.period_from, command.period_to
    if end < start:
        raise invalid("/period_to", "BEFORE_FROM", "Give a day on or after `period_from`.")
    if end - start > LONGEST_PERIOD:
        raise invalid("/period_to", "TOO_LONG", "Give at most 20 years.")
    if end > civil_date(now):
        raise invalid("/period_to", "IN_THE_FUTURE", "Give a day that has come: today, or one before.")
    found = await session.exec(
        select(Programme.name, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Programme.charity_id))
        .where(Programme.id == command.programme_id, Programme.charity_id == actor.charity_id)
    )
    names = found.one_or_none()
    if names is None:
        raise invalid("/programme_id", "UNKNOWN_PROGRAMME", "There is no such programme here: see /v1/programmes.")
    told = await session.exec(
        select(
            cast(
                func.throughgate.programme_facts(
                    bindparam("programme", command.programme_id, Uuid()),
                    bindparam("from", start, Date()),
                    bindparam("to", end, Date()),
                ),
                Text,
            )
        )
    )
    figures = count(Facts.model_validate_json(told.one()))
    row = Report(
        **command.model_dump(exclude={"case_study_ids"}),
        charity_id=actor.charity_id,
        programme_name=names[0],
        charity_name=names[1],
        metrics=[],
        figures={"counts": figures.counts, "medians": figures.medians, "labels": figures.labels},
        taken_at=now,
        taken_by=actor.subject_id,
    )
    row.metrics = _plain(inside(figures, About(row.programme_id, (start, end), now, row.id)))
    session.add(row)
    await session.flush()
    await tell_in(session, actor=actor, report=row, case_study_ids=command.case_study_ids)
    await audit.record(session, "report.freeze", row.id, command.model_fields_set)
    await events.once(session, actor, "report.frozen", row.id, now)
    return row


async def publish_report(
    session: AsyncSession, *, actor: Actor, report_id: UUID, command: PublishReport, now: datetime
) -> Report:
    """What of a report people outside may see, from now on and for ever. Of two at once that share a day the constraint on the days
    lets one through. Raises `NotFound`, `PublishedAlready`, `DaysPublishedAlready` (409)."""
    require(actor, Permission.REPORTS_PUBLISH)
    report = await load(session, Report, report_id, actor=actor)
    others = await session.exec(
        select(Publication.id).where(
            Publication.programme_id == report.programme_id,
            Publication.period_from <= report.period_to,
            Publication.period_to >= report.period_from,
        )
    )
    for other in others.all():
        raise (
            PublishedAlready() if other == report.id else DaysPublishedAlready(links={"report": f"/v1/reports/{other}"})
        )
    figures = Figures(**report.figures)
    about = About(report.programme_id, (report.period_from, report.period_to), report.taken_at, report.id)
    row = Publication(
        **report.model_dump(exclude={"metrics", "figures", "taken_by"}),
        threshold=command.threshold,
        metrics=_plain(outside(figures, about, threshold=command.threshold)),
        published_at=now,
        published_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "report.publish", row.id, command.model_fields_set)
    await events.once(session, actor, "report.published", row.id, now)
    return report


def _plain(metrics: list[Metric]) -> list[dict[str, object]]:
    plain: list[dict[str, object]] = orjson.loads(orjson.dumps([one.model_dump(mode="json") for one in metrics]))
    return plain
