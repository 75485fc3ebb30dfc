"""One charity never sees another's through this door: canaries in every text of charity b, everybody of charity a at
every root field with every path below it, documents made from the schema itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.rows import civil_date
from tests.graphql.documents import connections, documents, query_fields
from tests.graphql.door import ask, asker, data
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import Caller, World, build_charity

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ROLES = [*(role.value for role in Role if role is not Role.PLATFORM_OPERATOR), "machine", "platform_operator"]
PERIOD = {"from": "2026-01-01", "to": "2026-12-31"}
SEARCH = {"identifier": {"scheme": "prison_number", "value": "A0000AA"}}
CUSTODY = {"legalStatus": "SENTENCED", "conditionalReleaseDate": "2027-09-30"}
# By what a root field for one thing is asked.
KEYS = {
    "organisation": "organisation_id",
    "programme": "programme_id",
    "member": "member_id",
    "client": "client_id",
    "trustedDocument": "document_id",
    "person": "person_id",
    "referral": "referral_id",
    "submittedReferral": "referral_id",
    "organisationBy": "organisation_id",
    "memberBy": "member_id",
    "referralBy": "referral_id",
    "submittedReferralBy": "referral_id",
    "node": "person_id",
    "mentor": "mentor_id",
    "matchRun": "run_id",
    "engagement": "engagement_id",
    "bridgingTask": "task_id",
    "session": "session_id",
    "sessionSeries": "series_id",
    "onwardReferral": "onward_referral_id",
    "placement": "placement_id",
    "temporaryAbsence": "absence_id",
    "moveReview": "review_id",
    "gateSupport": "support_id",
    "releasePlan": "release_plan_id",
    "reminder": "reminder_id",
    "ending": "engagement_id",
    "outcomeJudgement": "judgement_id",
    "report": "report_id",
    "caseStudy": "case_study_id",
    "reportDocument": "report_id",
    "metric": "programme_id",
    "metricCatalogue": "programme_id",
    "outcomeSummary": "engagement_id",
    "measure": "measure_id",
    "measureResponse": "response_id",
    "measureChanges": "engagement_id",
    "death": "death_id",
    "reconnectCard": "card_id",
    "gateCounts": "programme_id",
    "contact": "engagement_id",
    "sessionNote": "note_id",
    "barrier": "barrier_id",
    "concern": "concern_id",
    "concernAlarm": "alarm_id",
    "acctState": "acct_state_id",
    "restrictedNote": "restricted_note_id",
    "calendarFeed": "feed_id",
    "actionPlan": "plan_id",
    "goal": "goal_id",
    "toolkit": "toolkit_id",
    "toolkitProgress": "progress_id",
    "certificate": "certificate_id",
    "feedback": "feedback_id",
    "feedbackForm": "form_id",
    "service": "service_id",
}


@dataclass
class Canary:
    """A charity that nobody of charity a may notice."""

    filled: Filled
    own: Filled
    text: str
    ids: frozenset[str]

    def found_in(self, answered: httpx.Response) -> set[str]:
        told = answered.text + repr(answered.headers)
        found = {self.text} if self.text in told.lower() else set()
        return found | ({*_UUID.findall(told)} & self.ids)


@pytest.fixture(scope="module")
async def canary(world: World, filled: tuple[Filled, Filled], rows: Rows) -> Canary:
    made = await fill(await build_charity(world.app, world.operator, "CAG"))
    text = await rows.put_canaries(made.charity.id)
    for name in ("reference", "partner_reference"):
        made.person[name] = await rows.one(f"select {name} from referral where id = $1::uuid", made.ids["referral_id"])
    return Canary(made, filled[0], text, await rows.ids(made.charity.id))


def caller_of(canary: Canary, world: World, role: str) -> Caller:
    charity = canary.own.charity
    if role == "machine":
        return charity.machine
    if role == Role.PLATFORM_OPERATOR:
        return world.operator
    return charity.referrer if role == Role.REFERRER else charity.staff[Role(role)]


def arguments(name: str, ids: dict[str, str]) -> dict[str, Any]:
    """What a root field is asked with to find the thing that has these ids."""
    return {
        "id": ids.get(KEYS.get(name, ""), ""),
        "by": {"id": ids.get(KEYS.get(name, ""), "")},
        "ids": [*ids.values()],
        "agencyId": "BXI",
        "personId": ids["person_id"],
        "programmeId": ids["programme_id"],
        "referralId": ids["referral_id"],
        "mentorId": ids["mentor_id"],
        "engagementId": ids["engagement_id"],
        "reportId": ids["report_id"] if name == "reportDocument" else None,
        "name": "people_supported",
        "input": {
            "eligibilityPreview": {"programmeId": ids["programme_id"], "custody": CUSTODY},
            "forecast": {"horizonWeeks": 2, "runs": 20},
            "mentorsNeeded": {
                "atMost": 1,
                "by": civil_date(datetime.now(UTC) + timedelta(days=21)).isoformat(),
                "runs": 20,
            },
        }.get(name, SEARCH),
        **PERIOD,
    }


def _only(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def filters(name: str, filled: Filled) -> list[dict[str, Any]]:
    known = {_camel(key): value for key, value in filled.everything.items()}
    kind = query_fields()[name].args.get("filter")
    members = getattr(kind.type, "fields", {}) if kind is not None else {}
    return [{one: known[one]} for one in members if one in known]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def plainly(answered: httpx.Response) -> tuple[int, str]:
    return answered.status_code, answered.text.replace(answered.headers["request-id"], "REQUEST")


async def test_the_documents_would_find_the_canary(canary: Canary) -> None:
    """Else a sweep that finds none would prove nothing: its own people see it at every field that shows any of it."""
    # First, while what is newest on record is what the charity was filled by.
    names = sorted(query_fields(), key=lambda name: name != "auditEntries")
    people = {name: asker(name, canary.filled.charity) for name in names}
    shows_nothing = {
        *(
            "concernAlarm",
            "concernAlarms",
            "acctState",
            "acctStates",
            "calendarFeed",
            "calendarFeeds",
            "contact",
            "contacts",
            "sessionSeries",
            "sessionSeriesList",
            "bridgingTask",
            "bridgingTasks",
            "matchExclusions",
            "supervisions",
            "mentorHours",
            "gateCounts",
            "ending",
            "endings",
            "outcomeSummary",
            "outcomeSummaries",
            "reminder",
            "reminders",
            "supervisorAbsences",
        ),
        *(
            "matchExplanation",
            "matchCandidatesForReferral",
            "matchCandidatesForMentor",
            "forecast",
            "mentorsNeeded",
            "measureChanges",
            "metric",
            "reportDocument",
        ),
    }
    shows_nothing |= {"establishment", "establishments", "ledger", "protectedCharacteristics", "searchPeople"}
    for name, caller in people.items():
        found: set[str] = set()
        for query, given in documents(name, arguments(name, canary.filled.ids)):
            answered = await ask(caller, query, **given)
            assert answered.status_code == 200, (name, answered.text)
            found |= canary.found_in(answered)
            if canary.text in found:
                break
        if name not in {*shows_nothing, "possibleDuplicates", "eligibilityPreview"}:
            assert canary.text in found, name


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_finds_anything_of_another_charity_by_any_document(
    canary: Canary, world: World, rows: Rows, role: str
) -> None:
    """Asked with charity b's ids, each field answers, byte for byte, as with ids that nothing has."""
    caller = caller_of(canary, world, role)
    before = await rows.checksum(canary.filled.charity.id)
    absent = {name: str(uuid4()) for name in canary.filled.ids}

    def tried(field: str) -> set[str]:
        """What somebody of charity a tried is on charity a's own record, under the id that he tried."""
        return {*canary.filled.ids.values()} if field == "auditEntries" else set()

    # An operator's business is who there is: which charities and agencies, and nobody in them.
    who_there_is = {"organisation", "organisationBy", "organisations", "nodes"}
    theirs_to_see = who_there_is if role == Role.PLATFORM_OPERATOR else set()

    for name in query_fields().keys() - theirs_to_see:
        for query, given in documents(name, arguments(name, canary.own.ids)):
            answered = await ask(caller, query, **given)
            assert answered.status_code == 200, (name, answered.text)
            assert not canary.found_in(answered) - tried(name), name
        # What finds nothing shows nothing below it: a shallow document tells as much as a deep one.
        nothing = arguments(name, absent)
        for query, theirs in documents(name, arguments(name, canary.filled.ids), depth=3):
            told = await ask(caller, query, **theirs)
            assert not canary.found_in(told) - tried(name), name
            nobodys = {**theirs, **_only(nothing, theirs)}
            if nobodys != theirs:
                assert plainly(told) == plainly(await ask(caller, query, **nobodys)), name
            if "errors" not in told.json() and (name in KEYS or name in ("protectedCharacteristics", "ledger")):
                assert told.json() == {"data": {name: None}}
        for one in filters(name, canary.filled):
            if {*one} == {"objectId"}:
                continue
            other = {key: str(uuid4()) if _UUID.fullmatch(value) else "absent" for key, value in one.items()}
            for query, given in documents(name, {"filter": one, "first": 20}, depth=5):
                told = await ask(caller, query, **given)
                assert told.status_code == 200, told.text
                assert not canary.found_in(told) - tried(name), (name, one)
                assert plainly(told) == plainly(await ask(caller, query, **{**given, "filter": other})), (name, one)
    assert await rows.checksum(canary.filled.charity.id) == before


@pytest.mark.parametrize("role", [Role.MENTOR, Role.ANALYST, Role.DATA_PROTECTION_LEAD, Role.PLATFORM_OPERATOR])
async def test_whoever_has_no_business_with_people_sees_none(canary: Canary, world: World, role: Role) -> None:
    """Not of their own charity either: no name, no id, no reference of anybody."""
    caller = caller_of(canary, world, role)
    own = canary.own
    low = str(own.charity.id)[-6:]
    secrets = {f"Given{low}", f"Family{low}", f"Alias{low}", own.person["reference"], "A0000AA"}
    if role is not Role.DATA_PROTECTION_LEAD:  # whose business is who did what to which id
        secrets |= {own.ids["person_id"], own.ids["referral_id"]}
    for name in query_fields():
        for query, given in documents(name, arguments(name, own.ids)):
            answered = await ask(caller, query, **given)
            assert not [one for one in secrets if one in answered.text], name
            if name in (
                "person",
                "people",
                "referral",
                "referrals",
                "waitingList",
                "ledger",
                "searchPeople",
                "countdown",
            ):
                (told,) = answered.json()["errors"]
                assert (told["path"], told["extensions"]["code"]) == ([name], "INSUFFICIENT_SCOPE")


async def test_an_agency_sees_what_it_pushed_and_nobody_else_s(canary: Canary, world: World) -> None:
    own = canary.own.charity
    for agency in (own.machine, own.referrer):
        query = """{ submittedReferrals(first: 100) { edges { node { id reference person } } }
          referrals(first: 100) { edges { node { id } } } people { edges { cursor } } }"""
        answered = (await ask(agency, query)).json()
        ids = {edge["node"]["id"] for edge in answered["data"]["submittedReferrals"]["edges"]}
        rest = (await agency.get("/v1/referrals", params={"limit": 100})).json()["items"]
        assert ids == {one["id"] for one in rest}
        assert ids
        assert answered["data"]["people"] is None
        everything = await data(own.manager, "{ referrals(first: 100) { edges { node { id partnerId } } } }")
        of_it = {
            edge["node"]["id"]
            for edge in everything["referrals"]["edges"]
            if edge["node"]["partnerId"] == str(own.partner_id)
        }
        assert ids == of_it
        others = {edge["node"]["id"] for edge in everything["referrals"]["edges"]} - of_it
        assert others
        for one in others:
            query = "query($id: ID!) { submittedReferral(id: $id) { id } }"
            assert await data(agency, query, id=one) == {"submittedReferral": None}


async def test_an_agency_is_never_shown_what_the_charity_wrote(canary: Canary) -> None:
    """The charity's own view of a referral, with its history and its person, is no agency's."""
    own = canary.own.charity
    for agency in (own.machine, own.referrer):
        for name in query_fields():
            if name == "possibleDuplicates":
                continue  # says which person it was asked about
            for query, given in documents(name, arguments(name, canary.own.ids)):
                answered = (await ask(agency, query, **given)).json()
                assert canary.own.ids["person_id"] not in repr(answered["data"]), name


async def test_a_cursor_of_another_charity_is_refused_at_every_list(canary: Canary) -> None:
    for name in connections():
        if name in ("auditEntries", "submittedReferrals", "establishments"):
            continue
        query = f"query($after: String) {{ {name}(first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }}"
        end = (await data(asker(name, canary.filled.charity), query))[name]["pageInfo"]["endCursor"]
        assert end
        told = (await ask(asker(name, canary.own.charity), query, after=end)).json()
        assert told["errors"][0]["extensions"]["code"] == "INVALID_CURSOR", name


async def test_a_change_of_another_charity_s_thing_finds_nothing(canary: Canary, rows: Rows) -> None:
    before = await rows.checksum(canary.filled.charity.id)
    query = """mutation($id: ID!) { allocate(id: $id, version: 1, input: {}) {
      __typename ... on Problem { code detail errors { pointer } } } }"""
    for caller in (canary.own.charity.manager, canary.own.charity.coordinator):
        theirs = await data(caller, query, id=canary.filled.ids["referral_id"])
        assert theirs == await data(caller, query, id=str(uuid4()))
        assert theirs["allocate"]["code"] == "NOT_FOUND"
    merge = """mutation($id: ID!, $v: Int!, $into: UUID!) { mergeReferral(id: $id, version: $v, input: {into: $into}) {
      __typename ... on Problem { code detail errors { pointer code detail } } } }"""
    own = canary.own.ids["referral_id"]
    version = (await canary.own.charity.manager.get(f"/v1/referrals/{own}")).json()["version"]
    told = [
        await data(canary.own.charity.manager, merge, id=own, v=version, into=into)
        for into in (canary.filled.ids["referral_id"], str(uuid4()))
    ]
    assert told[0] == told[1]
    assert told[0]["mergeReferral"]["errors"][0]["pointer"] == "/input/into"
    assert await rows.checksum(canary.filled.charity.id) == before
