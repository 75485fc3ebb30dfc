"""What somebody should look at, by day: each alarm on the last day without it and on the first day with it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import pytest

from app.domain.mentors.models import Alarm
from tests.mentors.pipeline import active, brought, cleared, moved, read, recorded, taken_on, vetted
from tests.world import Caller, World

SINCE = date(2026, 3, 1)
A = Alarm


class Alarms:
    """A mentor's alarms as of a day: expiries are dates, and tests do not wait for them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._sql = connection

    async def __call__(self, mentor: str, on: date) -> list[str]:
        found: list[str] = await self._sql.fetchval("select throughgate.mentor_alarms($1::uuid, $2)", mentor, on)
        return found


@pytest.fixture(scope="module")
async def alarms(database_url: str) -> AsyncIterator[Alarms]:
    connection = await asyncpg.connect(database_url)
    yield Alarms(connection)
    await connection.close()


@pytest.fixture
async def by(world: World) -> Caller:
    return world.a.coordinator


async def supervisor(world: World) -> str:
    """A member of his own, so that absences of one test are no other's."""
    body = {
        "display_name": "Example Supervisor",
        "email": f"{uuid4().hex}@aaa.example",
        "roles": ["coordinator"],
        "password": "a-password-for-tests",
    }
    made: str = (await world.a.manager.post("/v1/members", body)).json()["id"]
    return made


def days(n: int) -> timedelta:
    return timedelta(days=n)


async def test_nothing_is_wrong_with_who_has_everything(alarms: Alarms, by: Caller, world: World) -> None:
    mentor = await active(by, supervisor_id=await supervisor(world))
    await cleared(by, mentor)
    assert await alarms(mentor, SINCE) == []


async def test_who_has_nothing_has_an_alarm_for_each(alarms: Alarms, by: Caller) -> None:
    mentor = await active(by)
    await vetted(by, mentor, "2026-03-01", outcome="WITHDRAWN")
    found = [A.NO_SUPERVISOR, A.SUPERVISION_OVERDUE, A.NO_VETTING, A.NO_CLEARANCE]
    assert await alarms(mentor, SINCE + days(400)) == found
    # Nothing ends by it.
    assert (await read(by, mentor))["stage"] == "ACTIVE"


@pytest.mark.parametrize("kind", ["VETTING", "CLEARANCE"])
async def test_an_expiry_is_told_sixty_days_ahead_and_its_last_day_counts(
    kind: str, alarms: Alarms, by: Caller, world: World
) -> None:
    mentor = await active(by, supervisor_id=await supervisor(world), supervision_every_days=365)
    ends = date(2026, 12, 31)
    record = vetted if kind == "VETTING" else cleared
    await record(by, mentor, "2026-03-01", expires_on=ends.isoformat())
    if kind == "VETTING":
        await cleared(by, mentor)
    soon, expired = [A[f"{kind}_EXPIRES_SOON"]], [A[f"{kind}_EXPIRED"]]
    none = [A.NO_CLEARANCE] if kind == "CLEARANCE" else []
    for on, expected in (
        (ends - days(61), []),
        (ends - days(60), soon),
        (ends - days(59), soon),
        (ends, soon),
        (ends + days(1), none + expired),
    ):
        assert await alarms(mentor, on) == expected, on
    # A new one, with another end, takes its place; before its day it does not count.
    await record(by, mentor, "2026-11-01", expires_on="2028-01-01")
    assert await alarms(mentor, ends) == []
    assert await alarms(mentor, date(2026, 10, 31)) == []
    assert await alarms(mentor, date(2027, 11, 2)) == ([A.SUPERVISION_OVERDUE, *soon])


async def test_each_establishment_s_clearance_is_looked_at(alarms: Alarms, by: Caller, world: World) -> None:
    mentor = await active(by, supervisor_id=await supervisor(world), supervision_every_days=365)
    await cleared(by, mentor, expires_on="2026-09-30")
    await cleared(by, mentor, establishment="WWI", expires_on="2026-11-30")
    assert await alarms(mentor, date(2026, 7, 1)) == []
    assert await alarms(mentor, date(2026, 9, 30)) == [A.CLEARANCE_EXPIRES_SOON]
    assert await alarms(mentor, date(2026, 10, 1)) == [A.CLEARANCE_EXPIRED, A.CLEARANCE_EXPIRES_SOON]
    # What is refused is not expired; the other one is all that he has.
    await cleared(by, mentor, "2026-10-01", outcome="REFUSED")
    assert await alarms(mentor, date(2026, 10, 1)) == [A.CLEARANCE_EXPIRES_SOON]
    assert await alarms(mentor, date(2026, 12, 1)) == [A.NO_CLEARANCE, A.CLEARANCE_EXPIRED]


async def test_supervision_is_overdue_from_the_day_after_the_interval(alarms: Alarms, by: Caller, world: World) -> None:
    mentor = await active(by, supervisor_id=await supervisor(world), supervision_every_days=28)
    await cleared(by, mentor)
    assert await alarms(mentor, SINCE + days(28)) == []
    assert await alarms(mentor, SINCE + days(29)) == [A.SUPERVISION_OVERDUE]
    # A pause in between does not start the count anew.
    await moved(by, mentor, "PAUSED", reason="A new job.", effective_on="2026-03-20")
    assert await alarms(mentor, SINCE + days(60)) == []
    await brought(by, mentor, "ACTIVE", effective_on="2026-03-25")
    assert await alarms(mentor, SINCE + days(29)) == [A.SUPERVISION_OVERDUE]
    await recorded(by, mentor, "supervisions", kind="PHONE", held_on="2026-04-01")
    assert await alarms(mentor, date(2026, 4, 29)) == []
    assert await alarms(mentor, date(2026, 4, 30)) == [A.SUPERVISION_OVERDUE]
    # What came later is not known on an earlier day.
    assert await alarms(mentor, date(2026, 3, 31)) == [A.SUPERVISION_OVERDUE]


async def test_a_supervisor_who_is_away_is_told_while_nobody_covers(alarms: Alarms, by: Caller, world: World) -> None:
    away = await supervisor(world)
    mentor = await active(by, supervisor_id=away, supervision_every_days=365)
    await cleared(by, mentor)

    async def entry(first: str, last: str, covered_by: str | None) -> None:
        body = {"supervisor_id": away, "away_from": first, "away_until": last, "covered_by": covered_by}
        assert (await by.post("/v1/supervisor-absences", body)).status_code == 201

    await entry("2026-07-01", "2026-07-14", None)
    for on, expected in (
        (date(2026, 6, 30), []),
        (date(2026, 7, 1), [A.SUPERVISOR_AWAY]),
        (date(2026, 7, 14), [A.SUPERVISOR_AWAY]),
        (date(2026, 7, 15), []),
    ):
        assert await alarms(mentor, on) == expected, on
    # The newest entry for a day counts: somebody covers the first week, and then he is back early.
    await entry("2026-07-01", "2026-07-07", str(world.a.manager.id))
    assert await alarms(mentor, date(2026, 7, 7)) == []
    assert await alarms(mentor, date(2026, 7, 8)) == [A.SUPERVISOR_AWAY]
    # Whoever covers is away as well, for two days of it.
    other = {"supervisor_id": str(world.a.manager.id), "away_from": "2026-07-03", "away_until": "2026-07-04"}
    assert (await by.post("/v1/supervisor-absences", other)).status_code == 201
    assert [await alarms(mentor, date(2026, 7, day)) for day in (2, 3, 4, 5)] == [
        [],
        [A.SUPERVISOR_AWAY],
        [A.SUPERVISOR_AWAY],
        [],
    ]
    await entry("2026-07-10", "2026-07-14", away)
    assert await alarms(mentor, date(2026, 7, 9)) == [A.SUPERVISOR_AWAY]
    assert await alarms(mentor, date(2026, 7, 10)) == []


async def test_each_stage_has_its_alarms(alarms: Alarms, by: Caller) -> None:
    mentor, on = await taken_on(by), date(2026, 12, 24)
    checks = [A.NO_VETTING, A.NO_CLEARANCE]
    for stage, expected in (("INTERVIEWED", []), ("VETTED", []), ("TRAINED", [A.NO_VETTING]), ("CLEARED", checks)):
        await brought(by, mentor, stage, effective_on="2026-02-01")
        assert await alarms(mentor, on) == expected, stage
    await moved(by, mentor, "LEFT", reason="Moved away.", effective_on="2026-02-01")
    assert await alarms(mentor, on) == []
    other = await active(by)
    await moved(by, other, "PAUSED", reason="A new job.", effective_on="2026-03-02")
    assert await alarms(other, on) == [A.NO_CLEARANCE]


async def test_the_door_tells_today_s(by: Caller) -> None:
    mentor = await active(by)
    told = (await read(by, mentor))["alarms"]
    assert {"NO_SUPERVISOR", "NO_CLEARANCE"} <= set(told)
    assert told == [one for one in A if one in told]
