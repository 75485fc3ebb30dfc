"""A forecast by the REST door: what it takes from the history, and what it answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.kernel.rows import civil_date
from tests.graphql.door import ask
from tests.matching.helpers import active_mentor, made, programme_of_its_own, stepped
from tests.world import CharityWorld, World


def days_ago(days: int) -> str:
    return (_today() - timedelta(days=days)).isoformat()


def _today() -> date:
    return civil_date(datetime.now(UTC))


async def _referred(charity: CharityWorld, *, days: int, release: str | None) -> dict[str, Any]:
    custody = {"legal_status": "SENTENCED", "in_custody": True}
    if release:
        custody["conditional_release_date"] = release
    return await charity.push(
        received_on=days_ago(days),
        person={"given_name": "Testcase", "family_name": "Exampleson", "establishment": "BXI"},
        custody=custody,
    )


async def _engaged(charity: CharityWorld, referral: dict[str, Any], mentor: dict[str, Any], *, days: int) -> str:
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    engagement = await made(charity.coordinator, "/v1/engagements", body)
    at = f"/v1/engagements/{engagement['id']}"
    for side in ("MENTOR", "PERSON"):
        await stepped(charity.coordinator, f"{at}/accept", {"side": side, "effective_on": days_ago(days)})
    return at


async def _mentored(charity: CharityWorld, capacity: int, *, active_for: int) -> dict[str, Any]:
    """A mentor who was active from so many days ago on, and in each stage for a week before."""
    by = charity.coordinator
    body = {
        "display_name": "Example Volunteer",
        "programme_ids": [charity.programme_id],
        "capacity": capacity,
        "applied_on": days_ago(active_for + 28),
    }
    mentor = await made(by, "/v1/mentors", body)
    at = f"/v1/mentors/{mentor['id']}"
    await made(by, f"{at}/checks", {"kind": "VETTING", "decided_on": days_ago(active_for + 14)})
    clearance = {"kind": "CLEARANCE", "establishment": "BXI", "decided_on": days_ago(active_for + 7)}
    await made(by, f"{at}/checks", clearance)
    month = _today().replace(day=1).isoformat()[:7]
    trained = {"module": "CORE", "cohort": month, "completed_on": days_ago(active_for + 7)}
    await made(by, f"{at}/trainings", trained)
    weeks = {"INTERVIEWED": 21, "VETTED": 14, "CLEARED": 7, "TRAINED": 4, "ACTIVE": 0}
    for stage, before in weeks.items():
        await stepped(by, f"{at}/stage", {"stage": stage, "effective_on": days_ago(active_for + before)})
    return mentor


async def _history(charity: CharityWorld) -> None:
    """140 days ago the first referral; two engagements, of which one lasted seven weeks; one waits; of one too little is known."""
    stays = await _mentored(charity, 3, active_for=210)
    leaves = await _mentored(charity, 1, active_for=210)
    first = await _referred(charity, days=140, release=days_ago(-140))
    second = await _referred(charity, days=70, release=days_ago(-70))
    await _referred(charity, days=35, release=days_ago(-35))
    await _referred(charity, days=7, release=None)
    ended = await _engaged(charity, first, stays, days=91)
    body = {"reason": "COMPLETED", "planned": True, "ended_on": days_ago(42)}
    await stepped(charity.coordinator, f"{ended}/end", body)
    await _engaged(charity, second, stays, days=63)
    step = {"stage": "LEFT", "reason": "Moved away.", "effective_on": days_ago(70)}
    await stepped(charity.coordinator, f"/v1/mentors/{leaves['id']}/stage", step)
    applied = {"display_name": "Example Applicant", "programme_ids": [charity.programme_id], "applied_on": days_ago(14)}
    await made(charity.coordinator, "/v1/mentors", applied)
    elsewhere = {"display_name": "Example Other", "applied_on": days_ago(21)}
    other = await made(charity.coordinator, "/v1/mentors", elsewhere)
    step = {"stage": "LEFT", "reason": "Changed his mind.", "effective_on": days_ago(7)}
    await stepped(charity.coordinator, f"/v1/mentors/{other['id']}/stage", step)


async def _asked(charity: CharityWorld, body: dict[str, Any], *, status: int = 200, what: str = "forecast") -> Any:
    answer = await charity.coordinator.post(f"/v1/programmes/{charity.programme_id}/{what}", body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def charity(world: World) -> CharityWorld:
    return await programme_of_its_own(world.a)


async def test_the_history_is_what_happened(charity: CharityWorld) -> None:
    before = (await _asked(charity, {"horizon_weeks": 4}))["history"]
    await _history(charity)
    history = (await _asked(charity, {"horizon_weeks": 4}))["history"]
    assert history["since"] == days_ago(140)
    assert history["until"] == _today().isoformat()
    assert history["arrivals"] == {"events": 3, "weeks": 20.0}
    assert history["undecided"] == 1
    assert history["weeks_to_release"] == {"count": 3, "low": 10, "median": 20, "high": 40}
    assert history["waiting"] == 1
    assert history["releases_in_12_weeks"] == 1
    assert history["engagements_ended"] == {"count": 1, "low": 7, "median": 7, "high": 7}
    assert history["engagements_going_on"] == 1
    assert history["places_freed"] == {"events": 1, "weeks": 20.0}
    assert (history["mentors"], history["places"]) == (1, 3)
    assert before["arrivals"] is before["engagements_ended"] is None
    # Rates of mentors are the charity's: whatever other tests did is in both.
    was = before["leaving"] or {"events": 0, "weeks": 0.0}
    assert history["leaving"]["events"] >= was["events"] + 1
    assert history["leaving"]["weeks"] == pytest.approx(was["weeks"] + 30 + 20)
    stages, were = ({stage["stage"]: stage for stage in said["stages"]} for said in (history, before))
    assert list(stages) == ["APPLIED", "INTERVIEWED", "VETTED", "TRAINED_OR_CLEARED"]
    assert [stage["in_it"] for stage in stages.values()] == [1, 0, 0, 0]
    came = {name: stages[name]["passed"]["trials"] - were[name]["passed"]["trials"] for name in stages}
    went_on = {name: stages[name]["passed"]["successes"] - were[name]["passed"]["successes"] for name in stages}
    assert came == {"APPLIED": 3, "INTERVIEWED": 2, "VETTED": 2, "TRAINED_OR_CLEARED": 2}
    assert went_on == {"APPLIED": 2, "INTERVIEWED": 2, "VETTED": 2, "TRAINED_OR_CLEARED": 2}
    assert _today().replace(day=1).isoformat() not in history["cohorts"]  # it is over


async def test_without_history_nothing_is_made_up_and_what_is_assumed_is_said(charity: CharityWorld) -> None:
    mentor = await active_mentor(charity, capacity=2)
    await _referred(charity, days=10, release=days_ago(-200))
    plain = await _asked(charity, {"horizon_weeks": 12})
    cannot = {one["quantity"]: one["because"] for one in plain["as_planned"]["unknown"]}
    assert cannot["WAITING"] == ["lengths.ended"]
    assert plain["as_planned"]["totals"]["served"] is None
    assert plain["as_planned"]["weeks"][0]["waiting"] is None
    assert plain["what_if"] is plain["difference"] is None
    assumed = await _asked(charity, {"horizon_weeks": 12, "assume": {"engagement_weeks": [26, 39, 52]}})
    assert assumed["as_planned"]["totals"]["served"]["median"] >= 1
    assert {"code": "ASSUMED", "input": "lengths.ended", "count": 3} in assumed["as_planned"]["warnings"]
    assert mentor["capacity"] == 2


async def test_what_if_is_told_beside_what_is_planned_and_repeats_itself(charity: CharityWorld) -> None:
    await _history(charity)
    more = [{"on": days_ago(-14), "mentors": 6, "places_each": 2}]
    body = {
        "horizon_weeks": 26,
        "seed": 7,
        "assume": {"arrivals": {"events": 200, "weeks": 50}, "leaving": {"events": 2, "weeks": 400}},
        "what_if": {"more_mentors": more, "useful_weeks": 4},
    }
    first, again = [await _asked(charity, body) for _ in range(2)]
    assert first == again
    assert first["difference"]["served"]["low"] > 0
    assert first["difference"]["arrived"] == {"low": 0, "median": 0, "high": 0}  # the same people come
    assert (
        first["what_if"]["weeks"][-1]["active_mentors"]["median"]
        > first["as_planned"]["weeks"][-1]["active_mentors"]["median"]
    )
    assert (await _asked(charity, {**body, "seed": 8}))["difference"] != first["difference"]


async def test_how_many_mentors_it_takes(charity: CharityWorld) -> None:
    await _history(charity)
    body = {
        "at_most": 2,
        "by": days_ago(-7 * 40),
        "from_on": days_ago(-7),
        "runs": 100,
        "assume": {
            "arrivals": {"events": 52, "weeks": 52},
            "engagement_weeks": [20, 26, 30, 40, 26],
            "weeks_to_release": [20, 24, 30, 26, 22],
            "leaving": {"events": 1, "weeks": 500},
        },
    }
    needed = (await _asked(charity, body, what="mentors-needed"))["needed"]
    assert needed["why_not"] is None
    assert needed["active"] == 1 + needed["additional"]
    assert (
        needed["released_unserved"]["high"]
        <= 2
        < needed["tried"][needed["additional"] - 1]["released_unserved"]["high"]
    )
    assert needed["from_on"] == days_ago(-7)
    assert needed["waiting"] == needed["tried"][needed["additional"]]["waiting"]


TOO_EARLY = {"on": "2020-01-01", "mentors": 1, "places_each": 1}


@pytest.mark.parametrize(
    ("what", "body", "pointer"),
    [
        ("forecast", {"horizon_weeks": 157}, "/horizon_weeks"),
        ("forecast", {"what_if": {"more_mentors": [TOO_EARLY]}}, "/what_if/more_mentors/0/on"),
        ("forecast", {"assume": {"arrivals": {"events": 100_000, "weeks": 1}}}, "/horizon_weeks"),
        ("forecast", {"assume": {"engagement_weeks": []}}, "/assume/engagement_weeks"),
        ("mentors-needed", {"at_most": 1, "by": "2020-01-01"}, "/by"),
        ("mentors-needed", {"at_most": 1, "by": "2200-01-01"}, "/by"),
        ("mentors-needed", {"at_most": 1, "by": days_ago(-70), "from_on": "2020-01-01"}, "/from_on"),
        ("mentors-needed", {"at_most": 1, "by": days_ago(-70), "from_on": days_ago(-71)}, "/from_on"),
        ("forecast", {"assume": {"arrivals": {"events": 0, "weeks": 5e-324}}}, "/assume/arrivals/weeks"),
    ],
)  # fmt: skip
async def test_what_cannot_be_worked_out_is_said_with_its_field(
    charity: CharityWorld, what: str, body: dict[str, Any], pointer: str
) -> None:
    problem = await _asked(charity, body, status=422, what=what)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["errors"][0]["detail"]


async def test_the_other_door_answers_the_same(charity: CharityWorld) -> None:
    await _history(charity)
    rest = await _asked(charity, {"horizon_weeks": 3, "runs": 20, "what_if": {"useful_weeks": 2}})
    document = """query($programme: UUID!, $input: AskForecastInput!) { forecast(programmeId: $programme, input: $input) {
      history { undecided stages { stage inIt passed { successes trials } } cohorts }
      whatIf { runs weeks { endsOn waiting { low median high } } warnings { code input count } }
      difference { served { median } } } }"""
    given = {"horizonWeeks": 3, "runs": 20, "whatIf": {"usefulWeeks": 2}}
    answer = await ask(charity.coordinator, document, programme=charity.programme_id, input=given)
    assert "data" in answer.json(), answer.text
    told = answer.json()["data"]["forecast"]
    assert told["history"]["stages"] == [
        {"stage": one["stage"], "inIt": one["in_it"], "passed": one["passed"]} for one in rest["history"]["stages"]
    ]
    assert told["whatIf"]["warnings"] == rest["what_if"]["warnings"]
    assert [(week["endsOn"], week["waiting"]) for week in told["whatIf"]["weeks"]] == [
        (week["ends_on"], week["waiting"]) for week in rest["what_if"]["weeks"]
    ]
    assert told["difference"]["served"]["median"] == rest["difference"]["served"]["median"]


async def test_a_programme_of_somebody_else_is_not_there(world: World, charity: CharityWorld) -> None:
    stranger = world.b.coordinator
    answer = await stranger.post(f"/v1/programmes/{charity.programme_id}/forecast", {})
    assert answer.status_code == 404


async def test_dates_that_cannot_be_right_end_no_forecast(charity: CharityWorld) -> None:
    by = charity.coordinator
    old = {"display_name": "Example Volunteer", "programme_ids": [charity.programme_id], "applied_on": "1900-01-01"}
    mentor = await made(by, "/v1/mentors", old)
    await stepped(by, f"/v1/mentors/{mentor['id']}/stage", {"stage": "INTERVIEWED"})
    await charity.push(
        received_on="1950-01-01",
        person={"given_name": "Testcase", "family_name": "Exampleson", "establishment": "BXI"},
        custody={"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": "2190-01-01"},
    )
    told = await _asked(charity, {"horizon_weeks": 2, "history_weeks": 520})
    stages = {one["stage"]: one for one in told["history"]["stages"]}
    assert stages["INTERVIEWED"]["in_it"] == 1


async def test_what_nobody_expected_is_a_problem_and_is_quoted_nowhere(
    charity: CharityWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("Exampleson")

    monkeypatch.setattr("app.api.forecasts.forecast_of", fails)
    problem = await _asked(charity, {}, status=500)
    assert problem["code"] == "INTERNAL_ERROR"
    assert "Exampleson" not in "".join(capsys.readouterr())


async def test_one_document_asks_for_little_that_is_worked_out_at_length(charity: CharityWorld) -> None:
    one = 'a%d: forecast(programmeId: "%s", input: {}) { programmeId }'
    many = "{ " + " ".join(one % (n, charity.programme_id) for n in range(3)) + " }"
    answer = await ask(charity.coordinator, many)
    assert "cost" in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_LIMIT_EXCEEDED"
