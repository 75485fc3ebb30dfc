"""Who is here and what they offer: charities, agencies, programmes and their policies, members and programs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from app.domain.kernel.actor import ActorKind
from app.domain.kernel.rows import new_id
from app.domain.organisations.access import FOR_PEOPLE_ONLY
from tests.referrals.helpers import listed, made, new_programme, read, sql
from tests.world import PASSWORD, THREE_MONTHS, Caller, World, build_charity, client


def letters() -> str:
    """Three letters that no charity of this run has yet."""
    number = new_id().int
    return "".join(chr(ord("A") + (number >> shift) % 26) for shift in (0, 8, 16))


def problems(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def changed(by: Caller, path: str, change: dict[str, Any], *, method: str = "PATCH") -> httpx.Response:
    return await by.step(path, change, method=method, of=path)


async def signed_in(world: World, email: str, password: str = PASSWORD) -> int:
    async with client(world.app) as http:
        form = {"grant_type": "password", "username": email, "password": password}
        return (await http.post("/oauth/token", data=form)).status_code


# Charities and agencies


async def test_the_operator_makes_a_charity_and_its_manager_and_then_sees_none_of_its_data(world: World) -> None:
    code = letters()
    body = {
        "name": "Charity of a test",
        "code": code.lower(),
        "manager_email": f"Manager@{code}.example",
        "manager_name": "Example manager",
        "manager_password": PASSWORD,
    }
    charity = await made(world.operator, "/v1/charities", body)
    assert (charity["kind"], charity["code"], charity["active"]) == ("CHARITY", code, True)
    assert "password" not in str(charity)
    assert await signed_in(world, f"manager@{code}.example".lower()) == 200
    again = await world.operator.post("/v1/charities", {**body, "name": "Another"})
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_EXISTS")
    for path in ("/v1/people", "/v1/referrals", "/v1/members", "/v1/clients", "/v1/audit", "/v1/programmes"):
        assert (await world.operator.get(path)).status_code == 403, path
    assert (await world.a.manager.post("/v1/charities", body)).status_code == 403


async def test_a_charity_sees_its_own_agencies_and_the_operator_all(world: World) -> None:
    partner = await made(world.a.manager, "/v1/organisations", {"name": "Example Probation Unit"})
    assert (partner["kind"], partner["code"]) == ("PARTNER", None)
    own = {one["id"] for one in await listed(world.a.manager, "/v1/organisations")}
    assert {partner["id"], str(world.a.id), str(world.a.partner_id)} <= own
    assert not {str(world.b.id), str(world.b.partner_id)} & own
    assert (await world.a.manager.get(f"/v1/organisations/{world.b.id}")).status_code == 404
    everybody = {one["id"] for one in await listed(world.operator, "/v1/organisations", limit=100)}
    assert own | {str(world.b.id)} <= everybody
    kinds = {one["kind"] for one in await listed(world.a.manager, "/v1/organisations", kind="PARTNER")}
    assert kinds == {"PARTNER"}
    assert (await world.operator.post("/v1/organisations", {"name": "Whose?"})).status_code == 403
    assert (await world.a.coordinator.post("/v1/organisations", {"name": "Not mine to add"})).status_code == 403


async def test_nobody_of_an_agency_that_is_switched_off_gets_in(world: World) -> None:
    partner = await made(world.a.manager, "/v1/organisations", {"name": "Example agency"})
    email = f"referrer-{new_id()}@aaa.example"
    member = await made(
        world.a.manager,
        "/v1/members",
        {
            "display_name": "Example referrer",
            "email": email,
            "roles": ["referrer"],
            "password": PASSWORD,
            "organisation_id": partner["id"],
        },
    )
    caller = Caller(world.app, Role.REFERRER, UUID(member["id"]), world.a.id, UUID(partner["id"]))
    assert (await caller.get("/v1/referrals")).status_code == 200
    path = f"/v1/organisations/{partner['id']}"
    assert (await changed(world.a.manager, path, {"active": False})).status_code == 200
    assert (await caller.get("/v1/referrals")).status_code == 401
    assert (await caller.post("/v1/referrals", world.a.referral())).status_code == 401
    assert await signed_in(world, email) in (400, 401)
    assert (await changed(world.a.manager, path, {"active": True, "name": "Renamed agency"})).status_code == 200
    assert (await caller.get("/v1/referrals")).status_code == 200


async def test_nobody_switches_off_his_own_organisation(world: World) -> None:
    answer = await changed(world.a.manager, f"/v1/organisations/{world.a.id}", {"active": False})
    assert (answer.status_code, problems(answer)) == (422, [("/active", "OWN_ORGANISATION")])
    renamed = await changed(world.a.manager, f"/v1/organisations/{world.a.id}", {"name": "Charity AAA"})
    assert renamed.status_code == 200


# Programmes


async def test_a_programme_says_what_it_offers_and_begins_open(world: World) -> None:
    body = {
        "name": "Example Mentoring",
        "establishments": ["bxi", "ISI"],
        "capacity": 31,
        "minimum_length": "P6W",
        "time_to_first_session": "P7D",
        "warning_days": 30,
    }
    programme = await made(world.a.manager, "/v1/programmes", body)
    assert {name: programme[name] for name in body} == {**body, "establishments": ["BXI", "ISI"]}
    assert (programme["intake"], programme["intake_reason"], programme["intake_until"]) == ("open", None, None)
    assert programme["eligibility_policy_version"] is None
    for by in (world.a.coordinator, world.a.machine, world.a.staff[Role.MENTOR]):
        assert await read(by, f"/v1/programmes/{programme['id']}") == programme
    assert (await world.b.manager.get(f"/v1/programmes/{programme['id']}")).status_code == 404
    assert (await world.a.coordinator.post("/v1/programmes", body)).status_code == 403


async def test_a_programme_changes_by_what_is_named(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme", "capacity": 5})
    path = f"/v1/programmes/{programme['id']}"
    answer = await changed(world.a.manager, path, {"capacity": None, "warning_days": 35})
    assert (answer.json()["capacity"], answer.json()["warning_days"]) == (None, 35)
    assert answer.json()["name"] == "Example programme"
    nulls = await changed(world.a.manager, path, {"name": None, "minimum_length": None})
    assert (nulls.status_code, sorted(problems(nulls))) == (
        422,
        [("/minimum_length", "REQUIRED"), ("/name", "REQUIRED")],
    )
    assert (await changed(world.a.manager, path, {"warning_days": 27})).status_code == 422


async def test_pausing_needs_a_reason_and_an_end_to_come(world: World) -> None:
    path = f"/v1/programmes/{await new_programme(world.a)}/intake"
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    without = await world.a.manager.step(path, {"intake": "paused"}, method="PUT")
    assert (without.status_code, problems(without)) == (422, [("/reason", "REQUIRED")])
    late = await world.a.manager.step(path, {"intake": "paused", "reason": "Full.", "until": yesterday}, method="PUT")
    assert (late.status_code, problems(late)) == (422, [("/until", "IN_THE_PAST")])
    paused = await world.a.manager.step(path, {"intake": "paused", "reason": "Full."}, method="PUT")
    assert (paused.json()["intake"], paused.json()["intake_reason"]) == ("paused", "Full.")
    opened = await world.a.manager.step(path, {"intake": "open", "reason": "Ignored."}, method="PUT")
    assert (opened.json()["intake"], opened.json()["intake_reason"]) == ("open", None)


async def test_pausing_touches_nobody_who_is_there(world: World) -> None:
    programme = await new_programme(world.a)
    pushed = await world.a.push(programme_id=programme)
    await world.a.manager.step(
        f"/v1/programmes/{programme}/intake", {"intake": "paused", "reason": "Full."}, method="PUT"
    )
    path = f"/v1/referrals/{pushed['id']}"
    assert (await world.a.coordinator.step(f"{path}/allocate", {})).status_code == 200


# Policies

JUSTIFIED = {
    "justification": "The programme is made for young men and evaluated with them.",
    "legal_basis": "Equality Act 2010, section 158, for the charity to confirm with advice.",
}


@pytest.mark.parametrize(
    ("criterion", "pointer"),
    [
        ({"predicate": "age", "op": "<", "value": 35}, "justification"),
        ({"predicate": "sex", "in": ["M"], "justification": JUSTIFIED["justification"]}, "legal_basis"),
        ({"predicate": "sex", "in": ["M"], **JUSTIFIED, "justification": "tbc"}, "justification"),
        ({"predicate": "gender_identity", "in": ["GIM"]}, "justification"),
        ({"predicate": "age", "op": "<", "value": "35", **JUSTIFIED, "on": "today"}, "on"),
    ],
)
async def test_a_criterion_on_a_protected_characteristic_must_justify_itself(
    world: World, criterion: dict[str, Any], pointer: str
) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    answer = await world.a.manager.post(
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": {"all": [{"predicate": "always"}, criterion]}},
    )
    assert answer.status_code == 422
    pointers = [place for place, _ in problems(answer)]
    assert any(place.startswith("/document/all/1/") and place.endswith(f"/{pointer}") for place in pointers), pointers
    assert await listed(world.a.manager, f"/v1/programmes/{programme['id']}/eligibility-policies") == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"all": []},
        {"all": [{"predicate": "always"}], "any": [{"predicate": "always"}]},
        {"all": [{"predicate": "religion", "in": ["COFE"]}]},
        {"all": [{"predicate": "always", "unless": "raining"}]},
        {"all": [{"predicate": "custody_remaining", "op": ">", "value": "P3M"}]},
        {"all": [{"predicate": "custody_remaining", "op": ">=", "value": "90 days"}]},
        {"all": [{"predicate": "ethnic_group", "code_set": "nobody", **JUSTIFIED}]},
    ],
)
async def test_a_policy_that_is_not_understood_is_not_kept(world: World, document: dict[str, Any]) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    path = f"/v1/programmes/{programme['id']}/eligibility-policies"
    answer = await world.a.manager.post(path, {"document": document})
    assert answer.status_code == 422
    assert all(pointer.startswith("/document") for pointer, _ in problems(answer))
    assert await listed(world.a.manager, path) == []


async def test_policies_have_versions_that_are_never_edited(world: World, database_url: str) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    path = f"/v1/programmes/{programme['id']}/eligibility-policies"
    first = await made(world.a.manager, path, {"document": THREE_MONTHS, "valid_from": "2026-01-01"})
    second = await made(world.a.manager, path, {"document": {"all": [{"predicate": "always"}]}})
    future = await made(world.a.manager, path, {"document": THREE_MONTHS, "valid_from": "2199-01-01"})
    versions = await listed(world.a.machine, path)
    assert [(one["id"], one["policy_version"]) for one in versions] == [
        (future["id"], 3),
        (second["id"], 2),
        (first["id"], 1),
    ]
    seen = await read(world.a.manager, f"/v1/programmes/{programme['id']}")
    assert seen["eligibility_policy_version"] == 2  # the third is not in force yet
    for statement in ("update eligibility_policy set policy_version = 9", "delete from eligibility_policy"):
        with pytest.raises(Exception, match="written once"):
            await sql(database_url, statement)
    assert (await world.b.manager.get(path)).status_code == 404
    assert (await world.a.coordinator.post(path, {"document": THREE_MONTHS})).status_code == 403


async def test_a_criterion_that_is_not_set_yet_is_kept_as_a_question(world: World) -> None:
    """PLAN A does not say up to which age: nobody is found eligible, and nobody is turned away for it either."""
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    document = {"name": "Young people", "all": [{"predicate": "age", "op": "<=", "value": None, **JUSTIFIED}]}
    published = await made(
        world.a.manager,
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": document, "valid_from": "2020-01-01"},
    )
    [criterion] = published["document"]["all"]
    assert criterion["value"] is None
    pushed = await world.a.push(programme_id=programme["id"])
    assert [reason["code"] for reason in pushed["eligibility"]["reasons"]] == ["CRITERION_NOT_SET"]
    assert pushed["disposition"] == "awaiting_information"


# Establishments


async def test_prisons_are_named_and_out_and_trn_are_none(world: World) -> None:
    everybody = [*world.a.everybody(), world.operator]
    for by in everybody:
        if Permission.ESTABLISHMENTS_READ.value in (by.scopes or {p.value for p in ROLE_PERMISSIONS[by.role]}):
            brixton = await read(by, "/v1/establishments/bxi")
            assert (brixton["agency_id"], brixton["kind"], brixton["active"]) == ("BXI", "PRISON", True)
            assert "Brixton" in brixton["name"]
    movements = await listed(world.a.manager, "/v1/establishments", kind="MOVEMENT")
    assert [one["agency_id"] for one in movements] == ["OUT", "TRN"]
    prisons = await listed(world.a.manager, "/v1/establishments", kind="PRISON", limit=5)
    ids = [one["agency_id"] for one in prisons]
    assert ids == sorted(ids)
    assert {"BXI", "ISI", "TSI"} <= set(ids)
    assert not {"OUT", "TRN"} & set(ids)
    assert (await world.a.manager.get("/v1/establishments/QQQ")).status_code == 404


# Members


def member(**more: Any) -> dict[str, Any]:
    return {
        "display_name": "Example Colleague",
        "email": f"colleague-{new_id()}@aaa.example",
        "roles": ["coordinator"],
        "password": PASSWORD,
    } | more


async def test_a_charitys_people_and_an_agencys_people_have_different_roles(world: World) -> None:
    partner = str(world.a.partner_id)
    wrong = [
        member(roles=["referrer"]),
        member(roles=["coordinator", "referrer"]),
        member(roles=["platform_operator"]),
        member(roles=["coordinator"], organisation_id=partner),
        member(roles=["referrer", "manager"], organisation_id=partner),
    ]
    for body in wrong:
        answer = await world.a.manager.post("/v1/members", body)
        assert (answer.status_code, problems(answer)) == (422, [("/roles", "ROLE_NOT_FOR_ORGANISATION")]), body
    for foreign in (str(world.b.partner_id), str(new_id())):
        answer = await world.a.manager.post("/v1/members", member(roles=["referrer"], organisation_id=foreign))
        assert problems(answer) == [("/organisation_id", "UNKNOWN_ORGANISATION")]
    both = await made(world.a.manager, "/v1/members", member(roles=["coordinator", "safeguarding_lead"]))
    answer = await changed(world.a.manager, f"/v1/members/{both['id']}", {"roles": ["referrer"]})
    assert problems(answer) == [("/roles", "ROLE_NOT_FOR_ORGANISATION")]


async def test_an_e_mail_address_is_one_members_in_a_charity(world: World) -> None:
    body = member()
    first = await made(world.a.manager, "/v1/members", body)
    again = await world.a.manager.post("/v1/members", {**body, "email": body["email"].upper()})
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_EXISTS")
    assert body["email"] not in again.text
    elsewhere = await world.b.manager.post("/v1/members", body)
    assert elsewhere.status_code == 201
    assert first["email"] == body["email"]
    assert "password" not in str(first)


@pytest.mark.parametrize("password", ["short", "x" * 11, "x" * 257])
async def test_a_password_has_at_least_twelve_characters(world: World, password: str) -> None:
    answer = await world.a.manager.post("/v1/members", member(password=password))
    assert [pointer for pointer, _ in problems(answer)] == ["/password"]
    assert password not in answer.text


async def test_a_suspended_member_is_out_at_once_and_comes_back(world: World) -> None:
    body = member()
    found = await made(world.a.manager, "/v1/members", body)
    caller = Caller(world.app, Role.COORDINATOR, UUID(found["id"]), world.a.id, world.a.id)
    assert (await caller.get("/v1/people")).status_code == 200
    path = f"/v1/members/{found['id']}"
    assert (await changed(world.a.manager, path, {"display_name": "Renamed Colleague"})).status_code == 200
    assert (await caller.get("/v1/people")).status_code == 200  # a name is no right
    suspended = await changed(world.a.manager, path, {"standing": "SUSPENDED"})
    assert suspended.json()["standing"] == "SUSPENDED"
    assert (await caller.get("/v1/people")).status_code == 401
    assert await signed_in(world, body["email"]) in (400, 401)
    assert (await changed(world.a.manager, path, {"standing": "ACTIVE"})).status_code == 200
    assert (await caller.get("/v1/people")).status_code == 401  # the old token stays useless
    assert await signed_in(world, body["email"]) == 200


async def test_a_new_password_ends_the_tokens_of_the_old_one(world: World) -> None:
    body = member()
    found = await made(world.a.manager, "/v1/members", body)
    caller = Caller(world.app, Role.COORDINATOR, UUID(found["id"]), world.a.id, world.a.id)
    answer = await changed(world.a.manager, f"/v1/members/{found['id']}", {"password": "another-password-for-tests"})
    assert answer.status_code == 200
    assert (await caller.get("/v1/people")).status_code == 401
    assert await signed_in(world, body["email"]) in (400, 401)
    assert await signed_in(world, body["email"], "another-password-for-tests") == 200


async def test_nobody_changes_his_own_standing_or_roles(world: World) -> None:
    path = f"/v1/members/{world.a.manager.id}"
    for change in ({"standing": "SUSPENDED"}, {"roles": ["manager", "analyst"]}, {"roles": ["manager"]}):
        answer = await changed(world.a.manager, path, change)
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT"), change
    assert (await changed(world.a.manager, path, {"display_name": "Manager AAA"})).status_code == 200


async def test_members_are_the_managers_to_see(world: World) -> None:
    for role, by in world.a.staff.items():
        assert (await by.get("/v1/members")).status_code == (200 if role is Role.MANAGER else 403)
    assert (await world.b.manager.get(f"/v1/members/{world.a.coordinator.id}")).status_code == 404
    coordinators = await listed(world.a.manager, "/v1/members", role="coordinator")
    assert str(world.a.coordinator.id) in {one["id"] for one in coordinators}
    assert all("coordinator" in one["roles"] for one in coordinators)


# Programs


def program(**more: Any) -> dict[str, Any]:
    return {"name": "Example program", "role": "analyst", "scopes": ["programmes:read"]} | more


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.REFERRER, Role.PLATFORM_OPERATOR)])
async def test_a_programs_scopes_stay_within_its_role(world: World, role: Role) -> None:
    inside = sorted(permission.value for permission in ROLE_PERMISSIONS[role] - FOR_PEOPLE_ONLY)
    found = await made(world.a.manager, "/v1/clients", program(role=role.value, scopes=inside))
    path = f"/v1/clients/{found['id']}"
    for permission in set(Permission) - ROLE_PERMISSIONS[role]:
        answer = await world.a.manager.post(
            "/v1/clients", program(role=role.value, scopes=["programmes:read", permission.value])
        )
        assert (answer.status_code, problems(answer)) == (422, [("/scopes", "SCOPE_BEYOND_ROLE")])
        widened = await changed(world.a.manager, path, {"scopes": [permission.value]})
        assert problems(widened) == [("/scopes", "SCOPE_BEYOND_ROLE")]
    # A manager could otherwise read, through a program of his own, what only the safeguarding lead and coordinators may.
    for permission in ROLE_PERMISSIONS[role] & FOR_PEOPLE_ONLY:
        answer = await world.a.manager.post("/v1/clients", program(role=role.value, scopes=[permission.value]))
        assert (answer.status_code, problems(answer)) == (422, [("/scopes", "FOR_PEOPLE_ONLY")])
        assert problems(await changed(world.a.manager, path, {"scopes": [permission.value]})) == [
            ("/scopes", "FOR_PEOPLE_ONLY")
        ]


async def test_a_program_belongs_where_its_role_does(world: World) -> None:
    partner = str(world.a.partner_id)
    for body in (
        program(role="referrer", scopes=["referrals:read"]),
        program(role="coordinator", scopes=["referrals:read"], organisation_id=partner),
        program(role="platform_operator", scopes=["organisations:read"]),
    ):
        answer = await world.a.manager.post("/v1/clients", body)
        assert (answer.status_code, problems(answer)) == (422, [("/role", "ROLE_NOT_FOR_ORGANISATION")])
    assert (await world.a.manager.post("/v1/clients", program(scopes=["everything"]))).status_code == 422
    assert (await world.a.coordinator.post("/v1/clients", program())).status_code == 403


async def test_a_secret_is_shown_once_and_the_one_before_works_on_for_a_while(world: World, database_url: str) -> None:
    found = await made(world.a.manager, "/v1/clients", program())
    path = f"/v1/clients/{found['id']}"
    assert found["secrets"] == []
    issued = [await made(world.a.manager, f"{path}/secrets") for _ in range(3)]

    async def works(secret: str) -> bool:
        async with client(world.app) as http:
            form = {"grant_type": "client_credentials", "client_id": found["id"], "client_secret": secret}
            return (await http.post("/oauth/token", data=form)).status_code == 200

    assert [await works(one["client_secret"]) for one in issued] == [False, True, True]
    seen = await read(world.a.manager, path)
    assert len(seen["secrets"]) == 2
    assert not any(one["client_secret"] in str(seen) for one in issued)
    rows = await sql(database_url, "select digest from client_secret where client_id = $1", found["id"])
    assert not {row["digest"] for row in rows} & {one["client_secret"] for one in issued}

    only = await made(world.a.manager, f"{path}/secrets?end_others_now=true")
    assert [await works(one["client_secret"]) for one in (*issued, only)] == [False, False, False, True]
    assert len((await read(world.a.manager, path))["secrets"]) == 1


async def test_a_revoked_program_is_revoked_for_good(world: World) -> None:
    scopes = ["programmes:read", "establishments:read"]
    found = await made(world.a.manager, "/v1/clients", program(scopes=scopes))
    path = f"/v1/clients/{found['id']}"
    caller = Caller(
        world.app,
        Role.ANALYST,
        UUID(found["id"]),
        world.a.id,
        world.a.id,
        kind=ActorKind.CLIENT,
        scopes=frozenset(scopes),
    )
    assert (await caller.get("/v1/programmes")).status_code == 200
    assert (await changed(world.a.manager, path, {"name": "Renamed program"})).status_code == 200
    assert (await caller.get("/v1/programmes")).status_code == 200
    assert (await changed(world.a.manager, path, {"standing": "REVOKED"})).status_code == 200
    assert (await caller.get("/v1/programmes")).status_code == 401
    for change in ({"standing": "ACTIVE"}, {"name": "Back again"}, {"scopes": ["programmes:read"]}):
        answer = await changed(world.a.manager, path, change)
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert (await world.a.manager.post(f"{path}/secrets")).status_code == 409
    assert (await read(world.a.manager, path))["standing"] == "REVOKED"
    assert found["id"] in {one["id"] for one in await listed(world.a.manager, "/v1/clients", standing="REVOKED")}


async def test_narrower_scopes_end_the_tokens_of_the_wider_ones(world: World) -> None:
    found = await made(world.a.manager, "/v1/clients", program(scopes=["programmes:read", "establishments:read"]))
    caller = Caller(
        world.app,
        Role.ANALYST,
        UUID(found["id"]),
        world.a.id,
        world.a.id,
        kind=ActorKind.CLIENT,
        scopes=frozenset(found["scopes"]),
    )
    assert (await caller.get("/v1/establishments/BXI")).status_code == 200
    path = f"/v1/clients/{found['id']}"
    assert (await changed(world.a.manager, path, {"scopes": ["programmes:read"]})).status_code == 200
    assert (await caller.get("/v1/establishments/BXI")).status_code == 401
    caller.authority, caller.scopes = 2, frozenset({"programmes:read"})
    assert (await caller.get("/v1/establishments/BXI")).status_code == 403
    assert (await caller.get("/v1/programmes")).status_code == 200


async def test_what_an_organisation_does_is_on_the_trail(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    path = f"/v1/programmes/{programme['id']}"
    await changed(world.a.manager, path, {"capacity": 7})
    await world.a.manager.step(f"{path}/intake", {"intake": "paused", "reason": "Full."}, method="PUT")
    await made(world.a.manager, f"{path}/eligibility-policies", {"document": THREE_MONTHS})
    trail = await listed(world.a.staff[Role.DATA_PROTECTION_LEAD], "/v1/audit", object_id=programme["id"], order="at")
    assert [(entry["action"], entry["fields"]) for entry in trail] == [
        ("programme.created", ["name"]),
        ("programme.changed", ["capacity"]),
        ("programme.intake_paused", ["intake", "intake_reason"]),
        ("programme.policy_published", ["document", "valid_from"]),
    ]


async def test_what_the_operator_does_to_a_charitys_agency_stands_in_that_charitys_trail(world: World) -> None:
    charity = await build_charity(world.app, world.operator, "OPA")
    address = f"/v1/organisations/{charity.partner_id}"
    changed = await world.operator.step(address, {"active": False}, method="PATCH", of=address)
    assert changed.status_code == 200
    seen = await charity.staff[Role.DATA_PROTECTION_LEAD].get("/v1/audit", params={"action": "organisation.changed"})
    [entry] = seen.json()["items"]
    assert (entry["object_id"], entry["role"]) == (str(charity.partner_id), "platform_operator")


async def test_a_misspelt_dry_run_makes_nothing(world: World) -> None:
    refused = await world.a.machine.post("/v1/referrals?dryrun=true", world.a.referral())
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "UNKNOWN_PARAMETER")


async def test_who_sets_their_own_password_gets_an_answer_and_signs_in_anew(world: World) -> None:
    charity = await build_charity(world.app, world.operator, "OWN")
    mine = f"/v1/members/{charity.manager.id}"
    changed = await charity.manager.step(mine, {"password": "another-long-password"}, method="PATCH", of=mine)
    assert changed.status_code == 200
    assert (await charity.manager.get(mine)).status_code == 401  # the token of before has ended
    charity.manager.authority += 1
    assert (await charity.manager.get(mine)).json()["version"] == changed.json()["version"]
