"""Within one charity: an agency sees what it sent and where that stands, nothing else about anyone, and cannot find out
whom the charity knows. Volunteers and analysts see nobody."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.actor import ActorKind
from tests.security.conftest import Logs
from tests.security.doors import operations, plainly
from tests.security.filled import document_of
from tests.security.rows import Rows
from tests.world import Caller, CharityWorld, World, client

KNOWN = {
    "given_name": "Knownalready",
    "family_name": "Tothecharity",
    "date_of_birth": "1988-08-08",
    "identifiers": [{"scheme": "prison_number", "value": "A0008AA"}],
}
INCOMPLETE = {"legal_status": "SENTENCED"}  # no date at all: awaiting information

# Ids of things that no agency and no platform operator is shown.
_OF_CASEWORK = (
    *("mentor_id", "run_id", "engagement_id", "task_id", "session_id", "series_id"),
    *("form_id", "feedback_id", "feed_id", "secret"),
)


@pytest.fixture(scope="module")
async def charity(world: World) -> CharityWorld:
    return world.a


@pytest.fixture(scope="module")
async def other(charity: CharityWorld) -> Caller:
    """The program of a second agency of the same charity."""
    agency = (await charity.manager.post("/v1/organisations", {"name": "Second partner"})).json()["id"]
    body = {"name": "Second program", "role": "referrer", "scopes": sorted(charity.machine.scopes or ())}
    made = (await charity.manager.post("/v1/clients", {**body, "organisation_id": agency})).json()
    return Caller(
        charity.machine.app,
        Role.REFERRER,
        UUID(made["id"]),
        charity.id,
        UUID(agency),
        kind=ActorKind.CLIENT,
        scopes=frozenset(made["scopes"]),
    )


def shown(view: dict[str, Any]) -> dict[str, Any]:
    """What an agency sees, without what is another for each referral."""
    links = {name: re.sub(r"[0-9a-f-]{36}", "ID", address) for name, address in view["links"].items()}
    own = {"id", "reference", "received_at", "partner_reference", "links"}
    decided = {**view["eligibility"], "decided_at": None}
    return {name: value for name, value in view.items() if name not in own} | {"links": links, "eligibility": decided}


async def seen(by: Caller, referral: dict[str, Any]) -> dict[str, Any]:
    """The same by its address and in the list."""
    one = await by.get(f"/v1/referrals/{referral['id']}")
    assert one.status_code == 200, one.text
    listed = await by.get("/v1/referrals", params={"reference": referral["reference"]})
    assert listed.json()["items"] == [one.json()]
    body: dict[str, Any] = one.json()
    return body


async def take(charity: CharityWorld, referral: dict[str, Any], step: str, **body: Any) -> None:
    answer = await charity.coordinator.step(f"/v1/referrals/{referral['id']}/{step}", body)
    assert answer.status_code == 200, answer.text


async def test_a_second_agency_sees_nothing_of_the_first_ones(charity: CharityWorld, other: Caller) -> None:
    pushed = await charity.push(partner_reference="ONE-1", person=KNOWN)
    await charity.push(other, partner_reference="ONE-1")  # a reference of its own, though the first one has it too
    page = (await other.get("/v1/referrals", params={"limit": 100})).json()
    assert page["items"]
    assert pushed["id"] not in str(page)
    mine = {item["id"] for item in page["items"]}
    theirs = {
        item["id"] for item in (await charity.machine.get("/v1/referrals", params={"limit": 100})).json()["items"]
    }
    assert mine.isdisjoint(theirs)
    for filters in ({"reference": pushed["reference"]}, {"partner_reference": "NEVER-SENT"}):
        assert (await other.get("/v1/referrals", params=filters)).json() == {"items": [], "next": None}
    for suffix in ("", "/eligibility", "/history"):
        there = await other.get(f"/v1/referrals/{pushed['id']}{suffix}")
        absent = await other.get(f"/v1/referrals/{uuid4()}{suffix}")
        assert plainly(there) == plainly(absent)
    tag = {"If-Match": f'"{pushed["version"]}"'}
    there = await other.post(f"/v1/referrals/{pushed['id']}/withdraw", {}, headers=tag)
    absent = await other.post(f"/v1/referrals/{uuid4()}/withdraw", {}, headers=tag)
    assert there.status_code == 404
    assert plainly(there) == plainly(absent)
    assert (await seen(charity.machine, pushed))["disposition"] == "waiting"


async def test_the_agencys_member_and_its_program_see_the_same(charity: CharityWorld) -> None:
    pushed = await charity.push()
    assert await seen(charity.referrer, pushed) == await seen(charity.machine, pushed)


async def test_an_agency_may_ask_by_no_filter_that_is_the_charitys(charity: CharityWorld) -> None:
    for name, value in (("person_id", str(uuid4())), ("partner_id", str(uuid4())), ("source", "self_wing")):
        answer = await charity.machine.get("/v1/referrals", params={name: value})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "UNKNOWN_FILTER")
    for order in ("disposition_since", "-disposition_since"):
        assert (await charity.machine.get("/v1/referrals", params={"order": order})).status_code == 422
    answer = await charity.machine.get("/v1/referrals", params={"expand": "history"})
    assert answer.status_code == 422


async def test_an_agency_names_somebody_on_file_in_vain(charity: CharityWorld) -> None:
    """Whether the person is there or not."""
    known = (await charity.manager.post("/v1/people", KNOWN)).json()["id"]
    body = {name: value for name, value in charity.referral().items() if name not in ("person", "custody")}
    answers = [await charity.machine.post("/v1/referrals", {**body, "person_id": one}) for one in (known, str(uuid4()))]
    assert answers[0].status_code == 422
    assert plainly(answers[0]) == plainly(answers[1])


async def test_known_and_unknown_people_give_the_same_answer_byte_for_byte(charity: CharityWorld) -> None:
    """But for ids, times and the reference. So too when an identifier is wrong, and in a dry run."""
    assert (await charity.manager.post("/v1/people", KNOWN)).status_code == 201
    unknown = {**KNOWN, "given_name": "Neverseenhere", "identifiers": [{"scheme": "prison_number", "value": "A9998AA"}]}
    wrong = [{"scheme": "prison_number", "value": "not a number"}]
    for spoil in ({}, {"identifiers": wrong}):
        for query in ("", "?dry_run=true"):
            answers = []
            for person in (KNOWN | spoil, unknown | spoil):
                answer = await charity.machine.post(f"/v1/referrals{query}", charity.referral(person=person))
                assert answer.status_code in (200, 201, 422)
                answers.append((answer.status_code, _plain(answer.text), sorted(answer.headers)))
            assert answers[0][1].replace("Knownalready", "").replace("A0008AA", "") == answers[1][1].replace(
                "Neverseenhere", ""
            ).replace("A9998AA", "")
            assert answers[0][::2] == answers[1][::2]


def _plain(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", "TIME", text)
    return re.sub(r"AAA-[0-9A-Z]{4}-[0-9A-Z]{4}", "REFERENCE", text)


async def test_an_agency_sees_what_it_sent_whatever_the_charity_writes_down_later(charity: CharityWorld) -> None:
    sent = {"given_name": "Sentas", "family_name": "Itwas", "location": "A wing"}
    pushed = await charity.push(
        person=sent, reason="As sent.", source_detail="As sent.", needs=["EDUCATION_SKILLS_AND_WORK"]
    )
    before = await seen(charity.machine, pushed)
    assert before["person"] == sent
    staff = charity.coordinator
    person = (await staff.get(f"/v1/referrals/{pushed['id']}")).json()["person"]["id"]
    at = f"/v1/people/{person}"
    secret = "Onlyforthecharity"
    changes: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", at, {"given_name": secret, "location": secret, "known_as": [secret], "risk_flags": ["SECRET"]}),
        ("POST", f"{at}/identifiers", {"scheme": "crn", "value": "X765432"}),
        ("POST", f"{at}/convictions", {"offence_group": "CRIMINAL_DAMAGE"}),
        (
            "PATCH",
            f"/v1/referrals/{pushed['id']}",
            {"reason": secret, "source_detail": secret, "source": "self_wing", "channel": "EMAIL", "needs": []},
        ),
        ("POST", f"/v1/referrals/{pushed['id']}/eligibility", {}),
    ]
    for method, path, body in changes:
        of = path if method == "PATCH" else path.rsplit("/", 1)[0]
        answer = await staff.step(path, body or None, method=method, of=of)
        assert answer.status_code == 200, answer.text
    facts = {"source": secret, "verified_by": secret, "conditional_release_date": "2028-01-01"}
    assert (await staff.post(f"{at}/custody-facts", facts)).status_code == 201
    put = await staff(
        "PATCH", f"{at}/protected-characteristics", json={"support_needs": secret}, headers={"If-Match": '"0"'}
    )
    assert put.status_code == 200, put.text
    after = await seen(charity.machine, pushed)
    assert after == before, "not even the version, which would tell that something was written"
    for path in (f"/v1/referrals/{pushed['id']}/eligibility", "/v1/referrals?limit=100"):
        answer = await charity.machine.get(path)
        assert answer.status_code == 200
        assert secret not in answer.text
        assert "2028-01-01" not in answer.text
    assert len((await charity.machine.get(f"/v1/referrals/{pushed['id']}/eligibility")).json()["items"]) == 1


async def test_a_merged_referral_cannot_be_told_from_one_that_stands_alone(
    charity: CharityWorld, other: Caller
) -> None:
    """Else its agency would learn that the charity knows the man from elsewhere. One is merged into another agency's, one
    stands alone; both go the same way, and at each station their agency sees the same of both."""
    for custody, steps in (
        (charity.referral()["custody"], ["allocate"]),
        (charity.referral()["custody"], ["decline"]),
        (INCOMPLETE, ["overrule", "allocate"]),
        (charity.referral()["custody"], ["record-release", "reopen"]),
    ):
        alone = await charity.push(custody=custody)
        merged = await charity.push(custody=custody)
        survivor = await charity.push(other, custody=custody)
        assert shown(await seen(charity.machine, merged)) == shown(await seen(charity.machine, alone))
        before = await seen(charity.machine, merged)
        await take(charity, merged, "merge", into=survivor["id"], reason="Same man.")
        after = await seen(charity.machine, merged)
        assert after == before
        assert (await charity.coordinator.get(f"/v1/referrals/{merged['id']}")).json()["disposition"] == "duplicate"
        third = await charity.push(other, custody=custody)
        await take(charity, survivor, "merge", into=third["id"], reason="The same man again.")
        assert await seen(charity.machine, merged) == before, "merged a second time, by way of the one that stood"
        survivor = third
        for step in steps:
            reason = {"reason": "For a test."}
            versions = [(await seen(charity.machine, one))["version"] for one in (alone, merged)]
            await take(charity, alone, step, **reason)
            await take(charity, survivor, step, **reason)
            one, two = [await seen(charity.machine, each) for each in (alone, merged)]
            assert shown(one) == shown(two), step
            # What shows is a change of it, for both: a version that stood still would tell them apart.
            assert [one["version"] - versions[0], two["version"] - versions[1]] == [1, 1], step


async def test_an_agency_may_take_back_a_referral_that_was_merged_without_noticing(
    charity: CharityWorld, other: Caller
) -> None:
    pushed = await charity.push()
    survivor = await charity.push(other)
    await take(charity, pushed, "merge", into=survivor["id"])
    assert "withdraw" in (await seen(charity.machine, pushed))["links"]
    taken = await charity.machine.step(f"/v1/referrals/{pushed['id']}/withdraw", {})
    assert (taken.status_code, taken.json()["disposition"]) == (200, "withdrawn")
    # From now on it follows nothing: it was taken back.
    await take(charity, survivor, "allocate")
    assert (await seen(charity.machine, pushed))["disposition"] == "withdrawn"
    again = await charity.machine.step(f"/v1/referrals/{pushed['id']}/withdraw", {})
    assert again.status_code == 409
    assert "duplicate" not in again.text


async def test_what_an_agency_cannot_take_back_any_more_is_refused_in_the_words_that_it_knows(
    charity: CharityWorld, other: Caller
) -> None:
    pushed, survivor = await charity.push(), await charity.push(other)
    await take(charity, pushed, "merge", into=survivor["id"])
    await take(charity, survivor, "allocate")
    refused = await charity.machine.step(f"/v1/referrals/{pushed['id']}/withdraw", {})
    assert refused.status_code == 409
    assert "duplicate" not in refused.text
    alone = await charity.push()
    await take(charity, alone, "allocate")
    same = await charity.machine.step(f"/v1/referrals/{alone['id']}/withdraw", {})
    assert plainly(refused) == plainly(same)


@pytest.mark.parametrize("role", [Role.MENTOR, Role.ANALYST, Role.DATA_PROTECTION_LEAD, Role.REFERRER])
async def test_these_see_nobody_at_any_door(world: World, charity: CharityWorld, rows: Rows, role: Role) -> None:
    """Every GET with ids of their own charity: no name and no number of anybody in any answer."""
    text = "Lookedforeverywhere"
    pushed = await charity.push(charity.coordinator, person={**KNOWN, "given_name": text}, reason=text)
    found = (await charity.manager.get(f"/v1/referrals/{pushed['id']}")).json()
    documents = f"/v1/clients/{charity.machine.id}/trusted-documents"
    ids = {
        "person_id": found["person"]["id"],
        "referral_id": pushed["id"],
        "programme_id": charity.programme_id,
        "organisation_id": str(charity.partner_id),
        "member_id": str(charity.coordinator.id),
        "client_id": str(charity.machine.id),
        **dict.fromkeys(
            (
                *(
                    "mentor_id",
                    "run_id",
                    "engagement_id",
                    "task_id",
                    "session_id",
                    "series_id",
                    "note_id",
                    "barrier_id",
                ),
                *("concern_id", "alarm_id", "acct_state_id", "restricted_note_id"),
                *(
                    "plan_id",
                    "judgement_id",
                    "report_id",
                    "case_study_id",
                    "measure_id",
                    "response_id",
                    "goal_id",
                    "step_id",
                    "toolkit_id",
                    "progress_id",
                    "certificate_id",
                    "onward_referral_id",
                    "placement_id",
                    "support_id",
                    "release_plan_id",
                    "reminder_id",
                    "death_id",
                    "card_id",
                    "absence_id",
                    "review_id",
                    "service_id",
                ),
            ),
            str(uuid4()),
        ),
        **dict.fromkeys(_OF_CASEWORK, str(uuid4())),
        "document_id": (await charity.manager.post(documents, {"document": document_of(charity)})).json()["id"],
    }
    caller = charity.referrer if role is Role.REFERRER else charity.staff[role]
    async with client(world.app) as http:
        for operation in await operations(world.app):
            if operation.method != "GET":
                continue
            answer = await http.get(
                operation.at(ids),
                params=operation.required(),
                headers={"Authorization": f"Bearer {caller.token()}"},
            )
            assert text not in answer.text, operation.id
            if role is not Role.REFERRER:  # of its own referrals it sees what it sent
                assert "A0008AA" not in answer.text, operation.id
                assert "Exampleson" not in answer.text, operation.id
    assert await rows.one("select exists (select from person where given_name = $1)", text)


async def test_logs_hold_no_name_no_number_and_no_words_about_anybody(charity: CharityWorld, logs: Logs) -> None:
    """Not of what is kept, not of what is refused, and not of what somebody writes into an address by mistake."""
    told = ["Loggedgiven", "Loggedfamily", "A0007AA", "Loggedreason", "Loggedreference", "X707070"]
    person = {
        "given_name": told[0],
        "family_name": told[1],
        "identifiers": [{"scheme": "prison_number", "value": told[2]}],
    }
    pushed = await charity.push(person=person, reason=told[3], partner_reference=told[4])
    taken = await charity.machine.post("/v1/referrals", charity.referral(person=person, partner_reference=told[4]))
    assert taken.status_code == 409
    bad = {**person, "identifiers": [{"scheme": "crn", "value": f"{told[5]}!"}]}
    assert (await charity.machine.post("/v1/referrals", charity.referral(person=bad))).status_code == 422
    search = {"identifier": {"scheme": "prison_number", "value": told[2]}}
    assert (await charity.manager.post("/v1/people/search", search)).json()["items"]
    for path in (f"/v1/people/{told[2]}", f"/v1/people?prison_number={told[2]}", f"/v1/{told[0]}"):
        answer = await charity.manager.get(path)
        assert answer.status_code in (404, 422)
        assert not [word for word in told if word in answer.text]
    await charity.manager.get(f"/v1/referrals/{pushed['id']}")
    assert len(logs.lines) >= 7
    assert not [word for word in told if word in logs.text()]
