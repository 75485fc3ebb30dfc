"""Feedback by both doors: forms, what was answered to them, who hands in, and who reads."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.domain.kernel.access import Role
from app.domain.support.feedback.models import Audience, FeedbackAnswer, FeedbackQuestion, FeedbackStatus, TakenBy
from app.domain.support.feedback.rules import wrong_answers, wrong_form_of, wrong_hands, wrong_questions
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, answered, made, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import begun_with, engaged, own_mentor
from tests.world import Caller, CharityWorld, World

SAID = [{"question": "LISTENED", "value": "2"}, {"question": "GOOD", "value": "Words for nobody else."}]


async def _form(by: Caller, audience: str) -> dict[str, Any]:
    found = (await by.get(f"/v1/feedback-forms?audience={audience}&in_use=true")).json()["items"]
    one: dict[str, Any] = next(form for form in found if form["everyones"])
    return one


async def _body(by: Caller, audience: str, **more: Any) -> dict[str, Any]:
    return {"form_id": (await _form(by, audience))["id"], "status": "DECLINED", **more}


async def _mentored(charity: CharityWorld) -> tuple[Caller, dict[str, Any]]:
    """The mentor at the charity's own door, and an engagement of his."""
    who = charity.staff[Role.MENTOR]
    return who, await begun_with(charity, await own_mentor(charity))


async def _refused(by: Caller, body: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await by.post("/v1/feedback", body)
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


async def test_everyone_has_a_short_form_for_each_audience(world: World) -> None:
    for audience in Audience:
        form = await _form(world.a.coordinator, audience)
        assert 3 <= len(form["questions"]) <= 5
        assert (await world.b.referrer.get(f"/v1/feedback-forms/{form['id']}")).status_code == 200


async def test_what_somebody_says_is_handed_in_and_read_by_the_coordinator(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    body = await _body(by, "MENTEE", engagement_id=engagement["id"], status="ANSWERED", taken_by="PHONE", answers=SAID)
    receipt = await made(by, "/v1/feedback", body)
    assert receipt.keys() == {"id", "status", "given_on"}
    read = (await by.get(f"/v1/feedback/{receipt['id']}?expand=form,engagement")).json()
    assert (read["audience"], read["answers"], read["superseded_by_id"]) == ("MENTEE", SAID, None)
    assert (read["form"]["id"], read["engagement"]["id"]) == (body["form_id"], engagement["id"])
    listed = (await by.get(f"/v1/feedback?engagement_id={engagement['id']}&status=ANSWERED&audience=MENTEE")).json()
    assert [one["id"] for one in listed["items"]] == [receipt["id"]]
    asked = await data(by, "query($id: ID!) { feedback(id: $id) { answers { question value } } }", id=receipt["id"])
    assert asked["feedback"]["answers"] == SAID
    assert (await world.b.coordinator.get(f"/v1/feedback/{receipt['id']}")).status_code == 404


async def test_declining_and_not_being_asked_are_answers_and_say_no_more(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    for status in ("DECLINED", "NOT_OFFERED"):
        body = await _body(by, "MENTEE", engagement_id=engagement["id"], status=status)
        assert (await made(by, "/v1/feedback", body))["status"] == status
        assert await _refused(by, body | {"taken_by": "SELF"}) == [("/taken_by", "ONE_OF")]
        assert await _refused(by, body | {"answers": SAID}) == [("/answers", "ONE_OF")]
    silent = body | {"status": "ANSWERED", "taken_by": "ON_PAPER"}
    assert (await made(by, "/v1/feedback", silent))["status"] == "ANSWERED", "each question may be left out"


async def test_what_is_wrong_is_named(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    body = await _body(by, "MENTEE", engagement_id=engagement["id"], status="ANSWERED", taken_by="SELF")

    def said(question: str, value: str) -> dict[str, Any]:
        return body | {"answers": [{"question": question, "value": value}]}

    assert await _refused(by, said("NONSENSE", "1")) == [("/answers/0/question", "UNKNOWN_QUESTION")]
    assert await _refused(by, said("LISTENED", "6")) == [("/answers/0/value", "NOT_AN_ANSWER")]
    assert await _refused(by, said("SAFE", "perhaps")) == [("/answers/0/value", "NOT_AN_ANSWER")]
    assert await _refused(by, body | {"answers": [SAID[0], SAID[0]]}) == [("/answers/1/question", "GIVEN_TWICE")]
    assert await _refused(by, body | {"given_on": "2199-01-01"}) == [("/given_on", "IN_THE_FUTURE")]
    assert await _refused(by, body | {"form_id": str(uuid4())}) == [("/form_id", "UNKNOWN_FORM")]
    assert await _refused(by, body | {"engagement_id": str(uuid4())}) == [("/engagement_id", "UNKNOWN_ENGAGEMENT")]
    assert await _refused(by, body | {"referral_id": str(uuid4())}) == [("/referral_id", "ONE_OF")]
    assert await _refused(by, body | {"supersedes_id": str(uuid4())}) == [("/supersedes_id", "UNKNOWN_FEEDBACK")]
    professional = await _body(by, "PROFESSIONAL", engagement_id=engagement["id"], referral_id=str(uuid4()))
    assert await _refused(by, professional) == [("/engagement_id", "ONE_OF")]


async def test_a_mentor_hands_in_and_gets_a_receipt_and_reads_nothing(world: World) -> None:
    who, engagement = await _mentored(world.a)
    own = await _body(who, "MENTOR", engagement_id=engagement["id"], status="ANSWERED", taken_by="SELF")
    receipt = await made(who, "/v1/feedback", own | {"answers": [{"question": "NEED", "value": "Time."}]})
    assert receipt.keys() == {"id", "status", "given_on"}
    for_him = await _body(who, "MENTEE", engagement_id=engagement["id"])
    await made(who, "/v1/feedback", for_him)
    aloud = for_him | {"status": "ANSWERED", "taken_by": "READ_ALOUD", "answers": SAID}
    await made(who, "/v1/feedback", aloud)
    assert await _refused(who, aloud | {"taken_by": "SELF"}) == [("/taken_by", "NOT_YOURS")]
    professional = await _body(who, "PROFESSIONAL", referral_id=str(uuid4()))
    assert await _refused(who, professional) == [("/form_id", "NOT_YOURS")]
    for path in ("/v1/feedback", f"/v1/feedback/{receipt['id']}"):
        assert (await who.get(path)).status_code == 403
    give = """mutation($i: GiveFeedbackInput!) { giveFeedback(input: $i) {
        ... on GiveFeedbackPayload { feedbackReceipt { id status } } } }"""
    asked = await data(
        who, give, i={"formId": for_him["form_id"], "engagementId": engagement["id"], "status": "DECLINED"}
    )
    assert asked["giveFeedback"]["feedbackReceipt"]["status"] == "DECLINED"


async def test_a_mentor_hands_in_of_his_own_engagements_only(world: World) -> None:
    who, _ = await _mentored(world.a)
    other = await engaged(world.a)
    for audience in ("MENTOR", "MENTEE"):
        body = await _body(who, audience, engagement_id=other["id"])
        assert await _refused(who, body) == [("/engagement_id", "UNKNOWN_ENGAGEMENT")]


async def test_a_mentor_who_was_succeeded_speaks_for_himself_and_not_for_the_man(world: World) -> None:
    who, engagement = await _mentored(world.a)
    next_one = await active_mentor(world.a)
    handed = {"mentor_id": next_one["id"], "reason": "He moved."}
    by = world.a.coordinator
    asked = await stepped(by, f"/v1/engagements/{engagement['id']}/handover", handed)
    await answered(by, await answered(by, asked, "MENTOR"), "PERSON")
    await made(who, "/v1/feedback", await _body(who, "MENTOR", engagement_id=engagement["id"]))
    mentee = await _body(who, "MENTEE", engagement_id=engagement["id"])
    assert await _refused(who, mentee) == [("/engagement_id", "UNKNOWN_ENGAGEMENT")]


async def test_an_agency_speaks_of_its_own_referrals_only_and_reads_nothing(world: World) -> None:
    by = world.a.referrer
    own, others = await world.a.push(), await world.a.push(world.a.coordinator)
    body = await _body(by, "PROFESSIONAL", status="ANSWERED", taken_by="SELF")
    body["answers"] = [{"question": "EASY", "value": "5"}]
    receipt = await made(by, "/v1/feedback", body | {"referral_id": own["id"]})
    assert receipt.keys() == {"id", "status", "given_on"}
    assert (await by.get(f"/v1/feedback/{receipt['id']}")).status_code == 403
    unknown = await by.post("/v1/feedback", body | {"referral_id": str(uuid4())})
    elses = await by.post("/v1/feedback", body | {"referral_id": others["id"]})
    assert unknown.status_code == elses.status_code == 422
    assert {**unknown.json(), "request_id": None} == {**elses.json(), "request_id": None}
    engagement = await engaged(world.a)
    for_mentee = await _body(by, "MENTEE", engagement_id=engagement["id"])
    assert await _refused(by, for_mentee) == [("/form_id", "NOT_YOURS")]


async def test_a_mistake_is_put_right_once_by_another_and_stays(world: World) -> None:
    who, engagement = await _mentored(world.a)
    coordinator = world.a.coordinator
    body = await _body(who, "MENTEE", engagement_id=engagement["id"])
    first = await made(who, "/v1/feedback", body)
    right = body | {"status": "NOT_OFFERED", "supersedes_id": first["id"]}
    answers = await asyncio.gather(*(who.post("/v1/feedback", right) for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [201, 409]
    again = await who.post("/v1/feedback", right)
    assert again.json()["code"] == "FEEDBACK_SUPERSEDED"
    [second] = [one.json() for one in answers if one.status_code == 201]
    read = (await coordinator.get(f"/v1/feedback/{first['id']}")).json()
    assert (read["status"], read["superseded_by_id"]) == ("DECLINED", second["id"])
    by_another = await made(coordinator, "/v1/feedback", body)
    assert await _refused(who, right | {"supersedes_id": by_another["id"]}) == [("/supersedes_id", "UNKNOWN_FEEDBACK")]


async def test_a_new_edition_takes_the_place_of_the_one_in_use(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    code = f"FORM_{uuid4().hex[:8].upper()}"
    asked = {"code": "WELL", "text": "Is all well?", "kind": "YES_NO"}
    form = {"code": code, "audience": "MENTEE", "title": "Example form", "questions": [asked]}
    first = await made(by, "/v1/feedback-forms", form)
    second = await made(by, "/v1/feedback-forms", form | {"title": "Example form, anew"})
    assert (first["edition"], second["edition"], second["everyones"]) == (1, 2, False)
    before = (await by.get(f"/v1/feedback-forms/{first['id']}")).json()
    assert before["retired_at"] is not None
    assert (await world.b.coordinator.get(f"/v1/feedback-forms/{first['id']}")).status_code == 404
    body = {"form_id": first["id"], "engagement_id": engagement["id"], "status": "DECLINED"}
    await made(by, "/v1/feedback", body)  # on paper, the day on which the next edition came
    retired = await stepped(by, f"/v1/feedback-forms/{second['id']}/retire", None)
    assert retired["retired_at"] is not None
    again = await by.step(f"/v1/feedback-forms/{second['id']}/retire")
    assert (again.status_code, again.json()["code"]) == (409, "FORM_RETIRED")
    twice = await by.post("/v1/feedback-forms", form | {"questions": [asked, asked]})
    assert twice.json()["errors"][0]["pointer"] == "/questions/1/code"


async def test_two_editions_at_once_leave_one_in_use(world: World) -> None:
    by, code = world.a.coordinator, f"FORM_{uuid4().hex[:8].upper()}"
    questions = [{"code": "WELL", "text": "Is all well?", "kind": "YES_NO"}]
    form = {"code": code, "audience": "MENTEE", "title": "Example form", "questions": questions}
    await made(by, "/v1/feedback-forms", form)
    answers = await asyncio.gather(*(by.post("/v1/feedback-forms", form) for _ in range(3)))
    assert {one.status_code for one in answers} <= {201, 503}
    found = (await by.get("/v1/feedback-forms?in_use=true&limit=100")).json()["items"]
    assert len([one for one in found if one["code"] == code]) == 1


async def test_everyones_forms_are_nobodys_to_retire(world: World) -> None:
    by = world.a.manager
    form = await _form(by, "MENTEE")
    assert (await by.step(f"/v1/feedback-forms/{form['id']}/retire")).status_code == 404


async def test_nothing_that_was_handed_in_is_ever_changed(world: World, rows: Rows) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    await made(by, "/v1/feedback", await _body(by, "MENTEE", engagement_id=engagement["id"]))
    for statement in ("update feedback set status = 'ANSWERED'", "delete from feedback", "truncate feedback"):
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await rows.sql.execute(statement)


async def test_a_narrow_token_hands_in_nothing(world: World) -> None:
    narrow = replace(world.a.coordinator, scopes=frozenset({"feedback:read"}))
    assert (await narrow.post("/v1/feedback", {})).status_code == 403


def test_the_rules_name_what_is_wrong() -> None:
    questions = [
        FeedbackQuestion.model_validate({"code": "A", "text": "Is it?", "kind": "YES_NO"}),
        FeedbackQuestion.model_validate({"code": "B", "text": "Well?", "kind": "WORDS"}),
    ]
    assert list(wrong_questions(questions)) == []
    assert [one.pointer for one in wrong_questions([*questions, questions[0]])] == ["/questions/2/code"]
    fine = [FeedbackAnswer.model_validate({"question": "B", "value": "Anything."})]
    assert list(wrong_answers(questions, fine)) == []
    assert list(wrong_form_of(FeedbackStatus.ANSWERED, TakenBy.SELF, [])) == []
    for role in Role:
        hands = list(wrong_hands(role, Audience.MENTEE, FeedbackStatus.ANSWERED, TakenBy.SELF))
        assert bool(hands) == (role in (Role.MENTOR, Role.REFERRER))
