"""Workbooks by the REST door: the version for his age, unit by unit, and a certificate that says nothing of where he was."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.kernel.access import Role
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, answered, made, proposed, stepped
from tests.sessions.helpers import at, begun_with, engaged, handed_over, own_mentor, planned
from tests.support.helpers import (
    CONFLICT_15_18,
    CONFLICT_18_25,
    CONFLICT_25_PLUS,
    FUTC,
    TRAUMA,
    begun_toolkit,
    completed,
    to_progress,
)
from tests.world import Caller, CharityWorld, World

TODAY = datetime.now(UTC).date()
CERTIFICATE = {"name": "Testcase <b>Example</b>", "awarded_by": "Example Mentoring"}


async def _aged(charity: CharityWorld, born: str | None, mentor: dict[str, Any] | None = None) -> dict[str, Any]:
    person = {"given_name": "Testcase", "family_name": f"Aged{born or 'unknown'}", "date_of_birth": born}
    referral = await charity.push(person={name: value for name, value in person.items() if value})
    engagement = await proposed(charity, mentor or await active_mentor(charity), referral)
    for side in ("MENTOR", "PERSON"):
        engagement = await answered(charity.coordinator, engagement, side)
    return engagement


def _born(years: int, days: int = 0) -> str:
    """So many years ago to the day, or so many days later."""
    return TODAY.replace(year=TODAY.year - years, day=min(TODAY.day, 27) + days).isoformat()


async def test_the_catalogue_is_everybodys_and_each_charitys_own(world: World) -> None:
    by = world.a.coordinator
    listed = (await by.get("/v1/toolkits?limit=100")).json()["items"]
    futc = next(one for one in listed if one["id"] == FUTC)
    assert (futc["weeks"], futc["accredited"], futc["certificate"], len(futc["units"])) == (6, True, True, 6)
    body = {"code": "OUR_TRAUMA", "title": "Our trauma workbook", "units": ["One", "Two"], "certificate": True}
    own = await made(by, "/v1/toolkits", body)
    assert own["units"] == [{"number": 1, "title": "One"}, {"number": 2, "title": "Two"}]
    assert (await made(by, "/v1/toolkits", body, 409))["code"] == "ALREADY_EXISTS"
    assert (await world.b.coordinator.get(f"/v1/toolkits/{own['id']}")).status_code == 404
    at_it, at_futc = f"/v1/toolkits/{own['id']}", f"/v1/toolkits/{FUTC}"
    told = await by.step(at_futc, {"title": "Other"}, method="PATCH", of=at_futc)
    assert (told.status_code, told.json()["code"]) == (409, "TOOLKIT_NOT_YOURS")
    engagement = await engaged(world.a)
    row = await begun_toolkit(by, engagement, toolkit_id=own["id"])
    changed = await by.step(at_it, {"units": ["Only one"], "certificate": False}, method="PATCH", of=at_it)
    assert [one["title"] for one in changed.json()["units"]] == ["Only one"]
    found = (await by.get(f"/v1/toolkit-progress/{row['id']}?expand=units,toolkit")).json()
    assert [one["title"] for one in found["units"]] == ["One", "Two"]
    assert (found["gives_certificate"], found["toolkit"]["certificate"]) == (True, False)
    await stepped(by, f"{at_it}/retire", {})
    told = await begun_toolkit(by, await engaged(world.a), 409, toolkit_id=own["id"])
    assert told["code"] == "TOOLKIT_RETIRED"
    refused = await world.a.staff[Role.MENTOR].post("/v1/toolkits", {**body, "code": "MENTORS"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("born", "toolkit"),
    [
        (_born(18, 1), CONFLICT_15_18),
        (_born(18), CONFLICT_18_25),
        (_born(25, 1), CONFLICT_18_25),
        (_born(25), CONFLICT_25_PLUS),
    ],
)
async def test_of_a_family_the_version_for_his_age_on_that_day_is_chosen(world: World, born: str, toolkit: str) -> None:
    if TODAY.day > 27:
        pytest.skip("a month's last days have no counterpart in each year")
    row = await begun_toolkit(world.a.coordinator, await _aged(world.a, born), family="CONFLICT_RESOLUTION")
    assert row["toolkit_id"] == toolkit


async def test_a_version_for_another_age_needs_a_reason_that_is_kept(world: World) -> None:
    by = world.a.coordinator
    grown = await _aged(world.a, "1980-05-17")
    told = await begun_toolkit(by, grown, 409, toolkit_id=CONFLICT_15_18)
    assert told["code"] == "VERSION_DOES_NOT_FIT"
    assert "1980" not in str(told)
    row = await begun_toolkit(by, grown, toolkit_id=CONFLICT_15_18, override_reason="He reads this one more easily.")
    assert row["override_reason"] == "He reads this one more easily."
    await begun_toolkit(by, grown, toolkit_id=TRAUMA)


async def test_a_mentor_begins_what_fits_without_reading_a_date_of_birth(world: World) -> None:
    own = world.a.staff[Role.MENTOR]
    mentor = await own_mentor(world.a)
    mine = await _aged(world.a, "1980-05-17", mentor)
    row = await begun_toolkit(own, mine, family="CONFLICT_RESOLUTION")
    assert row["toolkit_id"] == CONFLICT_25_PLUS
    assert (await own.get(f"/v1/people/{mine['person_id']}")).status_code in (403, 404)
    theirs = await begun_toolkit(world.a.coordinator, await engaged(world.a))
    assert (await own.get(f"/v1/toolkit-progress/{theirs['id']}")).status_code == 404
    assert (await world.b.coordinator.get(f"/v1/toolkit-progress/{row['id']}")).status_code == 404
    heir = await active_mentor(world.a)
    await handed_over(world.a, mine, heir)
    later = await begun_toolkit(world.a.coordinator, mine)
    assert (await own.get("/v1/toolkit-progress")).json()["items"] == []
    assert (await own.get(f"/v1/toolkit-progress/{row['id']}")).status_code == 404
    assert (await own.get(f"/v1/toolkit-progress/{later['id']}")).status_code == 404


async def test_one_of_a_toolkit_goes_on_at_a_time_also_when_two_are_begun_at_once(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    body = {"engagement_id": engagement["id"], "toolkit_id": FUTC, "how": "ALONE"}
    answers = await asyncio.gather(*(by.post("/v1/toolkit-progress", body) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 5
    row = next(one.json() for one in answers if one.status_code == 201)
    await to_progress(by, row, "state", {"state": "PAUSED"})
    assert (await begun_toolkit(by, engagement, 409))["code"] == "TOOLKIT_GOING_ON"
    assert (await to_progress(by, row, "units", {"number": 1}, 409))["code"] == "TOOLKIT_STEP_NOT_OPEN"
    await to_progress(by, row, "state", {"state": "GOING_ON"})
    await to_progress(by, row, "state", {"state": "STOPPED", "reason": "He has had enough of it."})
    again = await begun_toolkit(by, engagement)
    assert again["state"] == "GOING_ON"
    assert (await by.get(f"/v1/engagements/{engagement['id']}")).json()["state"] == "ACTIVE"


async def test_a_unit_is_recorded_once_and_put_right_with_an_entry(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    row = await begun_toolkit(by, engagement)
    session = await planned(by, engagement, at(minutes=30))
    await to_progress(by, row, "units", {"number": 1, "session_id": session["id"]})
    assert (await to_progress(by, row, "units", {"number": 1}, 409))["code"] == "UNIT_DONE"
    right = {"number": 1, "done_on": TODAY.isoformat(), "how": "ALONE", "correct": True, "reason": "He did it alone."}
    await to_progress(by, row, "units", right)
    found = (await by.get(f"/v1/toolkit-progress/{row['id']}?expand=units,entries")).json()
    assert (found["units"][0]["how"], found["units"][0]["session_id"]) == ("ALONE", None)
    assert [(one["step"], one["how"]) for one in found["entries"][1:]] == [
        ("unit", "WITH_MENTOR"),
        ("correct", "ALONE"),
    ]
    for number in range(2, 7):
        row = await to_progress(by, row, "units", {"number": number})
    assert (row["state"], row["ended_on"]) == ("COMPLETED", TODAY.isoformat())
    back = await to_progress(by, row, "units", {"number": 6, "correct": True, "reason": "Not yet."})
    assert (back["state"], back["ended_on"]) == ("GOING_ON", None)
    plain = await begun_toolkit(by, engagement, toolkit_id=TRAUMA)
    assert (await to_progress(by, plain, "state", {"state": "COMPLETED"}))["state"] == "COMPLETED"
    assert (await to_progress(by, plain, "certificate", CERTIFICATE, 409))["code"] == "NO_CERTIFICATE"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"number": 7}, "/number"),
        ({"number": 1, "done_on": "2150-01-01"}, "/done_on"),
        ({"number": 1, "done_on": "2001-01-01"}, "/done_on"),
        ({"number": 1, "session_id": "01900000-0000-7000-8000-000000000001"}, "/session_id"),
        ({"number": 1, "correct": True, "reason": "It was another."}, "/correct"),
        ({"number": 1, "correct": True}, "/reason"),
    ],
)
async def test_what_cannot_be_a_unit_is_named(world: World, body: dict[str, Any], pointer: str) -> None:
    by = world.a.coordinator
    told = await to_progress(by, await begun_toolkit(by, await engaged(world.a)), "units", body, 422)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


async def test_a_toolkit_with_units_is_completed_by_its_last_one(world: World) -> None:
    by = world.a.coordinator
    row = await begun_toolkit(by, await engaged(world.a))
    told = await to_progress(by, row, "state", {"state": "COMPLETED"}, 422)
    assert told["errors"][0]["code"] == "UNITS_LEFT"
    assert (await to_progress(by, row, "certificate", CERTIFICATE, 409))["code"] == "NO_CERTIFICATE"


async def _begin(by: Caller, body: dict[str, Any]) -> list[str]:
    told = await made(by, "/v1/toolkit-progress", {"how": "ALONE", **body}, 422)
    return [one["pointer"] for one in told["errors"]]


async def test_what_cannot_be_begun_is_named(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    of, none = {"engagement_id": engagement["id"]}, "01900000-0000-7000-8000-000000000001"
    assert await _begin(by, of) == ["/toolkit_id"]
    assert await _begin(by, {**of, "toolkit_id": FUTC, "family": "CONFLICT_RESOLUTION"}) == ["/toolkit_id"]
    assert await _begin(by, {**of, "toolkit_id": none}) == ["/toolkit_id"]
    assert await _begin(by, {**of, "family": "NO_SUCH"}) == ["/family"]
    assert await _begin(by, {**of, "toolkit_id": FUTC, "begun_on": "2001-01-01"}) == ["/begun_on"]
    assert await _begin(by, {"engagement_id": none, "toolkit_id": FUTC}) == ["/engagement_id"]


async def test_a_certificate_is_issued_once_and_says_nothing_of_where_he_was(world: World) -> None:
    own = world.b.staff[Role.MENTOR]
    mentor = await own_mentor(world.b)
    row = await completed(own, await begun_with(world.b, mentor))
    at_it = f"/v1/toolkit-progress/{row['id']}"
    tag = {"If-Match": (await own.get(at_it)).headers["etag"]}
    answers = await asyncio.gather(*(own.post(f"{at_it}/certificate", CERTIFICATE, headers=tag) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200] + [412] * 3
    [certificate] = [one.json() for one in answers if one.status_code == 200]
    assert re.fullmatch(r"TGC-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", certificate["number"])
    told = await to_progress(own, row, "certificate", CERTIFICATE, 409)
    assert (told["code"], told["links"]) == (
        "CERTIFICATE_THERE",
        {"certificate": f"/v1/certificates/{certificate['id']}"},
    )
    taken_back = {"number": 1, "correct": True, "reason": "Not so."}
    assert (await to_progress(own, row, "units", taken_back, 409))["code"] == "CERTIFICATE_THERE"
    page = await own.get(f"/v1/certificates/{certificate['id']}/page")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Testcase &lt;b&gt;Example&lt;/b&gt;" in page.text
    assert certificate["number"] in page.text
    for word in ("<script", "http", "prison", "offen", "custody", "convict", "hmp", "brixton", "src="):
        assert word not in page.text.lower()
    for other in (world.a.coordinator, world.a.staff[Role.MENTOR]):
        assert (await other.get(f"/v1/certificates/{certificate['id']}/page")).status_code == 404
    query = "query($id: ID!) { certificate(id: $id) { number progress { units { done: doneOn } } } }"
    found = (await data(own, query, id=certificate["id"]))["certificate"]
    assert (found["number"], len(found["progress"]["units"])) == (certificate["number"], 6)


async def test_a_charitys_own_version_comes_before_everybodys(world: World) -> None:
    by = world.b.coordinator
    body = {"code": "CONFLICT_25_PLUS", "title": "Our own version", "family": "CONFLICT_RESOLUTION", "age_from": 25}
    own = await made(by, "/v1/toolkits", body)
    row = await begun_toolkit(by, await engaged(world.b), family="CONFLICT_RESOLUTION")
    assert row["toolkit_id"] == own["id"]
    other = await begun_toolkit(world.a.coordinator, await engaged(world.a), family="CONFLICT_RESOLUTION")
    assert other["toolkit_id"] == CONFLICT_25_PLUS
    wrong = {**body, "code": "NO_AGE", "age_to": 20}
    assert (await made(by, "/v1/toolkits", wrong, 422))["errors"][0]["pointer"] == "/age_to"
