"""Measures as configuration, and the forms that were filled in, or not."""

import asyncio

from app.domain.kernel.access import Role
from tests.matching.helpers import made, stepped
from tests.outcomes.helpers import SCALE, filled_in, measure_of
from tests.security.rows import Rows
from tests.sessions.helpers import at, begun_with, engaged, own_mentor, planned, took
from tests.through_the_gate.helpers import day
from tests.world import World

TABLE = [{"raw": raw, "scaled": f"{raw - 3}.25"} for raw in range(7, 36)]


async def test_a_next_edition_takes_the_place_and_scores_are_kept_as_they_were_made(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    first = await measure_of(world.a, scales=[{**SCALE, "conversion": TABLE}])
    entered = await filled_in(by, first, engagement, 20)
    assert entered["scores"] == [{"scale": "TOTAL", "raw": 20, "scaled": "17.25"}]
    second = await measure_of(world.a, code=first["code"], edition_label="2")
    assert (second["edition"], second["retired_at"]) == (2, None)
    assert (await by.get(f"/v1/measures/{first['id']}")).json()["retired_at"] is not None
    kept = (await by.get(f"/v1/measure-responses/{entered['id']}?expand=measure")).json()
    assert (kept["scores"][0]["scaled"], kept["measure"]["edition"]) == ("17.25", 1)
    late = await filled_in(by, first, engagement, 30)
    assert late["taken_on"] == day(), "the paper of that day may still come in"
    # Its code in use is that of the second, once.
    again = await stepped(by, f"/v1/measures/{second['id']}/retire", {})
    problem = await stepped(by, f"/v1/measures/{again['id']}/retire", {}, status=409)
    assert problem["code"] == "MEASURE_RETIRED"


async def test_forms_come_after_some_sessions_and_a_refusal_blocks_nothing(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    measure = await measure_of(world.a, rapport_sessions=1)
    problem = await filled_in(by, measure, engagement, status=409)
    assert problem["code"] == "TOO_EARLY_FOR_FORM"
    await filled_in(by, measure, engagement, status_of_form="NOT_OFFERED")
    await filled_in(by, measure, engagement, override_reason="He asked for it himself.")
    session = await planned(by, engagement, at(minutes=1))
    await took(by, session, "record", {"attendance": "ATTENDED"})
    declined = await filled_in(by, measure, engagement, status_of_form="DECLINED", reason="Ticking boxes.")
    assert (declined["scores"], declined["administered_by"]) == ([], None)
    another = await planned(by, engagement, at(days=-1))
    assert another["state"] == "PLANNED"


async def test_a_mistake_is_put_right_once(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    measure = await measure_of(world.a)
    wrong = await filled_in(by, measure, engagement, 7)
    both = await asyncio.gather(
        *(by.post("/v1/measure-responses", _putting_right(measure, engagement, wrong)) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]
    standing = (await by.get(f"/v1/measure-responses?engagement_id={engagement['id']}&stands=true")).json()["items"]
    assert [one["scores"][0]["raw"] for one in standing] == [27]
    other = await engaged(world.a)
    problem = await made(by, "/v1/measure-responses", _putting_right(measure, other, wrong), 422)
    assert problem["errors"][0]["pointer"] == "/supersedes_id"


def _putting_right(measure: dict[str, str], engagement: dict[str, str], wrong: dict[str, str]) -> dict[str, object]:
    scores = [{"scale": "TOTAL", "raw": 27}]
    body = {"measure_id": measure["id"], "engagement_id": engagement["id"], "status": "COMPLETE"}
    return {**body, "administered_by": "COORDINATOR", "scores": scores, "supersedes_id": wrong["id"]}


async def test_how_scores_moved(world: World, rows: Rows) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    measure = await measure_of(world.a)
    await rows.sql.execute("update engagement set started_on = started_on - 90 where id = $1::uuid", engagement["id"])
    await filled_in(by, measure, engagement, 20, taken_on=day(days=60))
    await filled_in(by, measure, engagement, 10, taken_on=day(days=30))
    await filled_in(by, measure, engagement, status_of_form="PARTIAL", taken_on=day())
    last = await filled_in(by, measure, engagement, 22)
    told = (await by.get(f"/v1/engagements/{engagement['id']}/measure-changes")).json()
    [change] = told["items"]
    assert (change["first_score"], change["last_score"], change["difference"]) == ("20", "22", "2")
    assert (change["result"], change["last_on"]) == ("POSSIBLE_IMPROVEMENT", day())
    await made(
        by,
        "/v1/measure-responses",
        {**_putting_right(measure, engagement, last), "scores": [{"scale": "TOTAL", "raw": 24}]},
    )
    [change] = (await by.get(f"/v1/engagements/{engagement['id']}/measure-changes")).json()["items"]
    assert (change["difference"], change["result"]) == ("4", "RELIABLE_IMPROVEMENT")


async def test_a_mentor_writes_down_forms_of_whom_he_mentors_and_no_judgement(world: World) -> None:
    mentor = await own_mentor(world.a)
    his = await begun_with(world.a, mentor)
    by, measure = world.a.staff[Role.MENTOR], await measure_of(world.a)
    entered = await filled_in(by, measure, his)
    assert (await by.get(f"/v1/measure-responses/{entered['id']}")).status_code == 200
    other = await engaged(world.a)
    problem = await filled_in(by, measure, other, status=422)
    assert problem["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    assert (await by.get("/v1/outcomes")).status_code == 403
    assert (await by.get(f"/v1/engagements/{other['id']}/measure-changes")).status_code == 404
