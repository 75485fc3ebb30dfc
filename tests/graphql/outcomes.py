"""Outcomes and measures for the tests of the GraphQL door."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.matching.helpers import programme_of_its_own
from tests.outcomes.helpers import measure_of
from tests.reports.helpers import agreeing, frozen, told_of
from tests.sessions.helpers import engaged
from tests.world import CharityWorld

Variables = dict[str, Any]
Row = dict[str, Any]

_SCALE = {"code": "TOTAL", "label": "All", "direction": "HIGHER_IS_BETTER", "rawMin": 7, "rawMax": 35}


async def _judging(charity: CharityWorld) -> Variables:
    said = {"judgement": "IMPROVED", "evidenceSource": "SELF_REPORT", "basis": "As he says."}
    return {"input": {"engagementId": (await engaged(charity))["id"], "outcome": "HEALTH_WELLBEING", **said}}


async def _publishing(_: CharityWorld) -> Variables:
    code = f"OURS_{uuid4().hex[:8].upper()}"
    return {"input": {"code": code, "title": "How are you?", "editionLabel": "1", "scales": [_SCALE]}}


async def _retiring(charity: CharityWorld) -> Variables:
    measure = await measure_of(charity)
    return {"id": measure["id"], "version": measure["version"]}


async def _recording(charity: CharityWorld) -> Variables:
    measure, engagement = await measure_of(charity), await engaged(charity)
    return {"input": {"measureId": measure["id"], "engagementId": engagement["id"], "status": "DECLINED"}}


async def _freezing(charity: CharityWorld) -> Variables:
    period = {"periodFrom": "2026-01-01", "periodTo": "2026-03-31"}
    return {"input": {"programmeId": charity.programme_id, "title": "A quarter", **period}}


async def _letting_see(charity: CharityWorld) -> Variables:
    return {"reportId": (await frozen(await programme_of_its_own(charity)))["id"], "input": {}}


async def _telling(charity: CharityWorld) -> Variables:
    engagement = await agreeing(charity)
    return {"input": {"engagementId": engagement["id"], "pseudonym": "Jay", "title": "A story", "words": "It helped."}}


async def _taking_back(charity: CharityWorld) -> Variables:
    study = await told_of(charity, await agreeing(charity))
    return {"id": study["id"], "version": study["version"], "input": {"reason": "He wishes so."}}


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "tellCaseStudy": _telling,
    "withdrawCaseStudy": _taking_back,
    "freezeReport": _freezing,
    "publishReport": _letting_see,
    "judgeOutcome": _judging,
    "publishMeasure": _publishing,
    "retireMeasure": _retiring,
    "recordMeasureResponse": _recording,
}
OF_MENTORS = {"recordMeasureResponse"}


def _stands(plain: Any, row: Row) -> bool:
    found: list[Row] = plain.of("outcome_judgement", "engagement_id", row["engagement_id"])
    return bool(row["sequence"] == max(one["sequence"] for one in found if one["outcome"] == row["outcome"]))


def _superseded_by(plain: Any, row: Row) -> str | None:
    found: list[Row] = plain.of("measure_response", "supersedes_id", row["id"])
    return str(found[0]["id"]) if found else None


def _published_at(plain: Any, row: Row) -> Any:
    found: list[Row] = plain.of("publication", "id", row["id"])
    return found[0]["published_at"] if found else None


COMPUTED: dict[tuple[str, str], Callable[[Any, Row], Any]] = {
    ("Report", "publishedAt"): _published_at,
    ("OutcomeJudgement", "stands"): _stands,
    ("MeasureResponse", "supersededById"): _superseded_by,
}
