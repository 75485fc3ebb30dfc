"""A charity with at least one row of everything, made through its own door."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.kernel.access import Role
from tests.matching.helpers import active_mentor, begun, made, stepped
from tests.outcomes.helpers import filled_in, judged, measure_of
from tests.reports.helpers import frozen, published, told_of
from tests.safeguarding.helpers import TOLD, alarm_of, recorded, unreported
from tests.sessions.helpers import at, named_barrier
from tests.support.onward import ON_THE_WAY, given, suggested, went
from tests.through_the_gate.helpers import came_to, changed, day, out_for_a_day, reviewed
from tests.through_the_gate.support import card_for, eligible, reminded, step
from tests.world import CharityWorld

CONSENT = {
    "voluntary_explained_at": "2026-10-30T10:15:00Z",
    "confidentiality_explained_at": "2026-10-30T10:15:00Z",
    "given": True,
}


@dataclass
class Filled:
    """What was made: the ids by the names that parameters and bodies have for them."""

    charity: CharityWorld
    person: dict[str, Any]
    ids: dict[str, str]

    @property
    def everything(self) -> dict[str, Any]:
        """Values that filters of this charity's lists find something by."""
        return self.ids | {
            "object_id": self.ids["referral_id"],
            "subject_id": str(self.charity.machine.id),
            "partner_id": str(self.charity.partner_id),
            "supervisor_id": str(self.charity.manager.id),
            "partner_reference": self.person["partner_reference"],
            "reference": self.person["reference"],
        }


async def fill(charity: CharityWorld) -> Filled:
    """A referral by the partner's machine about somebody of whom everything is known, one by the partner's member, and one
    by the charity itself; a member and a client to spare."""
    low = str(charity.id)[-6:]
    who = {
        "given_name": f"Given{low}",
        "family_name": f"Family{low}",
        "known_as": [f"Alias{low}"],
        "date_of_birth": "1990-01-31",
        "identifiers": [{"scheme": "prison_number", "value": "A0000AA"}],
        "establishment": "BXI",
        "location": f"Wing {low}",
        "risk_flags": ["CSU"],
        "ethnicity": "W1",
        "convictions": [{"offence_group": "CRIMINAL_DAMAGE"}],
    }
    pushed = await charity.push(
        person=who,
        consent=CONSENT,
        partner_reference=f"OURS-{low}",
        reason=f"Reason {low}",
        source_detail=f"Detail {low}",
    )
    await charity.push(charity.referrer)
    await charity.push(charity.coordinator)
    found = (await charity.manager.get("/v1/referrals", params={"reference": pushed["reference"]})).json()["items"][0]
    person = found["person"]["id"]
    await _done(
        charity, f"/v1/people/{person}/custody-facts", {"source": "OMU", "conditional_release_date": "2027-10-01"}
    )
    member = await _done(
        charity,
        "/v1/members",
        {
            "display_name": "Example spare",
            "email": f"spare-{low}@charity.example",
            "roles": ["mentor"],
            "password": "a-password-for-tests",
        },
    )
    client = await _done(
        charity, "/v1/clients", {"name": "Spare program", "role": "coordinator", "scopes": ["programmes:read"]}
    )
    await charity.manager.post(f"/v1/clients/{client['id']}/secrets")
    document = await _trusted(charity, client["id"])
    await _trusted(charity, str(charity.machine.id))
    spare = await _done(charity, "/v1/organisations", {"name": f"Spare partner {low}"})
    by_phone = {"channel": "PHONE", "permitted": True, "contact": f"Reason {low}", "safe_times": f"Words {low}"}
    await _done(charity, f"/v1/people/{person}/contact-permissions", {**by_phone, "stated_at": "2026-11-20T10:15:00Z"})
    await _responsible(charity, person)
    spare_record = {"given_name": f"Given{low}", "family_name": f"Family{low}"}
    twin = (await made(charity.coordinator, "/v1/people", spare_record))["id"]
    together = {"duplicate_id": twin, "reason": f"Reason {low}"}
    await made(charity.coordinator, f"/v1/people/{person}/merges", together)
    mentoring = await _mentoring(charity, person)
    said = await _feedback(charity, mentoring["engagement_id"], member["id"])
    await charity.push(charity.coordinator)  # the newest waits
    service = await _done(charity, "/v1/directory/services", service_of(low))
    ids = {
        **mentoring,
        **said,
        "service_id": service["id"],
        "person_id": person,
        "referral_id": pushed["id"],
        "into": pushed["id"],
        "programme_id": charity.programme_id,
        "organisation_id": spare["id"],
        "member_id": member["id"],
        "client_id": client["id"],
        "document_id": document,
    }
    return Filled(charity, pushed, ids)


async def _mentoring(charity: CharityWorld, person: str) -> dict[str, str]:
    """Somebody who mentors, what is recorded of them, a run, an engagement that goes on, and one that their like has left."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    mentor = await active_mentor(charity, display_name=f"Mentor {low}", capacity=9, area=f"AREA {low}")
    at = f"/v1/mentors/{mentor['id']}"
    await made(by, f"{at}/supervisions", {"kind": "PHONE", "held_on": "2026-11-02", "minutes": 20})
    await made(by, f"{at}/hours", {"given_on": "2026-11-02", "minutes": 90})
    away = {"supervisor_id": str(charity.manager.id), "away_from": "2026-01-01", "away_until": "2200-12-31"}
    await made(by, "/v1/supervisor-absences", away)
    profile = {"release_area": f"RELEASE {low}", "interests": [f"interest {low}"]}
    await made(by, f"/v1/people/{person}/match-profiles", profile)
    policy = {"document": {"name": f"Policy {low}"}}
    await made(charity.manager, f"/v1/programmes/{charity.programme_id}/matching-policies", policy)
    run = await made(by, "/v1/match-runs", {"programme_id": charity.programme_id})
    going_on = await begun(charity, mentor)
    apart = {"person_id": going_on["person_id"], "mentor_id": mentor["id"], "kind": "EXCLUDED_BY_MENTOR"}
    await made(by, "/v1/match-exclusions", apart)
    second = await active_mentor(charity, display_name=f"Second {low}")
    await stepped(
        by, f"/v1/engagements/{going_on['id']}/handover", {"mentor_id": second["id"], "reason": f"Reason {low}"}
    )
    session = await _sessions(charity, going_on)
    support = await _support(charity, going_on)
    leaving = await active_mentor(charity, display_name=f"Leaving {low}")
    left = await begun(charity, leaving)
    await stepped(by, f"/v1/mentors/{leaving['id']}/stage", {"stage": "LEFT", "reason": f"Reason {low}"})
    [task, *_] = (await by.get("/v1/bridging-tasks", params={"engagement_id": left["id"]})).json()["items"]
    return {
        "mentor_id": mentor["id"],
        "run_id": run["id"],
        "engagement_id": going_on["id"],
        "task_id": task["id"],
        **session,
        **support,
        **await _work(charity, going_on),
        "onward_referral_id": await _signposted(charity, going_on),
        **await _moved(charity, going_on),
        **await _supported(charity, left),
        **await _planned(charity, going_on),
        **await _closed(charity, going_on),
        **await _changed_for(charity, going_on),
    }


async def _signposted(charity: CharityWorld, engagement: dict[str, Any]) -> str:
    """An onward referral that has come to its end, with words at each step."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    onward = await suggested(by, engagement, service_name=f"Service {low}", why=f"Reason {low}")
    for one in ON_THE_WAY:
        await went(by, onward, one, {**given(one), "words": f"Words {low}"})
    return str(onward["id"])


async def _moved(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """He came to another prison, into a cell, which was told wrongly at first; it is decided how it goes on; and he was out for a
    day, which never was."""
    by, low, person = charity.coordinator, str(charity.id)[-6:], engagement["person_id"]
    review = await reviewed(charity, engagement)
    decision = {"decision": "SAME_MENTOR", "setting": "VISIT", "reason": f"Reason {low}"}
    await stepped(by, f"/v1/move-reviews/{review['id']}/decide", decision)
    absence = await out_for_a_day(charity, person)
    await stepped(by, f"/v1/temporary-absences/{absence['id']}/withdraw", {"reason": f"Reason {low}"})
    moved = await came_to(by, person, day(), "HMP", establishment="TSI", location=f"Wing {low}")
    corrected = await changed(by, moved, "correct", told_by="PERSON", reason=f"Reason {low}")
    return {"placement_id": corrected["id"], "review_id": review["id"], "absence_id": absence["id"]}


async def _responsible(charity: CharityWorld, person: str) -> None:
    low = str(charity.id)[-6:]
    com = {"role": "COMMUNITY_OFFENDER_MANAGER", "name": f"Officer {low}", "since": "2026-11-20"}
    told = {**com, "organisation": f"Organisation {low}", "contact": f"Reason {low}"}
    await made(charity.coordinator, f"/v1/people/{person}/professional-contacts", told)
    curfew = {"condition": "CURFEW", "applies": True, "told_on": "2026-11-20"}
    await made(charity.coordinator, f"/v1/people/{person}/licence-conditions", curfew)


async def _planned(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """A release plan with words of its own."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    await _responsible(charity, engagement["person_id"])
    reminder = await reminded(charity, engagement)
    at = f"/v1/release-plans/{reminder['subject_id']}"
    plan = (await by.get(f"{at}?expand=items")).json()
    answer = {"item_id": plan["items"][0]["id"], "state": "ARRANGED", "note": f"Reason {low}"}
    await stepped(by, f"{at}/answers", answer)
    await stepped(by, f"{at}/items", {"day": 3, "pathway": "HEALTH", "what": f"Words {low}"})
    return {"release_plan_id": plan["id"], "reminder_id": reminder["id"]}


async def _closed(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """An end that was agreed, what was said when they looked back, and somebody else who has died while he was mentored."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    at = f"/v1/engagements/{engagement['id']}"
    agreed = {"ends_on": "2027-05-20", "with_him": True, "agreed_on": "2026-11-20", "words": f"Words {low}"}
    await made(by, f"{at}/ending-agreements", agreed)
    review = {"held_on": day(), "his_words": f"Words {low}", "mentors_words": f"Words {low}"}
    await made(by, f"{at}/closing-reviews", review)
    gone = await begun(charity, await active_mentor(charity, display_name=f"Last {low}"))
    await made(by, f"/v1/engagements/{gone['id']}/ending-agreements", agreed)
    death = await made(by, f"/v1/people/{gone['person_id']}/deaths", {"died_on": day()})
    wrong = (await made(by, "/v1/people", {"given_name": f"Given{low}", "family_name": f"Family{low}"}))["id"]
    other = await made(by, f"/v1/people/{wrong}/deaths", {})
    await stepped(by, f"/v1/deaths/{other['id']}/withdraw", {"reason": f"Reason {low}"})
    return {"death_id": death["id"], "gone_id": gone["id"]}


async def _changed_for(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """What was found about one outcome, twice; a measure, and a form that was put right."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    await judged(by, engagement, "HEALTH_WELLBEING", "NOT_IMPROVED", basis=f"Reason {low}")
    judgement = await judged(by, engagement, "HEALTH_WELLBEING", basis=f"Reason {low}")
    measure = await measure_of(charity, title=f"Form {low}", licence_ref=f"Reason {low}")
    first = await filled_in(by, measure, engagement, reason=f"Reason {low}", override_reason=f"Reason {low}")
    await filled_in(by, measure, engagement, 25, supersedes_id=first["id"])
    agreed = {"purpose": "CASE_STUDY", "given": True, "stated_at": "2026-11-20T10:15:00Z"}
    await made(by, f"/v1/people/{engagement['person_id']}/consents", agreed)
    # His mentor is called by the other, and nothing of it may stand in his story, nor what looks like an address.
    own = "".join(chr(97 + int(one, 16)) for one in low)
    words = {"pseudonym": f"Pseudonym {own}", "title": f"Title {own}", "words": f"Words {own} of Nobody Else."}
    study = await told_of(charity, engagement, **words)
    report = await frozen(charity, title=f"Title {low}", case_study_ids=[study["id"]])
    await published(charity, report)
    return {
        "case_study_id": study["id"],
        "report_id": report["id"],
        "judgement_id": judgement["id"],
        "measure_id": measure["id"],
        "response_id": first["id"],
    }


async def _supported(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """Support through the gate that has ended, with words at each step."""
    support, low = await eligible(charity, engagement), str(charity.id)[-6:]
    await made(charity.coordinator, f"/v1/people/{engagement['person_id']}/releases", {"on": "2026-11-20"})
    support = await step(charity.coordinator, support, "OFFER", words=f"Words {low}")
    support = await step(charity.coordinator, support, "ACCEPT", words=f"Words {low}")
    card = await card_for(charity, support, way_of_contact=f"Reason {low}")
    more = {"end_reason": "OTHER", "planned": False, "words": f"Words {low}"}
    await step(charity.coordinator, support, "END", **more)
    return {"support_id": support["id"], "card_id": card["id"]}


def service_of(low: str) -> dict[str, Any]:
    """An entry of the directory with words in every field."""
    return {
        "name": f"Service {low}",
        "description": f"Reason {low}",
        "url": f"https://service{low}.example/",
        "email": f"service@service{low}.example",
        "phones": ["0800 000 0000"],
        "fees": f"Reason {low}",
        "accreditations": f"Reason {low}",
        "minimum_age": 18,
        "maximum_age": 99,
        "alert": f"Reason {low}",
        "organisation_name": f"Organisation {low}",
        "organisation_description": f"Reason {low}",
    }


async def _feedback(charity: CharityWorld, engagement: str, member: str) -> dict[str, str]:
    """A form of its own, what was said to it and put right since, and a mentor's calendar."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    questions = [{"code": "GOOD", "text": f"What is good, {low}?", "kind": "WORDS"}]
    asked = {"code": "OURS", "audience": "MENTEE", "title": f"Form {low}", "questions": questions}
    form = (await made(by, "/v1/feedback-forms", asked))["id"]
    body = {"form_id": form, "engagement_id": engagement, "status": "ANSWERED", "taken_by": "PHONE"}
    first = await made(by, "/v1/feedback", {**body, "answers": [{"question": "GOOD", "value": f"Said {low}"}]})
    await made(by, "/v1/feedback", {**body, "supersedes_id": first["id"]})
    who = replace(charity.staff[Role.MENTOR], id=UUID(member))
    await active_mentor(charity, display_name=f"Calendar {low}", member_id=member)
    feed = (await who.post("/v1/calendar-feeds")).json()
    secret = feed["url"].rpartition("/")[2].removesuffix(".ics")
    return {"form_id": form, "feedback_id": first["id"], "feed_id": feed["id"], "secret": secret}


async def _sessions(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """One that was held, one that was moved with words why, and a series."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    body = {"engagement_id": engagement["id"], "setting": "IN_PERSON"}
    became = {"attendance": "ATTENDED", "explained": True, "topics": ["HEALTH"]}
    held = await made(by, "/v1/sessions", {**body, "starts_at": "2026-11-02T10:00:00Z", "recorded": became})
    ahead = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    one = await made(by, "/v1/sessions", {**body, "starts_at": ahead})
    await stepped(by, f"/v1/sessions/{one['id']}/reschedule", {"starts_at": later, "reason": f"Reason {low}"})
    series = {**body, "interval": "WEEKLY", "first_at": ahead, "until": until}
    assert held["state"] == "HELD"
    weekly = await made(by, "/v1/session-series", series)
    [first, *_] = (await by.get("/v1/sessions", params={"series_id": weekly["id"]})).json()["items"]
    await stepped(by, f"/v1/sessions/{first['id']}/cancel", {"because": "PRISON_CANCELLED"})
    return {"session_id": one["id"], "series_id": weekly["id"]}


async def _support(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """Notes, one of them replaced; a barrier and what was tried; concerns by the manager, who sees his own."""
    by, low, of = charity.coordinator, str(charity.id)[-6:], {"engagement_id": engagement["id"]}
    first = await made(by, "/v1/session-notes", {**of, "words": f"Words {low}, A0000AA."})
    instead = {**of, "words": f"Other words {low}.", "replaces_id": first["id"]}
    [session, *_] = (await by.get("/v1/sessions", params={**of, "state": "CANCELLED"})).json()["items"]
    note = await made(by, "/v1/session-notes", {**instead, "session_id": session["id"]})
    # Somebody else, who is known here.
    await made(by, "/v1/session-notes", {**of, "words": f"Given{low} Family{low} was there."})
    barrier = await named_barrier(by, engagement, words=f"Barrier {low}")
    tried = {"tried_on": at()[:10], "what": f"Tried {low}", "state": "EASED"}
    await stepped(by, f"/v1/barriers/{barrier['id']}/attempts", tried)
    person = engagement["person_id"]
    concern = await unreported(charity.manager, person)
    alarm = await alarm_of(charity.manager, concern)
    more = {"words": f"More {low}", "kind": "REPORTED", "reported_at": at(minutes=2), **TOLD}
    await made(charity.manager, f"/v1/concerns/{concern['id']}/additions", more)
    await recorded(charity.manager, person, words=f"Concern {low}", reported_at=at(minutes=2), **TOLD)
    acct = {"person_id": person, "status": "OPEN", "as_of": "2026-11-02"}
    restricted = {"person_id": person, "kind": "HEALTH", "words": f"Restricted {low}"}
    return {
        "note_id": note["id"],
        "barrier_id": barrier["id"],
        "concern_id": concern["id"],
        "alarm_id": alarm["id"],
        "acct_state_id": (await made(by, "/v1/acct-states", acct))["id"],
        "restricted_note_id": (await made(by, "/v1/restricted-notes", restricted))["id"],
    }


async def _work(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, str]:
    """A plan with a review, a goal with a step, a toolkit of its own with one unit, and the certificate for it."""
    by, low = charity.coordinator, str(charity.id)[-6:]
    of = {"engagement_id": engagement["id"]}
    plan = await made(by, "/v1/action-plans", {**of, "agreed_on": "2026-11-02", "words": f"Reason {low}"})
    review = {"reviewed_on": "2026-11-03", "words": f"Reason {low}", "changed": f"Reason {low}"}
    await stepped(by, f"/v1/action-plans/{plan['id']}/reviews", review)
    words = {"pathway": "HEALTH", "words": f"Reason {low}", "proposed_by": "TOGETHER", "plan_id": plan["id"]}
    goal = await made(by, "/v1/goals", {**of, **words})
    await stepped(by, f"/v1/goals/{goal['id']}/steps", {"words": f"Reason {low}"})
    await stepped(by, f"/v1/goals/{goal['id']}/progress", {"said": f"Reason {low}"})
    await stepped(by, f"/v1/goals/{goal['id']}/state", {"state": "SET_ASIDE", "reason": f"Reason {low}"})
    [step] = (await by.get(f"/v1/goals/{goal['id']}?expand=steps")).json()["steps"]
    own = {"code": "OWN", "title": f"Reason {low}", "family": "OWN", "units": [f"Reason {low}"], "certificate": True}
    toolkit = await made(by, "/v1/toolkits", own)
    progress = await made(by, "/v1/toolkit-progress", {**of, "toolkit_id": toolkit["id"], "how": "ALONE"})
    at = f"/v1/toolkit-progress/{progress['id']}"
    await stepped(by, f"{at}/units", {"number": 1, "reason": f"Reason {low}"})
    name = {"name": f"Reason {low}", "awarded_by": f"Reason {low}"}
    certificate = await stepped(by, f"{at}/certificate", name)
    return {
        "plan_id": plan["id"],
        "goal_id": goal["id"],
        "step_id": step["id"],
        "toolkit_id": toolkit["id"],
        "progress_id": progress["id"],
        "certificate_id": certificate["id"],
    }


def document_of(charity: CharityWorld) -> str:
    """A document that its programs may ask by its hash, and no other charity's may."""
    return f"{{ programmes {{ edges {{ node {{ name }} }} }} }} # {charity.id}"


async def _trusted(charity: CharityWorld, client: str) -> str:
    body = {"document": document_of(charity), "name": "Programmes by name"}
    made: str = (await _done(charity, f"/v1/clients/{client}/trusted-documents", body))["id"]
    return made


async def _done(charity: CharityWorld, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await charity.manager.post(path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
