"""Who may call what: written down here a second time, by hand, from what each role is for; and what ends a right ends it
at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from jose import jwt
from jose.backends.cryptography_backend import CryptographyRSAKey

from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from app.domain.kernel.actor import ActorKind
from app.domain.organisations.access import FOR_PEOPLE_ONLY
from tests.security.doors import Operation, Request, operations
from tests.security.filled import Filled
from tests.world import Caller, CharityWorld, World, build_charity, client

MANAGER, COORDINATOR, LEAD = "manager", "coordinator", "safeguarding_lead"
MENTOR, REFERRER, ANALYST = "mentor", "referrer", "analyst"
DPL, OPERATOR = "data_protection_lead", "platform_operator"

EVERYBODY = frozenset({MANAGER, COORDINATOR, LEAD, MENTOR, REFERRER, ANALYST, DPL})
MANAGERS = frozenset({MANAGER})
CASEWORK = frozenset({MANAGER, COORDINATOR})
CONCERNED = CASEWORK | {LEAD}
ANYBODY = None  # no token asked for

# Operation by operation: who may. What is not here is forbidden, and an operation that is not here fails the test.
MAY: dict[str, frozenset[str] | set[str] | None] = {
    # referrals: the charity's own people lead them, a partner pushes and follows its own
    "submit_referral": CASEWORK | {REFERRER},
    "list_referrals": CONCERNED | {REFERRER},
    "read_referral": CONCERNED | {REFERRER},
    "read_decisions": CONCERNED | {REFERRER},
    "withdraw": CASEWORK | {REFERRER},
    "read_history": CONCERNED,
    **dict.fromkeys(
        (
            "change_referral",
            "reassess_referral",
            "confirm_ineligible",
            "overrule",
            "allocate",
            "decline",
            "merge",
            "record_transfer",
            "record_release",
            "reopen",
        ),
        CASEWORK,
    ),
    # people: casework writes, whoever is concerned reads
    **dict.fromkeys(
        (
            "create_person",
            "change_person",
            "add_identifier",
            "add_conviction",
            "record_custody_facts",
            "record_consent",
            "record_explanation",
            "set_protected_characteristics",
        ),
        CASEWORK,
    ),
    **dict.fromkeys(
        (
            "list_people",
            "search_people",
            "read_person",
            "possible_duplicates",
            "list_custody_facts",
            "list_consents",
            "list_merges",
            "list_explanations",
            "read_protected_characteristics",
        ),
        CONCERNED,
    ),
    "preview_eligibility": CASEWORK | {REFERRER},
    # programmes: everybody knows what there is, the manager says what there is
    **dict.fromkeys(("list_programmes", "read_programme", "list_policies"), EVERYBODY),
    **dict.fromkeys(("create_programme", "change_programme", "set_intake", "publish_policy"), MANAGERS),
    "read_waiting_list": CONCERNED,
    "list_colleagues": CONCERNED,
    "read_ledger": CASEWORK,
    # organisations
    "create_charity": {OPERATOR},
    "register_partner": {MANAGER},
    "list_organisations": CASEWORK | {OPERATOR},
    "read_organisation": CASEWORK | {OPERATOR},
    "change_organisation": {MANAGER, OPERATOR},
    **dict.fromkeys(("list_establishments", "read_establishment"), EVERYBODY | {OPERATOR}),
    # who gets in
    **dict.fromkeys(
        (
            "create_member",
            "list_members",
            "read_member",
            "change_member",
            "create_client",
            "list_clients",
            "read_client",
            "change_client",
            "issue_secret",
        ),
        MANAGERS,
    ),
    # a program's own documents: whoever may have a program; the others find none
    **dict.fromkeys(("register_document", "read_trusted_document", "withdraw_document"), EVERYBODY),
    "list_trusted_documents": MANAGERS,
    "read_audit": {DPL},
    # mentors and matching: casework; a mentor sees his own engagements, and answers for himself
    **dict.fromkeys(
        (
            "create_mentor",
            "list_mentors",
            "read_mentor",
            "change_mentor",
            "move_mentor",
            "list_mentor_steps",
            "record_mentor_check",
            "list_mentor_checks",
            "record_mentor_training",
            "list_mentor_trainings",
            "record_supervision",
            "list_supervisions",
            "record_mentor_hours",
            "list_mentor_hours",
            "record_supervisor_absence",
            "list_supervisor_absences",
            "start_match_run",
            "list_match_runs",
            "read_match_run",
            "list_match_lines",
            "approve_match_run",
            "explain_pair",
            "candidates_of_referral",
            "candidates_of_mentor",
            "ask_forecast",
            "ask_mentors_needed",
            "record_match_profile",
            "list_match_profiles",
            "record_match_exclusion",
            "list_match_exclusions",
            "propose_engagement",
            "take_back_engagement",
            "pause_engagement",
            "resume_engagement",
            "hand_over_engagement",
            "end_engagement",
            "reopen_engagement",
            "list_bridging_tasks",
            "read_bridging_task",
            "finish_bridging_task",
        ),
        CASEWORK,
    ),
    **dict.fromkeys(
        (
            *("list_engagements", "read_engagement", "accept_engagement", "decline_engagement"),
            *("plan_session", "list_sessions", "read_session", "record_session", "correct_session", "cancel_session"),
            *("reschedule_session", "plan_session_series", "list_session_series", "read_session_series"),
            *("end_session_series", "list_contacts", "read_contact"),
            *("write_session_note", "list_session_notes", "read_session_note"),
            *("name_barrier", "list_barriers", "read_barrier", "try_barrier"),
            *("list_calendar_feeds", "read_calendar_feed", "revoke_calendar_feed"),
            *("agree_action_plan", "list_action_plans", "read_action_plan", "review_action_plan"),
            *("end_action_plan", "set_goal", "list_goals", "read_goal"),
            *("change_goal", "move_goal", "tell_goal_progress", "add_goal_step"),
            *("do_goal_step", "undo_goal_step", "set_goal_step_aside", "list_toolkits"),
            *("read_toolkit", "begin_toolkit", "list_toolkit_progress", "read_toolkit_progress"),
            *("record_toolkit_unit", "move_toolkit_progress", "issue_certificate", "read_certificate"),
            "print_certificate",
            *("suggest_onward_referral", "list_onward_referrals", "read_onward_referral", "send_onward_referral"),
            *("accept_onward_referral", "start_onward_referral", "decline_onward_referral", "withdraw_onward_consent"),
            "close_onward_referral",
        ),
        CASEWORK | {MENTOR},
    ),
    # where somebody stays: whoever mentors him knows, casework keeps it
    **dict.fromkeys(("list_placements", "list_placements_of_person", "read_placement"), CASEWORK | {MENTOR, LEAD}),
    **dict.fromkeys(
        ("list_gate_support", "read_gate_support", "list_reconnect_cards", "read_reconnect_card"), CASEWORK | {MENTOR}
    ),
    **dict.fromkeys(("find_eligible", "take_gate_step", "count_gate_support"), CASEWORK),
    "list_contact_permissions": CASEWORK | {MENTOR},
    "record_contact_permission": CASEWORK,
    **dict.fromkeys(("list_reminders", "read_reminder"), CASEWORK | {MENTOR}),
    **dict.fromkeys(("acknowledge_reminder", "read_timeline", "merge_people", "supersede_identifier"), CASEWORK),
    **dict.fromkeys(("list_endings", "read_ending", "list_ending_agreements", "agree_ending"), CASEWORK | {MENTOR}),
    **dict.fromkeys(
        (
            *("judge_outcome", "list_outcome_judgements", "read_outcome_judgement", "list_outcome_summaries"),
            *("read_outcome_summary", "publish_measure", "retire_measure"),
        ),
        CASEWORK,
    ),
    **dict.fromkeys(
        (
            *("list_measures", "read_measure", "record_measure_response", "list_measure_responses"),
            *("read_measure_response", "read_measure_changes"),
        ),
        CASEWORK | {MENTOR},
    ),
    **dict.fromkeys(
        ("list_metrics", "read_metric", "read_report", "read_chart", "list_publications"), CASEWORK | {ANALYST}
    ),
    **dict.fromkeys(("freeze_report", "list_reports"), CASEWORK),
    **dict.fromkeys(("tell_case_study", "list_case_studies", "read_case_study", "withdraw_case_study"), CASEWORK),
    "publish_report": MANAGERS,
    **dict.fromkeys(("list_closing_reviews", "record_closing_review"), CASEWORK | {MENTOR}),
    **dict.fromkeys(("record_death", "list_deaths", "read_death", "withdraw_death"), CASEWORK),
    **dict.fromkeys(
        ("list_professional_contacts", "list_licence_conditions", "list_release_plans", "read_release_plan"),
        CASEWORK | {MENTOR},
    ),
    **dict.fromkeys(("record_professional_contact", "record_licence_condition", "read_countdown"), CASEWORK),
    **dict.fromkeys(
        ("open_release_plan", "change_release_plan", "add_plan_item", "answer_plan_item", "start_plan_again"), CASEWORK
    ),
    **dict.fromkeys(("issue_reconnect_card", "revoke_reconnect_card"), CASEWORK),
    **dict.fromkeys(("list_temporary_absences", "read_temporary_absence"), CASEWORK | {MENTOR, LEAD}),
    **dict.fromkeys(("record_temporary_absence", "return_from_absence", "withdraw_absence"), CASEWORK),
    **dict.fromkeys(("transfer_person", "release_person", "recall_person"), CASEWORK),
    **dict.fromkeys(("list_move_reviews", "read_move_review", "decide_move"), CASEWORK),
    **dict.fromkeys(("record_placement", "correct_placement", "withdraw_placement"), CASEWORK),
    **dict.fromkeys(("make_toolkit", "change_toolkit", "retire_toolkit"), CASEWORK),
    "create_calendar_feed": {MENTOR},
    # feedback: whoever gives it sees the forms, and what was said is casework's
    **dict.fromkeys(("list_feedback_forms", "read_feedback_form", "give_feedback"), CASEWORK | {MENTOR, REFERRER}),
    **dict.fromkeys(
        ("publish_feedback_form", "retire_feedback_form", "list_feedback", "read_feedback"),
        CASEWORK,
    ),
    **dict.fromkeys(
        (
            *("record_concern", "list_concerns", "read_concern", "add_to_concern"),
            *("list_concern_alarms", "read_concern_alarm"),
        ),
        CASEWORK | {MENTOR, LEAD},
    ),
    **dict.fromkeys(
        (
            *("acknowledge_alarm", "record_acct_state", "list_acct_states", "read_acct_state"),
            *("write_restricted_note", "list_restricted_notes", "read_restricted_note"),
        ),
        frozenset({COORDINATOR, LEAD}),
    ),
    "publish_matching_policy": MANAGERS,
    "list_matching_policies": CASEWORK,
    # the directory: the charity's own people read it, casework keeps it
    **dict.fromkeys(("list_services", "read_service"), EVERYBODY - {REFERRER}),
    **dict.fromkeys(("create_service", "change_service", "withdraw_service", "import_services"), CASEWORK),
    # without a token
    **dict.fromkeys(
        (
            "token",
            "jwks",
            "metadata",
            "list_problems",
            "read_problem",
            "liveness",
            "readiness",
            "metrics",
            "read_calendar",
            "enter_code",
            "directory_metadata",
            "list_directory_services",
            "read_directory_service",
        ),
        ANYBODY,
    ),
}
ABSENT = "01900000-0000-7000-8000-00000000dead"
# Looks for the thing that its list belongs to first, and needs the scope to see that too.
ALSO = {"read_history": "referrals:read", "list_trusted_documents": "clients:read"}
# Refused by the operation itself, as the role has the permission for something else: see the test of its own.
REFUSED_WITHIN = {("register_partner", OPERATOR)}


@pytest.fixture(scope="module")
async def doors(world: World) -> list[Operation]:
    return await operations(world.app)


def call_of(operation: Operation, ids: dict[str, str]) -> Request:
    """With somebody's ids and a version that nothing has: whoever may gets as far as 404, 412 or 422 at the most."""
    request = Request(operation, operation.at(ids), operation.needed(ids), next(operation.bodies(ids)))
    return replace(request, body={"nonsense": True}) if operation.method == "POST" and request.body else request


async def status_of(world: World, request: Request, token: str) -> int:
    async with client(world.app) as http:
        return (await request.send(http, token)).status_code


def test_the_table_knows_every_operation(doors: list[Operation]) -> None:
    assert {operation.id for operation in doors} == set(MAY)


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_each_role_may_what_the_table_says_and_nothing_else(
    world: World, filled: tuple[Filled, Filled], doors: list[Operation], role: str
) -> None:
    charity = filled[0].charity
    staff = charity.staff | {Role.REFERRER: charity.referrer, Role.PLATFORM_OPERATOR: world.operator}
    absent = dict.fromkeys(filled[0].ids, ABSENT)
    wrong = []
    for operation in doors:
        allowed = MAY[operation.id]
        if allowed is None or (operation.id, role) in REFUSED_WITHIN:
            continue
        status = await status_of(world, call_of(operation, absent), staff[Role(role)].token())
        assert status < 500
        # Whoever may not is told 403; nobody is told 401 with a good token.
        if status == 401 or (status != 403) is not (role in allowed):
            wrong.append((operation.id, status))
    assert not wrong


async def test_an_operator_registers_no_partner_for_a_charity(world: World) -> None:
    answer = await world.operator.post("/v1/organisations", {"name": "Anybody's"})
    assert answer.status_code == 403


async def test_without_a_token_there_are_only_the_open_doors(
    world: World, filled: tuple[Filled, Filled], doors: list[Operation]
) -> None:
    async with client(world.app) as http:
        for operation in doors:
            if MAY[operation.id] is ANYBODY:
                continue
            request = call_of(operation, filled[0].ids)
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic Zm9vOmJhcg=="}):
                answer = await http.request(operation.method, request.path, json=request.body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED"), operation.id
                assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_scopes_narrow_a_role_and_never_widen_it(
    world: World, filled: tuple[Filled, Filled], doors: list[Operation]
) -> None:
    """For each permission of each role: with that scope alone its operations are open and all others closed."""
    charity = filled[0].charity
    absent = dict.fromkeys(filled[0].ids, ABSENT)
    everybody = {p.value for p in Permission}
    for caller in (charity.manager, charity.referrer, charity.staff[Role.DATA_PROTECTION_LEAD]):
        for scope in sorted(ROLE_PERMISSIONS[caller.role]):
            token = caller.token(scopes={scope.value})
            of_others = [operation for operation in doors[::7] if operation.permission not in (None, scope)]
            for operation in [*(one for one in doors if one.permission == scope), *of_others]:
                needed = {scope.value, ALSO.get(operation.id, scope.value)}
                by = token if len(needed) == 1 or operation.permission != scope else caller.token(scopes=needed)
                status = await status_of(world, call_of(operation, absent), by)
                open_ = operation.permission == scope and caller.role in (MAY[operation.id] or ())
                assert (status != 403) is open_, (caller.role, scope, operation.id, status)
        # All the scopes there are give a role nothing that is not its own; unknown ones give nothing at all.
        token = caller.token(scopes=everybody | {"everything", "*"})
        for operation in doors:
            if operation.permission is not None and caller.role not in (MAY[operation.id] or ()):
                assert await status_of(world, call_of(operation, absent), token) == 403, operation.id
        for nothing in (set(), {"*"}, {"people"}, {"PEOPLE:READ"}):
            assert (await _get(caller, "/v1/programmes", scopes=nothing)) == 403


async def test_a_missing_scope_is_named(filled: tuple[Filled, Filled]) -> None:
    coordinator = filled[0].charity.coordinator
    async with client(coordinator.app) as http:
        answer = await http.get("/v1/people", headers={"Authorization": f"Bearer {coordinator.token(scopes=set())}"})
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="people:read"'


async def _get(caller: Caller, path: str, **claims: Any) -> int:
    async with client(caller.app) as http:
        answer = await http.get(path, headers={"Authorization": f"Bearer {caller.token(**claims)}"})
        return answer.status_code


@pytest.mark.parametrize("role", list(Role))
async def test_a_well_signed_token_of_a_role_that_its_holder_has_not_is_refused_by_the_database(
    filled: tuple[Filled, Filled], role: Role
) -> None:
    for caller in filled[0].charity.everybody():
        if caller.role is role:
            continue
        scopes = {p.value for p in Permission}
        status = await _get(caller, "/v1/establishments", role=role, scopes=scopes)
        assert status == 401, (caller.role, role)


async def test_a_well_signed_token_with_another_authority_kind_of_holder_or_nobody_is_refused(
    filled: tuple[Filled, Filled], world: World
) -> None:
    a, b = filled[0].charity, filled[1].charity
    for authority in (0, 2, 2**40):
        assert await _get(a.manager, "/v1/establishments", authority=authority) == 401
    assert await _get(a.manager, "/v1/establishments", subject=a.id) == 401
    # Whatever organisation and charity it claims, its holder's own are what counts; where they differ nothing is seen.
    lying = a.manager.token(charity=b.id, organisation=b.id)
    async with client(world.app) as http:
        for path in ("/v1/referrals", "/v1/people", "/v1/members", "/v1/programmes", "/v1/organisations"):
            answer = await http.get(path, headers={"Authorization": f"Bearer {lying}"})
            assert answer.json() == {"items": [], "next": None}, path
        answer = await http.get(
            "/v1/referrals", headers={"Authorization": f"Bearer {a.machine.token(organisation=b.partner_id)}"}
        )
        assert answer.json() == {"items": [], "next": None}


async def test_a_well_signed_token_of_a_role_that_does_not_exist_is_refused(world: World) -> None:
    services = world.app.state.services
    key = services.ring.signing()
    claims = jwt.get_unverified_claims(world.a.manager.token())
    for role in ("superuser", "intake", "authenticator", "tg_manager", "", None, ["manager"]):
        forged = jwt.encode(
            claims | {"role": role},
            CryptographyRSAKey(key.private, key.alg),
            algorithm=key.alg,
            headers={"typ": "at+jwt", "kid": key.kid},
        )
        async with client(world.app) as http:
            answer = await http.get("/v1/establishments", headers={"Authorization": f"Bearer {forged}"})
        assert answer.status_code == 401, role


async def test_only_a_named_person_decides_that_somebody_is_ineligible(filled: tuple[Filled, Filled]) -> None:
    """A program with a coordinator's role and every scope is refused, whoever it belongs to."""
    charity = filled[0].charity
    body = {
        "name": "Deciding program",
        "role": "coordinator",
        "scopes": sorted(ROLE_PERMISSIONS[Role.COORDINATOR] - FOR_PEOPLE_ONLY),
    }
    made = (await charity.manager.post("/v1/clients", body)).json()
    program = replace(charity.coordinator, id=made["id"], kind=ActorKind.CLIENT)
    referral = await charity.push(custody={"conditional_release_date": "2026-11-20", "legal_status": "SENTENCED"})
    assert referral["disposition"] == "awaiting_confirmation"
    for step in ("confirm-ineligible", "overrule"):
        answer = await program.step(f"/v1/referrals/{referral['id']}/{step}", {"reason": "Because."})
        assert answer.status_code == 403, step
    answer = await charity.coordinator.step(f"/v1/referrals/{referral['id']}/overrule", {"reason": "Because."})
    assert answer.status_code == 200


@pytest.fixture(scope="module")
async def doomed(world: World) -> CharityWorld:
    """A charity whose people lose their rights one after the other."""
    return await build_charity(world.app, world.operator, "DOO")


async def ends(caller: Caller, deed: Callable[[], Awaitable[Any]], *, path: str = "/v1/programmes") -> None:
    """A token that works, and is remembered, stops working with the deed: on the next request."""
    token = caller.token()
    async with client(caller.app) as http:
        for _ in range(2):
            assert (await http.get(path, headers={"Authorization": f"Bearer {token}"})).status_code == 200
        answer = await deed()
        assert answer.status_code == 200, answer.text
        refused = await http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        written = await http.post("/v1/referrals", json={}, headers={"Authorization": f"Bearer {token}"})
        assert written.status_code in (401, 403, 422)


async def test_rights_that_change_or_end_take_their_tokens_with_them(doomed: CharityWorld) -> None:
    manager, staff = doomed.manager, doomed.staff

    def change(kind: str, caller: Caller, **body: Any) -> Callable[[], Awaitable[Any]]:
        path = f"/v1/{kind}/{caller.id}"
        return lambda: manager.step(path, body, method="PATCH", of=path)

    await ends(staff[Role.MENTOR], change("members", staff[Role.MENTOR], standing="SUSPENDED"))
    await ends(staff[Role.ANALYST], change("members", staff[Role.ANALYST], standing="REVOKED"))
    await ends(staff[Role.COORDINATOR], change("members", staff[Role.COORDINATOR], roles=["mentor", "coordinator"]))
    await ends(staff[Role.SAFEGUARDING_LEAD], change("members", staff[Role.SAFEGUARDING_LEAD], roles=["mentor"]))
    lead = staff[Role.DATA_PROTECTION_LEAD]
    await ends(lead, change("members", lead, password="another-password-for-tests"))
    await ends(doomed.machine, change("clients", doomed.machine, scopes=["programmes:read"]))
    machine = replace(doomed.machine, authority=2)
    await ends(machine, change("clients", machine, standing="SUSPENDED"))
    assert (await change("clients", machine, standing="ACTIVE")()).status_code == 200
    await ends(replace(machine, authority=4), change("clients", machine, standing="REVOKED"))
    # A new name is no new right.
    renamed = await change("members", doomed.referrer, display_name="Renamed")()
    assert renamed.status_code == 200
    assert (await doomed.referrer.get("/v1/programmes")).status_code == 200


async def test_secrets_that_are_ended_at_once_take_their_tokens_with_them(doomed: CharityWorld) -> None:
    body = {"name": "To be rotated", "role": "coordinator", "scopes": ["programmes:read"]}
    made = (await doomed.manager.post("/v1/clients", body)).json()
    program = replace(doomed.coordinator, id=made["id"], kind=ActorKind.CLIENT, authority=1)
    await doomed.manager.post(f"/v1/clients/{made['id']}/secrets")
    assert (await program.get("/v1/programmes")).status_code == 200
    await doomed.manager.post(f"/v1/clients/{made['id']}/secrets")
    assert (await program.get("/v1/programmes")).status_code == 200, "a rotation ends nothing"
    await doomed.manager.post(f"/v1/clients/{made['id']}/secrets?end_others_now=true")
    assert (await program.get("/v1/programmes")).status_code == 401


async def test_an_organisation_that_is_switched_off_lets_nobody_in(world: World, doomed: CharityWorld) -> None:
    """First the partner, then the charity itself: its manager, and the partner that was switched on again."""
    partner = f"/v1/organisations/{doomed.partner_id}"
    other = await build_charity(world.app, world.operator, "STA")

    async def switch(by: Caller, path: str, active: bool) -> Any:
        return await by.step(path, {"active": active}, method="PATCH", of=path)

    await ends(doomed.referrer, lambda: switch(doomed.manager, partner, False))
    assert (await doomed.manager.get("/v1/programmes")).status_code == 200
    assert (await switch(doomed.manager, partner, True)).status_code == 200
    assert (await doomed.referrer.get("/v1/programmes")).status_code == 200
    charity = f"/v1/organisations/{doomed.id}"
    assert (await switch(doomed.manager, charity, False)).status_code == 422, "nobody shuts himself out"
    await ends(doomed.manager, lambda: switch(world.operator, charity, False))
    assert (await doomed.referrer.get("/v1/programmes")).status_code == 401
    assert (await other.manager.get("/v1/programmes")).status_code == 200
    async with client(world.app) as http:
        form = {"grant_type": "password", "username": "manager@doo.example", "password": "a-password-for-tests"}
        assert (await http.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"


async def test_nobody_gives_himself_a_right(filled: tuple[Filled, Filled]) -> None:
    """Mass assignment of role, standing, charity, authority; roles across the line between charity and partner."""
    charity, spare = filled[1].charity, filled[1].ids
    manager = charity.manager
    own = f"/v1/members/{manager.id}"
    for body in ({"roles": ["manager", "data_protection_lead"]}, {"standing": "SUSPENDED"}):
        assert (await manager.step(own, body, method="PATCH", of=own)).status_code == 409
    for body in ({"authority": 0}, {"charity_id": str(charity.id)}, {"organisation_id": str(charity.id)}, {"id": "x"}):
        answer = await manager.step(own, body, method="PATCH", of=own)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "EXTRA_FORBIDDEN")
    member = f"/v1/members/{spare['member_id']}"
    for roles in (["platform_operator"], ["referrer"], ["mentor", "referrer"], ["intake"], []):
        assert (await manager.step(member, {"roles": roles}, method="PATCH", of=member)).status_code == 422
    referrer = f"/v1/members/{charity.referrer.id}"
    for roles in (["manager"], ["referrer", "coordinator"]):
        assert (await manager.step(referrer, {"roles": roles}, method="PATCH", of=referrer)).status_code == 422
    program = {"name": "Too much", "role": "referrer", "organisation_id": str(charity.partner_id)}
    assert (await manager.post("/v1/clients", {**program, "scopes": ["people:read"]})).status_code == 422
    machine = f"/v1/clients/{charity.machine.id}"
    widened = await manager.step(machine, {"scopes": ["people:read"]}, method="PATCH", of=machine)
    assert widened.status_code == 422
    for extra in ({"disposition": "allocated"}, {"partner_id": str(charity.id)}, {"charity_id": str(charity.id)}):
        answer = await charity.machine.post("/v1/referrals", {**charity.referral(), **extra})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "EXTRA_FORBIDDEN")


async def test_a_manager_sets_a_password_without_reading_the_one_before(world: World, doomed: CharityWorld) -> None:
    """Whoever sets one ends what was issued before; the version counts it also where nothing else changed."""
    low = "aaa"
    made = (
        await world.a.manager.post(
            "/v1/members",
            {
                "display_name": "Forgetful",
                "email": f"forgetful@{low}.example",
                "roles": ["mentor"],
                "password": "the-first-password",
            },
        )
    ).json()
    path = f"/v1/members/{made['id']}"
    changed = await world.a.manager.step(path, {"password": "the-second-password"}, method="PATCH", of=path)
    assert (changed.status_code, changed.json()["version"]) == (200, made["version"] + 1)
    async with client(world.app) as http:
        for password, status in (("the-first-password", 400), ("the-second-password", 200)):
            form = {"grant_type": "password", "username": made["email"], "password": password}
            assert (await http.post("/oauth/token", data=form)).status_code == status


async def test_a_scope_for_writing_alone_gets_its_answer_and_nothing_else(world: World) -> None:
    writer = replace(world.a.machine, scopes=frozenset({"referrals:write"}))
    pushed = await writer.post("/v1/referrals", world.a.referral())
    assert (pushed.status_code, pushed.json()["disposition"]) == (201, "waiting")
    assert (await writer.get(f"/v1/referrals/{pushed.json()['id']}")).status_code == 403
    clerk = replace(world.a.coordinator, scopes=frozenset({"people:write"}))
    made = await clerk.post("/v1/people", {"given_name": "Testcase"})
    assert made.status_code == 201
    assert (await clerk.get(f"/v1/people/{made.json()['id']}")).status_code == 403


async def test_who_may_only_write_reads_nothing_by_changing_nothing(world: World) -> None:
    pushed = await world.a.push()
    seen = (await world.a.coordinator.get(f"/v1/referrals/{pushed['id']}")).json()
    clerk = replace(world.a.coordinator, scopes=frozenset({"people:write", "referrals:manage"}))
    for address in (f"/v1/people/{seen['person']['id']}", f"/v1/referrals/{pushed['id']}"):
        answer = await clerk("PATCH", address, json={}, headers={"If-Match": '"1"'})
        assert answer.status_code == 403
        assert "Exampleson" not in answer.text
