"""People as they become known: what is kept, what is forgotten, who is found, and who is told that somebody looked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.rows import new_id
from tests.referrals.helpers import LONG, SHORT, UNKNOWN, listed, made, read, sql
from tests.world import Caller, World

CANARY = "Zanzibarcanary"


async def person(by: Caller, **more: Any) -> dict[str, Any]:
    return await made(by, "/v1/people", {"given_name": "Testcase", "family_name": "Exampleson", **more})


async def patched(by: Caller, of: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/people/{of['id']}"
    answer = await by.step(path, change, method="PATCH", of=path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def audited(world: World, **filters: str) -> list[dict[str, Any]]:
    """The audit trail as the data-protection lead reads it, the oldest first."""
    return await listed(world.a.staff[Role.DATA_PROTECTION_LEAD], "/v1/audit", order="at", **filters)


# On file


async def test_somebody_is_put_on_file_as_far_as_he_is_known(world: World) -> None:
    known = {
        "given_name": "Testcase",
        "family_name": "Exampleson",
        "known_as": ["Exy"],
        "date_of_birth": "1990-01-31",
        "sex": "M",
        "establishment": "bxi",
        "location": "C wing, 3-14",
        "setting": "CUSTODY",
        "probation_region": "London",
        "incentive_level": "BAS",
        "risk_flags": ["x1"],
        "cjs_contact": True,
        "has_conviction": True,
        "offence_history_complete": "CURRENT_SENTENCE",
    }
    identifiers = [{"scheme": "prison_number", "value": " a0002aa "}]
    convictions = [{"offence_group": "BURGLARY_OTHER", "scope": "INDEX"}]
    found = await made(
        world.a.coordinator, "/v1/people", {**known, "identifiers": identifiers, "convictions": convictions}
    )
    assert {name: found[name] for name in known} == {**known, "establishment": "BXI", "risk_flags": ["X1"]}
    assert found["movement"] == "IN_ESTABLISHMENT"
    assert found["identifiers"] == [
        {"scheme": "prison_number", "value": "A0002AA", "verified": True, "superseded": False}
    ]
    assert found["convictions"] == convictions
    assert found["version"] == 1
    assert await read(world.a.coordinator, f"/v1/people/{found['id']}") == found


async def test_protected_characteristics_are_in_no_view_of_the_person(world: World) -> None:
    found = await person(world.a.coordinator, ethnicity="W1")
    assert not {"ethnicity", "ethnicity_source", "religion", "sexual_orientation"} & found.keys()
    separate = await read(world.a.coordinator, f"/v1/people/{found['id']}/protected-characteristics")
    assert (separate["ethnicity"], separate["ethnicity_source"]) == ("W1", "PARTNER")


async def test_a_correction_changes_what_it_names_and_null_forgets(world: World) -> None:
    found = await person(world.a.coordinator, date_of_birth="1990-01-31", known_as=["Exy"], risk_flags=["X1"])
    moved = await patched(world.a.coordinator, found, {"location": "A wing, 1-02", "establishment": "OUT"})
    assert (moved["location"], moved["establishment"], moved["movement"]) == ("A wing, 1-02", None, "OUT")
    assert (moved["date_of_birth"], moved["known_as"]) == ("1990-01-31", ["Exy"])
    assert moved["version"] == found["version"] + 1
    forgotten = await patched(
        world.a.coordinator, found, {"date_of_birth": None, "known_as": None, "risk_flags": None, "establishment": None}
    )
    assert (forgotten["date_of_birth"], forgotten["known_as"], forgotten["risk_flags"]) == (None, [], None)
    assert forgotten["movement"] != "OUT"


async def test_a_correction_that_changes_nothing_is_no_new_version(world: World) -> None:
    found = await person(world.a.coordinator)
    same = await patched(world.a.coordinator, found, {"given_name": "Testcase"})
    assert same["version"] == found["version"]


async def test_nobody_overwrites_what_he_has_not_seen(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}"
    tag = (await world.a.coordinator.get(path)).headers["etag"]
    await patched(world.a.coordinator, found, {"location": "A wing, 1-02"})
    tries = {
        "PATCH": (path, {"location": "B wing, 2-03"}),
        "POST": (f"{path}/identifiers", {"scheme": "crn", "value": "X123456"}),
    }
    for method, (where, body) in tries.items():
        stale = await world.a.coordinator(method, where, json=body, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "PRECONDITION_FAILED")
        unseen = await world.a.coordinator(method, where, json=body)
        assert (unseen.status_code, unseen.json()["code"]) == (428, "PRECONDITION_REQUIRED")
        anything = await world.a.coordinator(method, where, json=body, headers={"If-Match": "*"})
        assert anything.status_code == 400
    assert (await read(world.a.coordinator, path))["location"] == "A wing, 1-02"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"location": "C wing"}, ""),
        ({"given_name": "Testcase", "nickname": "Exy"}, "/nickname"),
        ({"given_name": "  "}, "/given_name"),
        ({"given_name": "Testcase", "sex": "X"}, "/sex"),
        ({"given_name": "Testcase", "date_of_birth": "1890-01-01"}, "/date_of_birth"),
        ({"given_name": "Testcase", "establishment": "HMP Brixton"}, "/establishment"),
        ({"given_name": "Testcase", "identifiers": [{"scheme": "crn", "value": "12X3456"}]}, "/identifiers/0/value"),
        ({"given_name": "Testcase", "convictions": [{"offence_group": "MURDER"}]}, "/convictions/0/offence_group"),
    ],
)
async def test_what_is_wrong_is_named_by_its_place(world: World, body: dict[str, Any], pointer: str) -> None:
    answer = await world.a.coordinator.post("/v1/people", body)
    assert answer.status_code == 422
    found = [error["pointer"] for error in answer.json()["errors"]]
    # A single identifier is named as the one value that was sent.
    assert found == [pointer] or (pointer == "/identifiers/0/value" and found == ["/value"])


async def test_an_identifier_is_added_once(world: World) -> None:
    found = await person(world.a.coordinator, identifiers=[{"scheme": "prison_number", "value": "A0003AA"}])
    path = f"/v1/people/{found['id']}/identifiers"
    added = await world.a.coordinator.step(path, {"scheme": "pnc", "value": "02/73319Z"})
    assert added.status_code == 200, added.text
    assert {"scheme": "pnc", "value": "2002/0073319Z", "verified": True, "superseded": False} in added.json()[
        "identifiers"
    ]
    assert len(added.json()["identifiers"]) == 2
    again = await world.a.coordinator.step(path, {"scheme": "pnc", "value": "2002/73319z"})
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_EXISTS")
    wrong = await world.a.coordinator.step(path, {"scheme": "prison_number", "value": "AB1234C"})
    assert wrong.status_code == 422
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/value"]


async def test_a_conviction_is_a_group_and_a_scope_and_no_detail(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/convictions"
    answer = await world.a.coordinator.step(path, {"offence_group": "ACQUISITIVE_VIOLENCE"})
    assert answer.json()["convictions"] == [{"offence_group": "ACQUISITIVE_VIOLENCE", "scope": "EVER"}]
    detail = await world.a.coordinator.step(path, {"offence_group": "OTHER_OFFENCES", "detail": "On a Tuesday."})
    assert detail.status_code == 422


# Facts, consents, explanations


async def test_each_set_of_custody_facts_stands_beside_the_earlier_ones(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/custody-facts"
    for n, facts in enumerate((UNKNOWN, LONG, SHORT), start=1):
        kept = await made(world.a.coordinator, path, {**facts, "source": f"OMU {n} (example)", "verified_by": "Seen"})
        assert kept["current"] is True
        assert kept["recorded_by"] == str(world.a.coordinator.id)
    sets = await listed(world.a.coordinator, path)
    assert [(one["source"], one["current"]) for one in sets] == [
        ("OMU 3 (example)", True),
        ("OMU 2 (example)", False),
        ("OMU 1 (example)", False),
    ]
    assert [one["conditional_release_date"] for one in sets] == ["2026-12-24", "2027-09-30", None]
    expanded = await read(world.a.coordinator, f"/v1/people/{found['id']}", params={"expand": "custody_facts"})
    assert expanded["custody_facts"] == sets
    without = await world.a.coordinator.post(path, LONG)
    assert [error["pointer"] for error in without.json()["errors"]] == ["/source"]


async def test_consent_is_one_purpose_at_a_time_and_none_is_removed(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/consents"
    said = {"purpose": "CONTACT_AFTER_RELEASE", "stated_at": "2026-11-01T10:15:00+01:00", "wording_version": "2"}
    for given in (True, False):
        kept = await made(world.a.coordinator, path, {**said, "given": given})
        assert datetime.fromisoformat(kept["stated_at"]) == datetime(2026, 11, 1, 9, 15, tzinfo=UTC)
        assert kept["stated_at"].endswith("Z")
    statements = await listed(world.a.coordinator, path)
    assert [one["given"] for one in statements] == [False, True]
    bundle = await world.a.coordinator.post(path, {**said, "given": True, "purpose": ["CASE_STUDY", "EVALUATION"]})
    assert bundle.status_code == 422


async def test_what_was_explained_is_kept_with_who_explained_it(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/explanations"
    for kind in ("VOLUNTARY", "CONFIDENTIALITY"):
        told = {"kind": kind, "explained_at": "2026-11-01T10:15:00Z", "explained_by": "Wing officer"}
        await made(world.a.coordinator, path, told)
    assert [(e["kind"], e["explained_by"]) for e in await listed(world.a.coordinator, path)] == [
        ("CONFIDENTIALITY", "Wing officer"),
        ("VOLUNTARY", "Wing officer"),
    ]


@pytest.mark.parametrize(
    ("where", "instant", "body"),
    [
        ("consents", "stated_at", {"purpose": "TAKING_PART", "given": True}),
        ("explanations", "explained_at", {"kind": "VOLUNTARY"}),
    ],
)
async def test_nothing_has_happened_in_the_future(world: World, where: str, instant: str, body: dict[str, Any]) -> None:
    found = await person(world.a.coordinator)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answer = await world.a.coordinator.post(f"/v1/people/{found['id']}/{where}", {**body, instant: soon})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/{instant}", "IN_THE_FUTURE")]
    nowhere = await world.a.coordinator.post(
        f"/v1/people/{found['id']}/{where}", {**body, instant: "2026-11-01T10:00:00"}
    )
    assert nowhere.status_code == 422  # an instant says its time zone


# Protected characteristics


async def test_what_he_says_about_himself_is_written_first_against_nothing(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/protected-characteristics"
    assert (await world.a.coordinator.get(path)).status_code == 404
    said = {"ethnicity": "W4", "ethnicity_source": "SELF_DEFINED", "religion": "BUDD"}

    async def set_to(change: dict[str, Any], tag: str | None) -> Any:
        headers = {"If-Match": tag} if tag else {}
        return await world.a.coordinator("PATCH", path, json=change, headers=headers)

    assert (await set_to(said, None)).status_code == 428
    assert (await set_to(said, '"1"')).status_code == 412
    first = await set_to(said, '"0"')
    assert first.status_code == 200, first.text
    assert (first.json()["ethnicity"], first.json()["religion"], first.json()["version"]) == ("W3", "BUDD", 1)
    assert (await set_to({"religion": None}, '"0"')).status_code == 412
    forgotten = await set_to({"religion": None}, first.headers["etag"])
    assert forgotten.status_code == 200, forgotten.text
    assert (forgotten.json()["religion"], forgotten.json()["ethnicity"]) == (None, "W3")
    assert (await set_to({"religion": "JEW"}, first.headers["etag"])).status_code == 412


async def test_two_who_write_it_first_at_once_do_not_overwrite_each_other(world: World) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}/protected-characteristics"
    answers = await asyncio.gather(
        *(
            world.a.coordinator("PATCH", path, json={"support_needs": f"Reading, {n}"}, headers={"If-Match": '"0"'})
            for n in range(6)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


async def test_protected_characteristics_are_for_those_who_need_them(world: World) -> None:
    found = await person(world.a.coordinator, ethnicity="B1")
    path = f"/v1/people/{found['id']}/protected-characteristics"
    allowed = {Role.MANAGER, Role.COORDINATOR, Role.SAFEGUARDING_LEAD}
    for role, by in world.a.staff.items():
        assert (await by.get(path)).status_code == (200 if role in allowed else 403), role
    assert (await world.a.machine.get(path)).status_code == 403
    assert (await world.b.manager.get(path)).status_code == 404
    answer = await world.a.staff[Role.SAFEGUARDING_LEAD]("PATCH", path, json={}, headers={"If-Match": '"1"'})
    assert answer.status_code == 403


# The trail


async def test_every_look_at_a_person_leaves_a_trace(world: World) -> None:
    found = await person(world.a.coordinator, ethnicity="B1")
    path = f"/v1/people/{found['id']}"
    looked = await world.a.staff[Role.SAFEGUARDING_LEAD].get(path)
    await world.a.manager.get(f"{path}/protected-characteristics")
    trail = await audited(world, object_id=found["id"])
    reads = [(e["action"], e["subject_id"], e["role"]) for e in trail if e["action"].endswith(".read")]
    lead = str(world.a.staff[Role.SAFEGUARDING_LEAD].id)
    assert ("person.read", lead, "safeguarding_lead") in reads
    assert ("protected_characteristics.read", str(world.a.manager.id), "manager") in reads
    [entry] = [e for e in trail if (e["action"], e["subject_id"]) == ("person.read", lead)]
    assert entry["request_id"] == looked.headers["request-id"]
    assert entry["fields"] == []


async def test_the_trail_names_what_was_written_and_never_what_it_says(world: World) -> None:
    by = world.a.coordinator
    found = await person(
        by, family_name=CANARY, identifiers=[{"scheme": "prison_number", "value": "A0004AA"}], ethnicity="B1"
    )
    path = f"/v1/people/{found['id']}"
    await patched(by, found, {"location": f"{CANARY} wing", "known_as": [CANARY]})
    await by.step(f"{path}/identifiers", {"scheme": "crn", "value": "X765432"})
    await by.step(f"{path}/convictions", {"offence_group": "BURGLARY_OTHER"})
    await made(by, f"{path}/custody-facts", {**LONG, "source": CANARY})
    await made(by, f"{path}/consents", {"purpose": "EVALUATION", "given": True, "stated_at": "2026-11-01T10:00:00Z"})
    await made(by, f"{path}/explanations", {"kind": "VOLUNTARY", "explained_at": "2026-11-01T10:00:00Z"})
    await by("PATCH", f"{path}/protected-characteristics", json={"support_needs": CANARY}, headers={"If-Match": '"1"'})
    trail = [e for e in await audited(world, object_id=found["id"]) if not e["action"].endswith(".read")]
    assert [(e["action"], e["fields"]) for e in trail] == [
        ("person.created", ["ethnicity", "family_name", "given_name", "identifiers"]),
        ("person.changed", ["known_as", "location"]),
        ("person.identifier_added", ["crn"]),
        ("person.conviction_added", []),
        ("person.custody_facts_recorded", ["conditional_release_date", "legal_status", "source"]),
        ("person.consent_recorded", ["given", "purpose"]),
        ("person.explanation_recorded", ["kind"]),
        ("protected_characteristics.changed", ["support_needs"]),
    ]
    for value in (CANARY, "A0004AA", "X765432", "B1", "2027-09-30"):
        assert value not in str(trail)
    assert {(e["subject_id"], e["role"]) for e in trail} == {(str(by.id), "coordinator")}


async def test_what_failed_left_no_trace_of_a_deed(world: World, database_url: str) -> None:
    found = await person(world.a.coordinator)
    path = f"/v1/people/{found['id']}"
    count = "select count(*) as n from audit_entry where action not like '%.read'"
    before = await sql(database_url, count)
    for answer in (
        await world.a.coordinator("PATCH", path, json={"location": "X"}, headers={"If-Match": '"99"'}),
        await world.a.coordinator.post(f"/v1/people/{new_id()}/custody-facts", {"source": "OMU (example)"}),
        await world.a.machine.post("/v1/people", {"given_name": "Testcase"}),
    ):
        assert answer.status_code in (403, 404, 412)
    assert await sql(database_url, count) == before


async def test_the_trail_is_the_data_protection_leads_alone(world: World) -> None:
    for role, by in world.a.staff.items():
        expected = 200 if role is Role.DATA_PROTECTION_LEAD else 403
        assert (await by.get("/v1/audit")).status_code == expected, role
    found = await person(world.b.coordinator)
    assert await audited(world, object_id=found["id"]) == []


async def test_the_trail_cannot_be_rewritten(world: World, database_url: str) -> None:
    await person(world.a.coordinator)
    for statement in ("update audit_entry set action = 'nothing'", "delete from audit_entry", "truncate audit_entry"):
        with pytest.raises(Exception, match="written once"):
            await sql(database_url, statement)


# Finding


async def search(by: Caller, **asked: Any) -> list[dict[str, Any]]:
    answer = await by.post("/v1/people/search", asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("scheme", "kept", "asked"),
    [
        ("prison_number", "A1357BC", " a1357bc "),
        ("crn", "X135790", "x135790"),
        ("pnc", "79/163001B", "1979/0163001b"),
        ("pnc", "20120052494O", "20120052494O"),
    ],
)
async def test_somebody_is_found_by_an_identifier_however_it_is_written(
    world: World, scheme: str, kept: str, asked: str
) -> None:
    found = await person(world.a.coordinator, identifiers=[{"scheme": scheme, "value": kept}])
    other = await person(world.b.coordinator, identifiers=[{"scheme": scheme, "value": kept}])
    matches = await search(world.a.coordinator, identifier={"scheme": scheme, "value": asked})
    assert [match["person"]["id"] for match in matches] == [found["id"]]
    verified = kept != "20120052494O"
    assert matches[0]["reasons"] == [f"SAME_{'' if verified else 'UNVERIFIED_'}IDENTIFIER:{scheme}"]
    assert [
        m["person"]["id"] for m in await search(world.b.coordinator, identifier={"scheme": scheme, "value": asked})
    ] == [other["id"]]


@pytest.mark.parametrize(
    "heard",
    [
        {"given_name": "Katherine", "family_name": "Whitakker"},
        {"given_name": "Katharine", "family_name": "Whittaker"},
        {"given_name": "Catherine", "family_name": "Whitaker"},
        {"family_name": "WHITTACKER"},
        {"given_name": "Whittaker", "family_name": "Katherine"},
    ],
)
async def test_a_name_is_found_though_it_was_misheard(world: World, heard: dict[str, str]) -> None:
    found = await person(world.a.coordinator, given_name="Katherine", family_name="Whittaker")
    matches = await search(world.a.coordinator, **heard)
    assert found["id"] in [match["person"]["id"] for match in matches]
    assert all(match["reasons"] and 0 < match["score"] <= 100 for match in matches)
    assert [match["score"] for match in matches] == sorted((match["score"] for match in matches), reverse=True)
    assert len(matches) <= 20


async def test_a_search_asks_for_somebody(world: World) -> None:
    answer = await world.a.coordinator.post("/v1/people/search", {})
    assert answer.status_code == 422
    nobody = await search(world.a.coordinator, identifier={"scheme": "crn", "value": "Q000000"})
    assert nobody == []
    assert (await world.a.machine.post("/v1/people/search", {"family_name": "Exampleson"})).status_code == 403


async def test_who_may_be_the_same_person_is_shown_with_reasons_and_never_merged(world: World) -> None:
    tag = str(new_id())[-6:]
    number = {"scheme": "crn", "value": f"D{int(tag, 16) % 1_000_000:06}"}
    one = await person(
        world.a.coordinator,
        given_name="Frederick",
        family_name="Duplicateson",
        date_of_birth="1981-03-04",
        establishment="BXI",
        identifiers=[number],
    )
    same_number = await person(world.a.coordinator, given_name="Otherwise", family_name="Called", identifiers=[number])
    transposed = await person(
        world.a.coordinator,
        given_name="Fredrick",
        family_name="Duplicateson",
        date_of_birth="1981-04-03",
        establishment="BXI",
    )
    stranger = await person(
        world.a.coordinator, given_name="Frederick", family_name="Somebodyelse", date_of_birth="1950-12-12"
    )
    elsewhere = await person(world.b.coordinator, family_name="Duplicateson", identifiers=[number])

    answer = await read(world.a.coordinator, f"/v1/people/{one['id']}/possible-duplicates")
    reasons = {match["person"]["id"]: match["reasons"] for match in answer["items"]}
    assert set(reasons) == {same_number["id"], transposed["id"]}
    assert reasons[same_number["id"]] == ["SAME_IDENTIFIER:crn"]
    assert reasons[transposed["id"]] == [
        "SAME_FAMILY_NAME",
        "SIMILAR_GIVEN_NAME",
        "DAY_AND_MONTH_TRANSPOSED",
        "SAME_ESTABLISHMENT",
    ]
    assert all(match["score"] >= 60 for match in answer["items"])
    assert not {stranger["id"], elsewhere["id"], one["id"]} & set(reasons)
    for still in (one, same_number, transposed):
        assert (await read(world.a.coordinator, f"/v1/people/{still['id']}"))["version"] == still["version"]


async def test_an_alias_leads_to_the_same_man(world: World) -> None:
    found = await person(world.a.coordinator, family_name="Aliasson", known_as=["Zebedee Quillfeather"])
    matches = await search(world.a.coordinator, given_name="Zebedee", family_name="Quillfeather")
    assert matches[0]["person"]["id"] == found["id"]
    assert "MATCHED_ON_OTHER_NAME" in matches[0]["reasons"]


async def test_a_correction_is_found_by_its_new_name_only(world: World) -> None:
    found = await person(world.a.coordinator, given_name="Vasilisa", family_name="Oldenbrook")
    await patched(world.a.coordinator, found, {"given_name": "Perpetua", "family_name": "Newenham"})
    assert await search(world.a.coordinator, given_name="Vasilisa", family_name="Oldenbrook") == []
    assert [m["person"]["id"] for m in await search(world.a.coordinator, family_name="Newenham")] == [found["id"]]


# What is learnt about a person moves his referrals


async def test_an_open_referral_is_judged_again_by_what_a_policy_asks_of_the_person(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "For burglars of any age"})
    document = {
        "name": "Convicted of burglary, history known",
        "all": [
            {"predicate": "convicted_of", "any": ["BURGLARY_OTHER"], "scope": "EVER"},
            {"predicate": "setting", "in": ["CUSTODY"]},
        ],
    }
    await made(
        world.a.manager,
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": document, "valid_from": "2020-01-01"},
    )
    pushed = await world.a.push(programme_id=programme["id"])
    assert pushed["disposition"] == "awaiting_information"
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    path = f"/v1/people/{seen['person']['id']}"
    await world.a.coordinator.step(f"{path}/convictions", {"offence_group": "BURGLARY_OTHER"})
    half = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    assert half["disposition"] == "awaiting_information"
    await patched(world.a.coordinator, seen["person"], {"setting": "CUSTODY"})
    whole = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    assert (whole["disposition"], whole["eligibility"]["outcome"]) == ("waiting", "ELIGIBLE")


async def test_people_are_listed_page_by_page_and_by_where_they_are(world: World) -> None:
    wing = [await person(world.a.coordinator, establishment="FDI") for _ in range(5)]
    newest = await listed(world.a.coordinator, "/v1/people", establishment="FDI", limit=2)
    assert [one["id"] for one in newest][:5] == [one["id"] for one in reversed(wing)]
    oldest = await listed(world.a.coordinator, "/v1/people", establishment="FDI", limit=2, order="created_at")
    assert oldest == list(reversed(newest))
    assert (await world.a.coordinator.get("/v1/people", params={"family_name": "Exampleson"})).status_code == 422


async def test_looking_somebody_up_leaves_an_entry_as_reading_him_does(world: World) -> None:
    lead = world.a.staff[Role.DATA_PROTECTION_LEAD]

    async def count(action: str) -> int:
        return len((await lead.get("/v1/audit", params={"action": action, "limit": 100})).json()["items"])

    looked, waited, paged = (
        await count("person.searched"),
        await count("waiting_list.read"),
        await count("person.listed"),
    )
    by = world.a.coordinator
    assert (await by.post("/v1/people/search", {"family_name": "Exampleson"})).status_code == 200
    assert (await by.get(f"/v1/programmes/{world.a.programme_id}/waiting-list")).status_code == 200
    assert (await by.get("/v1/people")).status_code == 200
    assert await count("person.searched") == looked + 1
    assert await count("waiting_list.read") == waited + 1
    assert await count("person.listed") == paged + 1


async def test_nobody_was_born_in_the_future(world: World) -> None:
    refused = await world.a.coordinator.post("/v1/people", {"given_name": "Testcase", "date_of_birth": "2199-01-01"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/date_of_birth")
