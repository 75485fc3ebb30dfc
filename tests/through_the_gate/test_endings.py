"""How relationships end: agreed from the start, counted down, looked back at; what stops with them; and a death."""

import asyncio
from datetime import date, timedelta
from typing import Any

from tests.matching.helpers import active_mentor, made, proposed, signed_in_mentor, stepped
from tests.sessions.helpers import at, begun_with, engaged, planned
from tests.through_the_gate.helpers import day, person_in
from tests.through_the_gate.support import card_for, eligible, planned_for, step
from tests.world import Caller, CharityWorld, World


async def read(by: Caller, path: str) -> dict[str, Any]:
    answer = await by.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ahead(days: int) -> str:
    return (date.fromisoformat(day()) + timedelta(days=days)).isoformat()


async def agreed(by: Caller, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"ends_on": ahead(60), "with_him": True, "agreed_on": day(), **more}
    return await made(by, f"/v1/engagements/{engagement['id']}/ending-agreements", body, status)


async def ending(by: Caller, engagement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await by.get(f"/v1/engagements/{engagement['id']}/ending")).json()
    return found


async def ends(by: Caller, engagement: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"reason": "COMPLETED", "planned": True, **more}
    return await stepped(by, f"/v1/engagements/{engagement['id']}/end", body)


async def test_an_end_is_agreed_from_the_start_and_counted_down(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    assert (await ending(by, engagement))["still_open"] == ["NO_END_AGREED"]
    await agreed(by, engagement, with_him=False)
    told = await ending(by, engagement)
    assert (told["days_left"], told["still_open"]) == (60, ["NOT_AGREED_WITH_HIM"])
    await agreed(by, engagement, words="He asked for it.")
    assert (await ending(by, engagement))["still_open"] == []
    await agreed(by, engagement, ends_on=ahead(28))
    near = ["NO_CLOSING_SESSION", "NO_CLOSING_REVIEW", "ONWARD_NOT_ASKED", "FEEDBACK_NOT_ASKED"]
    assert (await ending(by, engagement))["still_open"] == near
    last = await planned(by, engagement, at(days=-20))
    await agreed(by, engagement, ends_on=ahead(20), closing_session_id=last["id"])
    told = await ending(by, engagement)
    assert (told["sessions_left"], told["closing_session_id"], told["still_open"]) == (1, last["id"], near[1:])
    review = {"held_on": day(), "his_words": "I have somebody to ring.", "onward": "SIGNPOSTED", "feedback": "DECLINED"}
    await made(by, f"/v1/engagements/{engagement['id']}/closing-reviews", review)
    told = await ending(by, engagement)
    assert (told["reviewed_on"], told["onward"], told["feedback"], told["still_open"]) == (
        day(),
        "SIGNPOSTED",
        "DECLINED",
        [],
    )
    kept = (await by.get(f"/v1/engagements/{engagement['id']}/ending-agreements")).json()["items"]
    assert [(one["ends_on"], one["current"]) for one in kept] == [
        (ahead(20), True),
        (ahead(28), False),
        (ahead(60), False),
        (ahead(60), False),
    ]


async def test_nothing_ends_by_itself(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    await agreed(by, engagement, ends_on=day(), agreed_on=day())
    soon = (await by.get(f"/v1/endings?ends_by={day()}&limit=100")).json()["items"]
    assert engagement["id"] in [one["id"] for one in soon]
    assert (await read(by, f"/v1/engagements/{engagement['id']}"))["state"] == "ACTIVE"


async def test_what_cannot_be_agreed_is_told_by_field(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    other = await planned(by, await engaged(world.a), at(days=-3))
    for body, pointer in (
        ({"ends_on": day(days=400)}, "/ends_on"),
        ({"agreed_on": ahead(1)}, "/agreed_on"),
        ({"closing_session_id": other["id"]}, "/closing_session_id"),
    ):
        refused = await agreed(by, engagement, 422, **body)
        assert [one["pointer"] for one in refused["errors"]] == [pointer]
    await ends(by, engagement)
    assert (await agreed(by, engagement, 409))["code"] == "ENDING_NOT_OPEN"


async def test_with_an_end_stops_what_was_planned_after_it_and_a_reopening_deletes_nothing(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    before = await planned(by, engagement, at(days=-3))
    support = await step(by, await eligible(world.a, engagement), "OFFER")
    support = await step(by, support, "ACCEPT")
    card = await card_for(world.a, support)
    await agreed(by, engagement)
    ended = await ends(by, engagement, reason="PERSON_WISHED", planned=False)
    assert (ended["state"], ended["planned_end"]) == ("ENDED", False)
    off = await read(by, f"/v1/sessions/{before['id']}?expand=entries")
    assert (off["state"], off["attendance"], off["entries"][-1]["step"]) == ("CANCELLED", None, "cancel")
    support = await read(by, f"/v1/gate-support/{support['id']}")
    assert (support["state"], support["end_reason"], support["planned_end"]) == ("ENDED", "PERSON_DECIDED", False)
    assert (await read(by, f"/v1/reconnect-cards/{card['id']}"))["revoked_at"] is not None
    told = await ending(by, engagement)
    assert (told["days_left"], told["agreed_end_on"], told["ended_on"]) == (None, ahead(60), day())
    await stepped(by, f"/v1/engagements/{engagement['id']}/reopen", {"reason": "He rang."})
    changes = await read(by, f"/v1/engagements/{engagement['id']}?expand=changes")
    assert [one["step"] for one in changes["changes"]][-2:] == ["end", "reopen"]
    assert (await ending(by, engagement))["agreed_end_on"] == ahead(60)


async def test_what_has_no_mentor_leaves_nothing_to_do_once_it_has_ended(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    await stepped(by, f"/v1/mentors/{mentor['id']}/stage", {"stage": "LEFT", "reason": "Moved away."})
    path = f"/v1/bridging-tasks?engagement_id={engagement['id']}&open=true"
    assert len((await by.get(path)).json()["items"]) == 3
    await ends(by, engagement)
    assert (await by.get(path)).json()["items"] == []


async def test_a_mentor_agrees_and_looks_back_in_his_own_and_in_nobody_else_s(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement, other = await begun_with(world.a, mentor), await engaged(world.a)
    await agreed(own, engagement)
    review = {"held_on": day(), "mentors_words": "He speaks for himself now."}
    await made(own, f"/v1/engagements/{engagement['id']}/closing-reviews", review)
    await agreed(world.a.coordinator, other)
    await agreed(own, other, 404)
    assert (await own.get(f"/v1/engagements/{other['id']}/ending")).status_code == 404
    assert [one["id"] for one in (await own.get("/v1/endings")).json()["items"]] == [engagement["id"]]
    assert (await own.get("/v1/deaths")).status_code == 403


async def mourned(charity: CharityWorld, person: str, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"died_on": day(), "told_by": "PRISON_STAFF", **more}
    return await made(charity.coordinator, f"/v1/people/{person}/deaths", body, status)


async def test_when_he_dies_everything_stops_and_everything_stays(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    person = engagement["person_id"]
    session = await planned(by, engagement, at(days=-3))
    release = await planned_for(world.a, engagement, expected_on=ahead(20))
    support = await step(by, await step(by, await eligible(world.a, engagement), "OFFER"), "ACCEPT")
    card = await card_for(world.a, support)
    death = await mourned(world.a, person)
    ended = await read(by, f"/v1/engagements/{engagement['id']}")
    assert (ended["state"], ended["end_reason"], ended["planned_end"], ended["ended_on"]) == (
        "ENDED",
        "DIED",
        False,
        day(),
    )
    assert (await read(by, f"/v1/sessions/{session['id']}"))["state"] == "CANCELLED"
    assert (await read(by, f"/v1/gate-support/{support['id']}"))["end_reason"] == "DIED"
    assert (await read(by, f"/v1/reconnect-cards/{card['id']}"))["revoked_at"] is not None
    assert (await ending(by, engagement))["still_open"] == []
    assert (await read(by, f"/v1/people/{person}"))["deceased"] is True
    assert (await by.get(f"/v1/release-plans/{release['id']}")).status_code == 200
    countdown = (await by.get(f"/v1/programmes/{world.a.programme_id}/countdown?limit=100")).json()["items"]
    assert engagement["id"] not in [one["engagement_id"] for one in countdown]
    refused = await mourned(world.a, person, 409)
    assert (refused["code"], refused["links"]["death"]) == ("DEATH_RECORDED", f"/v1/deaths/{death['id']}")


async def test_he_waits_for_nothing_and_nobody_is_asked_to_mentor_him(world: World) -> None:
    by = world.a.coordinator
    engagement = await proposed(world.a, await active_mentor(world.a))
    await mourned(world.a, engagement["person_id"], died_on=None)
    taken_back = await read(by, f"/v1/engagements/{engagement['id']}")
    assert (taken_back["state"], taken_back["proposed_mentor_id"]) == ("DECLINED", None)
    referral = await read(by, f"/v1/referrals/{engagement['referral_id']}")
    assert referral["disposition"] == "withdrawn"


async def test_of_a_man_who_died_nobody_is_asked_anything(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    await mourned(world.a, engagement["person_id"])
    refused = await stepped(by, f"/v1/engagements/{engagement['id']}/reopen", {"reason": "A mistake."}, status=409)
    assert refused["code"] == "PERSON_DECEASED"
    body = {**world.a.referral(), "person": None, "person_id": engagement["person_id"]}
    pushed = await by.post("/v1/referrals", body)
    assert [one["code"] for one in pushed.json()["errors"]] == ["DECEASED"]
    plan = await by.post("/v1/release-plans", {"engagement_id": engagement["id"]})
    assert [one["code"] for one in plan.json()["errors"]] == ["NOT_GOING_ON"]


async def test_of_two_who_record_it_at_once_one_does(world: World) -> None:
    person = (await engaged(world.a))["person_id"]
    path, body = f"/v1/people/{person}/deaths", {"died_on": day()}
    both = await asyncio.gather(*(world.a.coordinator.post(path, body) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [201, 409]


async def test_what_is_not_true_is_withdrawn_and_taken_up_again_by_somebody(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    death = await mourned(world.a, engagement["person_id"])
    told = await stepped(by, f"/v1/deaths/{death['id']}/withdraw", {"reason": "Another man of the name."})
    assert told["withdrawn_because"] == "Another man of the name."
    assert (await read(by, f"/v1/people/{engagement['person_id']}"))["deceased"] is False
    assert (await read(by, f"/v1/engagements/{engagement['id']}"))["state"] == "ENDED"
    again = await stepped(by, f"/v1/engagements/{engagement['id']}/reopen", {"reason": "He lives."})
    assert (again["state"], again["end_reason"]) == ("BRIDGING", None)
    refused = await stepped(by, f"/v1/deaths/{death['id']}/withdraw", {"reason": "Twice."}, status=409)
    assert refused["code"] == "DEATH_WITHDRAWN"
    await mourned(world.a, engagement["person_id"])


async def test_nobody_died_tomorrow_or_before_he_was_born(world: World) -> None:
    person = await person_in(world.a, date_of_birth="1990-01-31")
    for body in ({"died_on": ahead(1)}, {"died_on": "1990-01-30"}):
        refused = await mourned(world.a, person, 422, **body)
        assert [one["pointer"] for one in refused["errors"]] == ["/died_on"]
