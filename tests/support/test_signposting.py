"""Onward referrals by the REST door: suggested, sent only with his consent, accepted, started, closed; or declined."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from app.domain.kernel.access import Role
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, made, stepped
from tests.sessions.helpers import begun_with, engaged, handed_over, own_mentor
from tests.support.onward import ON_THE_WAY, brought_to, day, given, suggested, went
from tests.world import Caller, World


@pytest.fixture
async def sql(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(superuser_url)
    yield connection
    await connection.close()


async def _listed(by: Caller, **filters: str) -> set[str]:
    answer = await by.get("/v1/onward-referrals", params={"limit": "100", **filters})
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json()["items"]}


async def test_one_is_suggested_sent_with_consent_accepted_started_and_closed(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    onward = await suggested(by, engagement, suggested_on=day(days=9))
    assert (onward["state"], onward["sent_on"], onward["consent_given_on"]) == ("SUGGESTED", None, None)
    assert onward["person_id"] == engagement["person_id"]
    consent = {"given_on": day(days=8), "by": "WORDS"}
    sent = await went(by, onward, "send", {"consent": consent, "happened_on": day(days=7), "words": "By post."})
    assert (sent["state"], sent["sent_on"], sent["since_on"]) == ("SENT", day(days=7), day(days=7))
    assert (sent["consent_given_on"], sent["consent_by"]) == (day(days=8), "WORDS")
    assert (await went(by, onward, "accept", {"happened_on": day(days=5)}))["state"] == "ACCEPTED"
    assert (await went(by, onward, "start", {"happened_on": day(days=4)}))["state"] == "STARTED"
    closed = await went(by, onward, "close", {"result": "PARTLY_HELPED", "words": "A room for some weeks."})
    assert (closed["state"], closed["result"], closed["since_on"]) == ("CLOSED", "PARTLY_HELPED", day())
    read = (await by.get(f"/v1/onward-referrals/{onward['id']}?expand=entries,engagement")).json()
    assert read["engagement"]["id"] == engagement["id"]
    assert [(one["step"], one["state"], one["happened_on"], one["words"]) for one in read["entries"]] == [
        ("SEND", "SENT", day(days=7), "By post."),
        ("ACCEPT", "ACCEPTED", day(days=5), None),
        ("START", "STARTED", day(days=4), None),
        ("CLOSE", "CLOSED", day(), "A room for some weeks."),
    ]
    assert [one["consent_by"] for one in read["entries"]] == ["WORDS", None, None, None]
    assert all(one["recorded_at"][:10] == day() for one in read["entries"])


async def test_nothing_is_sent_without_his_consent(world: World) -> None:
    by = world.a.coordinator
    onward = await suggested(by, await engaged(world.a), suggested_on=day(days=5))
    for body, pointer in (
        ({}, "/consent"),
        ({"consent": None}, "/consent"),
        ({"consent": {"by": "WORDS"}}, "/consent/given_on"),
        ({"consent": {"given_on": day(days=2)}}, "/consent/by"),
        ({"consent": {"given_on": day(days=2), "by": "SILENCE"}}, "/consent/by"),
        ({"consent": {"given_on": day(days=400), "by": "WORDS"}}, "/consent/given_on"),
        ({"consent": {"given_on": day(days=2), "by": "WORDS"}, "happened_on": day(days=3)}, "/consent/given_on"),
    ):
        told = await went(by, onward, "send", body, 422)
        assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert (await by.get(f"/v1/onward-referrals/{onward['id']}")).json()["state"] == "SUGGESTED"


async def test_the_database_keeps_what_was_not_consented_to_from_being_sent(
    world: World, sql: asyncpg.Connection
) -> None:
    onward = await suggested(world.a.coordinator, await engaged(world.a))
    for change in (
        "state = 'SENT'",
        "state = 'SENT', sent_on = current_date",
        "state = 'ACCEPTED', consent_given_on = current_date, consent_by = 'WORDS'",
        "sent_on = current_date",
        "state = 'SENT', sent_on = current_date, consent_given_on = current_date + 1, consent_by = 'WORDS'",
        "state = 'DECLINED'",
        "state = 'CLOSED', sent_on = current_date, consent_given_on = current_date, consent_by = 'WORDS'",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await sql.execute(f"update onward_referral set {change} where id = $1", onward["id"])
    with pytest.raises(asyncpg.CheckViolationError):
        await sql.execute(
            "insert into onward_referral_entry (id, charity_id, onward_referral_id, sequence, step, state, happened_on,"
            " recorded_at, recorded_by) select uuidv7(), charity_id, id, 1, 'SEND', 'SENT', current_date, now(),"
            " created_by from onward_referral where id = $1",
            onward["id"],
        )


async def test_what_was_written_of_its_steps_stays_as_it_is(world: World, sql: asyncpg.Connection) -> None:
    by = world.a.coordinator
    onward = await went(by, await suggested(by, await engaged(world.a)), "send")
    for change in (
        "update onward_referral_entry set consent_by = 'WORDS' where onward_referral_id = $1",
        "delete from onward_referral_entry where onward_referral_id = $1",
    ):
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await sql.execute(change, onward["id"])


@pytest.mark.parametrize("step", ["accept", "start", "close"])
async def test_consent_is_withdrawn_however_far_it_has_come_and_that_it_was_given_stays(
    world: World, step: str
) -> None:
    by = world.a.coordinator
    onward = await brought_to(by, await suggested(by, await engaged(world.a)), step)
    after = await went(by, onward, "withdraw-consent", {"words": "He would rather not."})
    assert (after["state"], after["declined_by"], after["declined_reason"]) == (
        "DECLINED",
        "PERSON",
        "CONSENT_WITHDRAWN",
    )
    assert (after["consent_given_on"], after["consent_withdrawn_on"]) == (day(days=1), day())
    for later in (*ON_THE_WAY, "decline", "withdraw-consent"):
        told = await went(by, onward, later, status=409)
        assert told["code"] == "ONWARD_STEP_NOT_OPEN"


async def test_a_step_out_of_turn_is_refused_and_the_answer_names_those_that_are_open(world: World) -> None:
    by = world.a.coordinator
    onward = await suggested(by, await engaged(world.a))
    for step in ("accept", "start", "close", "withdraw-consent"):
        told = await went(by, onward, step, status=409)
        assert told["detail"] == "It is SUGGESTED; open from there: DECLINE, SEND."
    onward = await brought_to(by, onward, "close")
    assert (await went(by, onward, "decline", status=409))["detail"].endswith("CLOSE, WITHDRAW_CONSENT.")


async def test_person_and_service_decline_each_for_reasons_of_their_own(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    onward = await suggested(by, engagement)
    for body, pointer in (
        ({"by": "SERVICE", "reason": "NO_CAPACITY"}, "/by"),
        ({"by": "SERVICE", "reason": "NOT_WANTED"}, "/reason"),
        ({"by": "PERSON", "reason": "CONSENT_WITHDRAWN"}, "/reason"),
        ({"by": "PERSON", "reason": "NOT_ELIGIBLE"}, "/reason"),
    ):
        told = await went(by, onward, "decline", body, 422)
        assert [one["pointer"] for one in told["errors"]] == [pointer]
    declined = await went(by, onward, "decline", {"by": "PERSON", "reason": "NOT_WANTED"})
    assert (declined["state"], declined["sent_on"], declined["consent_given_on"]) == ("DECLINED", None, None)
    other = await went(by, await suggested(by, engagement), "send")
    declined = await went(by, other, "decline", {"by": "SERVICE", "reason": "NO_CAPACITY"})
    assert (declined["declined_by"], declined["consent_given_on"]) == ("SERVICE", day(days=1))


async def test_of_two_who_send_at_once_one_does(world: World) -> None:
    by = world.a.coordinator
    onward = await suggested(by, await engaged(world.a))
    at = f"/v1/onward-referrals/{onward['id']}"
    etag = (await by.get(at)).headers["etag"]
    answers = await asyncio.gather(
        *(by.post(f"{at}/send", given("send"), headers={"If-Match": etag}) for _ in range(4)),
        *(by.post(f"{at}/decline", given("decline"), headers={"If-Match": etag}) for _ in range(4)),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    entries = (await by.get(f"{at}?expand=entries")).json()["entries"]
    assert [one["sequence"] for one in entries] == [1]


async def test_a_step_needs_the_version_that_was_read(world: World) -> None:
    by = world.a.coordinator
    onward = await suggested(by, await engaged(world.a))
    answer = await by.post(f"/v1/onward-referrals/{onward['id']}/send", given("send"))
    assert answer.status_code == 428


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"suggested_on": day(days=-2)}, "/suggested_on"),
        ({"service_name": " "}, "/service_name"),
        ({"service_name": None}, "/service_name"),
        ({"why": "x" * 201}, "/why"),
        ({"pathway": "SPORT"}, "/pathway"),
        ({"proposed_by": "NOBODY"}, "/proposed_by"),
        ({"engagement_id": "01900000-0000-7000-8000-000000000000"}, "/engagement_id"),
        ({"state": "SENT"}, "/state"),
    ],
)
async def test_what_cannot_be_suggested_is_refused_and_named(world: World, body: dict[str, Any], pointer: str) -> None:
    told = await suggested(world.a.coordinator, await engaged(world.a), 422, **body)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


async def test_a_step_happens_neither_in_the_future_nor_before_the_last_one(world: World) -> None:
    by = world.a.coordinator
    onward = await suggested(by, await engaged(world.a), suggested_on=day(days=2))
    for happened_on, code in ((day(days=-2), "IN_THE_FUTURE"), (day(days=3), "BEFORE_THE_LAST_STEP")):
        told = await went(by, onward, "send", {**given("send"), "happened_on": happened_on}, 422)
        assert [(one["pointer"], one["code"]) for one in told["errors"]] == [("/happened_on", code)]


async def test_nothing_is_suggested_before_both_have_said_yes(world: World) -> None:
    mentor = await active_mentor(world.a)
    referral = await world.a.push()
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    engagement = await made(world.a.coordinator, "/v1/engagements", body)
    told = await suggested(world.a.coordinator, engagement, 422)
    assert told["errors"][0]["code"] == "NOT_BEGUN"


async def test_they_are_found_by_state_pathway_and_person_and_from_the_engagement(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    one = await went(by, await suggested(by, engagement), "send")
    two = await suggested(by, engagement, pathway="HEALTH")
    of = {"engagement_id": engagement["id"]}
    assert await _listed(by, **of) == {one["id"], two["id"]}
    assert await _listed(by, **of, state="SENT") == {one["id"]}
    assert await _listed(by, person_id=engagement["person_id"], pathway="HEALTH") == {two["id"]}
    found = await data(
        by,
        "query($id: ID!) { engagement(id: $id) { onwardReferrals { edges { node { id state entries { step } } } } } }",
        id=engagement["id"],
    )
    assert [edge["node"] for edge in found["engagement"]["onwardReferrals"]["edges"]] == [
        {"id": two["id"], "state": "SUGGESTED", "entries": []},
        {"id": one["id"], "state": "SENT", "entries": [{"step": "SEND"}]},
    ]


async def test_a_mentor_signposts_his_own_and_sees_nobody_elses(world: World) -> None:
    by, own = world.b.coordinator, world.b.staff[Role.MENTOR]
    mentor = await own_mentor(world.b)
    mine, theirs = await begun_with(world.b, mentor), await engaged(world.b)
    hidden = await suggested(by, theirs)
    written, told_by_others = await suggested(own, mine), await suggested(by, mine)
    assert (await went(own, written, "send"))["state"] == "SENT"
    assert (await went(own, told_by_others, "decline"))["state"] == "DECLINED"
    assert await _listed(own) == {written["id"], told_by_others["id"]}
    at = f"/v1/onward-referrals/{hidden['id']}"
    assert (await own.get(at)).status_code == 404
    assert (await own.post(f"{at}/send", given("send"), headers={"If-Match": '"1"'})).status_code == 404
    assert (await suggested(own, theirs, 422))["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    # Asked to take over, he sees the engagement and nothing of where the person was signposted.
    await stepped(by, f"/v1/engagements/{theirs['id']}/handover", {"mentor_id": mentor["id"]})
    assert (await own.get(f"/v1/engagements/{theirs['id']}")).status_code == 200
    assert (await own.get(at)).status_code == 404
    assert (await suggested(own, theirs, 422))["errors"][0]["code"] == "NOT_BEGUN"
    # Handed over: where he is signposted from then on, and how far that has come, is his successor's to see and do.
    await handed_over(world.b, mine, await active_mentor(world.b))
    later = await suggested(by, mine)
    assert await _listed(own) == set()
    for other in (written, told_by_others, later):
        assert (await own.get(f"/v1/onward-referrals/{other['id']}")).status_code == 404
    body = given("withdraw-consent")
    written = await went(by, written, "accept")
    gone = await own.post(f"/v1/onward-referrals/{written['id']}/withdraw-consent", body, headers={"If-Match": '"3"'})
    assert gone.status_code == 404
    assert (await suggested(own, mine, 409))["code"] == "NO_LONGER_HIS_MENTOR"


async def test_another_charity_and_those_of_other_work_see_nothing(world: World) -> None:
    onward = await suggested(world.a.coordinator, await engaged(world.a))
    at = f"/v1/onward-referrals/{onward['id']}"
    assert (await world.b.coordinator.get(at)).status_code == 404
    assert onward["id"] not in await _listed(world.b.coordinator)
    for role in (Role.ANALYST, Role.DATA_PROTECTION_LEAD, Role.SAFEGUARDING_LEAD):
        assert (await world.a.staff[role].get(at)).status_code == 403
    assert (await world.a.referrer.get(at)).status_code == 403
