"""What was found about the six outcomes, through the REST door."""

import asyncio

import pytest

from app.domain.outcomes.models import MentoringOutcome
from tests.matching.helpers import made, stepped
from tests.outcomes.helpers import judged
from tests.sessions.helpers import engaged
from tests.through_the_gate.helpers import day
from tests.world import Caller, World

Six = MentoringOutcome


async def summary(by: Caller, engagement_id: str) -> dict[str, list[str]]:
    answer = await by.get(f"/v1/outcome-summaries/{engagement_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, list[str]] = answer.json()
    return found


async def test_the_newest_judgement_stands_and_the_ones_before_stay_to_be_read(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    first = await judged(by, engagement, Six.HEALTH_WELLBEING, "NOT_IMPROVED")
    second = await judged(by, engagement, Six.HEALTH_WELLBEING)
    assert (second["sequence"], second["stands"]) == (2, True)
    again = (await by.get(f"/v1/outcomes/{first['id']}")).json()
    assert (again["judgement"], again["stands"]) == ("NOT_IMPROVED", False)
    listed = (await by.get(f"/v1/outcomes?engagement_id={engagement['id']}&stands=true")).json()["items"]
    assert [one["id"] for one in listed] == [second["id"]]


async def test_grey_is_not_red_and_breadth_counts_what_improved(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    await judged(by, engagement, Six.PROSOCIAL_RELATIONSHIPS)
    await judged(by, engagement, Six.EDUCATION_TRAINING_EMPLOYMENT)
    await judged(by, engagement, Six.PROBLEMS_IN_LIFE, "NOT_IMPROVED")
    await judged(by, engagement, Six.PROSOCIAL_BELIEFS)
    await judged(by, engagement, Six.PROSOCIAL_BELIEFS, "NOT_ASSESSED")
    found = await summary(by, engagement["id"])
    assert found["improved"] == [Six.EDUCATION_TRAINING_EMPLOYMENT, Six.PROSOCIAL_RELATIONSHIPS], (
        "in the report's order"
    )
    assert found["not_improved"] == [Six.PROBLEMS_IN_LIFE]
    assert found["not_assessed"] == [Six.COMMUNITY_ACTIVITIES, Six.PROSOCIAL_BELIEFS, Six.HEALTH_WELLBEING]
    assert (found["breadth"], found["last_assessed_on"]) == (2, day())
    person = f"person_id={engagement['person_id']}"
    for query, there in ((f"improved={Six.PROSOCIAL_RELATIONSHIPS}", 1), (f"not_assessed={Six.PROBLEMS_IN_LIFE}", 0)):
        listed = (await by.get(f"/v1/outcome-summaries?{person}&{query}")).json()["items"]
        assert len(listed) == there


async def test_some_things_show_only_after_the_end(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    await stepped(by, f"/v1/engagements/{engagement['id']}/end", {"reason": "COMPLETED", "planned": True})
    await judged(by, engagement, Six.COMMUNITY_ACTIVITIES)
    assert (await summary(by, engagement["id"]))["improved"] == [Six.COMMUNITY_ACTIVITIES]


@pytest.mark.parametrize(
    ("spoilt", "pointer"),
    [
        ({"evidence_source": None}, "/evidence_source"),
        ({"basis": None}, "/basis"),
        ({"judgement": "NOT_ASSESSED"}, "/evidence_source"),
        ({"assessed_on": "2020-01-01"}, "/assessed_on"),
        ({"engagement_id": "01900000-0000-7000-8000-00000000dead"}, "/engagement_id"),
    ],
)
async def test_a_judgement_rests_on_something(world: World, spoilt: dict[str, object], pointer: str) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    body = {"engagement_id": engagement["id"], "outcome": Six.HEALTH_WELLBEING, "judgement": "IMPROVED"}
    body |= {"evidence_source": "SELF_REPORT", "basis": "He says so."}
    problem = await made(by, "/v1/outcomes", {**body, **spoilt}, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_of_two_at_once_one_supersedes_the_other(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    found = await asyncio.gather(*(judged(by, engagement, Six.HEALTH_WELLBEING) for _ in range(4)))
    assert sorted(one["sequence"] for one in found) == [1, 2, 3, 4]
    listed = (await by.get(f"/v1/outcomes?engagement_id={engagement['id']}&stands=true")).json()["items"]
    assert [one["sequence"] for one in listed] == [4]
