"""Each mutation about sessions: what it is called with so that it is done."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.sessions.helpers import at, engaged, planned, took
from tests.world import CharityWorld

Variables = dict[str, Any]


async def _planning(charity: CharityWorld) -> Variables:
    engagement = await engaged(charity)
    return {"input": {"engagementId": engagement["id"], "setting": "IN_PERSON", "startsAt": at(days=-2)}}


async def _series(charity: CharityWorld) -> Variables:
    engagement = await engaged(charity)
    until = at(days=-30)[:10]
    given = {"setting": "PHONE", "interval": "FORTNIGHTLY", "firstAt": at(days=-1), "until": until}
    return {"input": {"engagementId": engagement["id"], **given}}


async def _ending(charity: CharityWorld) -> Variables:
    engagement = await engaged(charity)
    body = {"engagement_id": engagement["id"], "setting": "PHONE", "interval": "WEEKLY", "first_at": at(days=-1)}
    made = await charity.coordinator.post("/v1/session-series", {**body, "until": at(days=-30)[:10]})
    series = made.json()
    return {"id": series["id"], "version": series["version"], "input": {"fromOn": at(days=-9)[:10]}}


def _on(step: str | None = None, **given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        session = await planned(charity.coordinator, await engaged(charity), at(minutes=30))
        if step:
            session = await took(charity.coordinator, session, step, {"attendance": "ATTENDED", "explained": True})
        return {"id": session["id"], "version": session["version"], "input": given}

    return of


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "planSession": _planning,
    "recordSession": _on(attendance="ATTENDED", explained=True),
    "correctSession": _on("record", attendance="MENTEE_DECLINED", reason="He wished to rest."),
    "cancelSession": _on(because="MENTOR_CANCELLED"),
    "rescheduleSession": _on(startsAt=at(days=-3)),
    "planSessionSeries": _series,
    "endSessionSeries": _ending,
}
