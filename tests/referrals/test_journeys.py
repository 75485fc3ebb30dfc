"""A referral's journey: how it arrives, where it may go from where it stands, and who is told what."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.eligibility.rules import Outcome
from app.domain.kernel.access import Role
from app.domain.kernel.actor import ActorKind
from app.domain.kernel.rows import civil_date, new_id
from app.domain.referrals.models import Channel, Disposition, Source, Status
from app.domain.referrals.rules import (
    ENDED,
    JUDGED,
    OPEN,
    TABLE,
    Step,
    allowed,
    new_reference,
    open_steps,
    reference_holds,
    status_of,
)
from tests.conftest import Clock
from tests.referrals.helpers import (
    ADDRESSED,
    FACTS,
    LONG,
    REMAND,
    SHORT,
    UNKNOWN,
    WAYS,
    D,
    address,
    body_of,
    end_of,
    everything_about,
    learn,
    listed,
    made,
    new_programme,
    read,
    row_counts,
    sql,
    stand,
    take,
)
from tests.world import Caller, CharityWorld, World

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXY"


@pytest.fixture(scope="module")
async def machine_coordinator(world: World) -> Caller:
    """A program of the charity itself, with every scope that a coordinator has but one."""
    client = await made(
        world.a.manager,
        "/v1/clients",
        {
            "name": "Example case system",
            "role": "coordinator",
            "scopes": ["referrals:manage", "referrals:read", "referrals:write", "people:read", "people:write"],
        },
    )
    return Caller(
        world.app,
        Role.COORDINATOR,
        UUID(client["id"]),
        world.a.id,
        world.a.id,
        kind=ActorKind.CLIENT,
        scopes=frozenset(client["scopes"]),
    )


@pytest.fixture
def moved_clock(clock: Clock) -> Iterator[Clock]:
    yield clock
    clock.fixed = None


def later(by: Caller, clock: Clock) -> dict[str, str]:
    """A token of the day on which the clock stands."""
    return {"Authorization": f"Bearer {by.token(now=clock())}"}


def problems(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


# Arriving


@pytest.mark.parametrize("source", Source)
async def test_every_source_is_taken_and_kept_as_it_was_given(world: World, source: Source) -> None:
    pushed = await world.a.push(source=source.value, source_detail="CSU (example)")
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    assert (seen["source"], seen["source_detail"]) == (source.value, "CSU (example)")
    assert source.reports_as.reports_as is source.reports_as


@pytest.mark.parametrize("channel", Channel)
async def test_every_channel_is_another_question_than_the_source(world: World, channel: Channel) -> None:
    pushed = await world.a.push(channel=channel.value)
    assert pushed["channel"] == channel.value


async def test_a_push_without_a_channel_came_by_the_api_and_a_colleagues_entry_did_not(world: World) -> None:
    assert (await world.a.push())["channel"] == "API"
    assert (await world.a.push(by=world.a.coordinator))["channel"] is None


async def test_a_paper_slip_with_a_name_and_a_cell_is_enough(world: World) -> None:
    slip = {
        "programme_id": world.a.programme_id,
        "source": "self_wing",
        "channel": "PAPER_SLIP",
        "person": {"given_name": "Testcase", "establishment": "bxi", "location": "C wing, 3-14"},
    }
    pushed = await made(world.a.coordinator, "/v1/referrals", slip)
    assert (pushed["disposition"], pushed["status"]) == ("awaiting_information", "open")
    assert pushed["received_on"] == civil_date(datetime.now(UTC)).isoformat()
    assert pushed["information_due_on"] > pushed["received_on"]
    person = await read(world.a.coordinator, f"/v1/people/{pushed['person']['id']}")
    assert (person["establishment"], person["location"]) == ("BXI", "C wing, 3-14")
    assert pushed["person"]["family_name"] is None


@pytest.mark.parametrize(("agency", "movement"), [("OUT", "OUT"), ("TRN", "IN_TRANSFER"), ("BXI", None)])
async def test_out_and_trn_are_where_somebody_is_not(world: World, agency: str, movement: str | None) -> None:
    pushed = await world.a.push(person={"given_name": "Testcase", "establishment": agency})
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    person = await read(world.a.coordinator, f"/v1/people/{seen['person']['id']}")
    assert person["establishment"] == (None if movement else agency)
    assert (person["movement"] == "IN_ESTABLISHMENT") is (movement is None)
    assert pushed["person"]["establishment"] == agency  # as it was sent


async def test_somebody_must_be_meant(world: World) -> None:
    for person in ({}, {"establishment": "BXI", "location": "C wing"}):
        answer = await world.a.machine.post("/v1/referrals", world.a.referral(person=person))
        assert answer.status_code == 422
        assert [pointer for pointer, _ in problems(answer)] == ["/person"]
    nobody = await world.a.machine.post("/v1/referrals", world.a.referral(person=None))
    assert problems(nobody) == [("/person", "ONE_OF")]


async def test_an_impossible_prison_number_is_named_by_its_place(world: World) -> None:
    person = {"given_name": "Testcase", "identifiers": [{"scheme": "prison_number", "value": "A123BC"}]}
    answer = await world.a.machine.post("/v1/referrals", world.a.referral(person=person))
    assert answer.status_code == 422
    assert [pointer for pointer, _ in problems(answer)] == ["/person/identifiers/0/value"]
    assert "A123BC" not in answer.text
    second = {"given_name": "Testcase", "identifiers": [{"scheme": "crn", "value": "x123456"}, *person["identifiers"]]}
    answer = await world.a.machine.post("/v1/referrals", world.a.referral(person=second))
    assert [pointer for pointer, _ in problems(answer)] == ["/person/identifiers/1/value"]


async def test_a_pnc_with_a_wrong_letter_is_kept_but_not_relied_on(world: World) -> None:
    given_numbers = [
        {"scheme": "pnc", "value": "20030011985Z"},
        {"scheme": "pnc", "value": "81/34U"},
        {"scheme": "crn", "value": " x123456 "},
    ]
    pushed = await world.a.push(person={"family_name": "Exampleson", "identifiers": given_numbers})
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    person = await read(world.a.coordinator, f"/v1/people/{seen['person']['id']}")
    assert {(held["scheme"], held["value"], held["verified"]) for held in person["identifiers"]} == {
        ("pnc", "20030011985Z", False),
        ("pnc", "1981/0000034U", True),
        ("crn", "X123456", True),
    }


async def test_what_was_explained_and_agreed_is_kept(world: World, database_url: str) -> None:
    consent = {
        "voluntary_explained_at": "2026-10-30T10:15:00Z",
        "confidentiality_explained_at": "2026-10-30T10:20:00Z",
        "given": True,
    }
    pushed = await world.a.push(consent=consent)
    [referral] = await sql(database_url, "select person_id from referral where id = $1", pushed["id"])
    explained = await sql(
        database_url,
        "select kind, explained_at from explanation where person_id = $1 order by kind",
        referral["person_id"],
    )
    assert [(row["kind"], row["explained_at"].isoformat()) for row in explained] == [
        ("CONFIDENTIALITY", "2026-10-30T10:20:00+00:00"),
        ("VOLUNTARY", "2026-10-30T10:15:00+00:00"),
    ]
    [agreed] = await sql(database_url, "select * from consent where person_id = $1", referral["person_id"])
    assert (agreed["purpose"], agreed["given"], agreed["recorded_by"]) == ("TAKING_PART", True, world.a.machine.id)

    unasked = await world.a.push(consent={"given": None})
    [referral] = await sql(database_url, "select person_id from referral where id = $1", unasked["id"])
    assert await sql(database_url, "select * from consent where person_id = $1", referral["person_id"]) == []


async def test_nothing_was_explained_or_received_in_the_future(world: World) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    told = {"voluntary_explained_at": tomorrow.isoformat(), "given": True}
    answer = await world.a.machine.post("/v1/referrals", world.a.referral(consent=told))
    assert (answer.status_code, problems(answer)) == (
        422,
        [("/consent/voluntary_explained_at", "IN_THE_FUTURE")],
    )
    received = (civil_date(datetime.now(UTC)) + timedelta(days=1)).isoformat()
    answer = await world.a.machine.post("/v1/referrals", world.a.referral(received_on=received))
    assert (answer.status_code, problems(answer)) == (422, [("/received_on", "IN_THE_FUTURE")])


async def test_an_evening_in_june_is_already_tomorrow_in_london(world: World, moved_clock: Clock) -> None:
    moved_clock.fixed = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    headers = later(world.a.machine, moved_clock)
    body = {name: value for name, value in world.a.referral().items() if name != "received_on"}
    pushed = await made(world.a.machine, "/v1/referrals", body, headers=headers)
    assert pushed["received_on"] == pushed["eligibility"]["evaluated_on"] == "2027-07-01"


async def test_an_unknown_programme_and_another_charitys_are_answered_alike(world: World) -> None:
    answers = [
        await world.a.machine.post("/v1/referrals", world.a.referral(programme_id=programme))
        for programme in (str(new_id()), world.b.programme_id)
    ]
    for answer in answers:
        assert (answer.status_code, problems(answer)) == (422, [("/programme_id", "UNKNOWN_PROGRAMME")])
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_only_the_charitys_own_people_may_name_somebody_on_file(world: World) -> None:
    person = await made(world.a.manager, "/v1/people", {"given_name": "Testcase", "family_name": "Onfile"})
    body = {**world.a.referral(), "person_id": person["id"], "person": None}
    for named in (person["id"], str(new_id())):
        answer = await world.a.machine.post("/v1/referrals", {**body, "person_id": named})
        assert (answer.status_code, problems(answer)) == (422, [("/person_id", "NOT_FOR_PARTNERS")])
    unknown = await world.a.coordinator.post("/v1/referrals", {**body, "person_id": str(new_id())})
    assert (unknown.status_code, problems(unknown)) == (422, [("/person_id", "UNKNOWN_PERSON")])
    foreign = await world.b.coordinator.post("/v1/referrals", {**body, "programme_id": world.b.programme_id})
    assert problems(foreign) == [("/person_id", "UNKNOWN_PERSON")]
    both = await world.a.coordinator.post("/v1/referrals", {**world.a.referral(), "person_id": person["id"]})
    assert problems(both) == [("/person", "ONE_OF")]

    referral = await made(world.a.coordinator, "/v1/referrals", body)
    assert referral["person"]["id"] == person["id"]
    assert referral["eligibility"]["inputs"]["custody"] == LONG
    facts = await listed(world.a.coordinator, f"/v1/people/{person['id']}/custody-facts")
    assert [one["conditional_release_date"] for one in facts] == [LONG["conditional_release_date"]]


async def test_a_partner_reference_makes_one_referral_for_each_partner(world: World) -> None:
    reference = f"EXAMPLE-{new_id()}"
    first = await world.a.push(partner_reference=reference)
    again = await world.a.machine.post("/v1/referrals", world.a.referral(partner_reference=reference))
    assert (again.status_code, again.json()["code"]) == (409, "PARTNER_REFERENCE_TAKEN")
    colleague = await world.a.referrer.post("/v1/referrals", world.a.referral(partner_reference=reference))
    assert colleague.status_code == 409  # the agency's person and its program share its references
    other = await world.b.push(partner_reference=reference)
    assert other["partner_reference"] == first["partner_reference"] == reference
    for _ in range(2):  # the charity's own entries are nobody's second use
        await world.a.push(by=world.a.coordinator, partner_reference=reference)
    found = await listed(world.a.machine, "/v1/referrals", partner_reference=reference)
    assert [one["id"] for one in found] == [first["id"]]


async def test_paused_intake_says_why_and_until_when_and_ends_by_itself(world: World, moved_clock: Clock) -> None:
    programme = await new_programme(world.a)
    until = (datetime.now(UTC) + timedelta(hours=6)).replace(microsecond=0)
    paused = await world.a.manager.step(
        f"/v1/programmes/{programme}/intake",
        {"intake": "paused", "reason": "All mentors are matched.", "until": until.isoformat()},
        method="PUT",
    )
    assert paused.status_code == 200, paused.text
    refused = await world.a.machine.post("/v1/referrals", world.a.referral(programme_id=programme))
    assert (refused.status_code, refused.json()["code"]) == (409, "INTAKE_PAUSED")
    assert "All mentors are matched." in refused.json()["detail"]
    assert 5 * 3600 < int(refused.headers["retry-after"]) <= 6 * 3600

    moved_clock.fixed = until
    headers = later(world.a.machine, moved_clock)
    await made(world.a.machine, "/v1/referrals", world.a.referral(programme_id=programme), headers=headers)


async def test_intake_without_an_end_is_paused_until_somebody_opens_it(world: World) -> None:
    programme = await new_programme(world.a)
    path = f"/v1/programmes/{programme}/intake"
    await world.a.manager.step(path, {"intake": "paused", "reason": "All mentors are matched."}, method="PUT")
    refused = await world.a.machine.post("/v1/referrals", world.a.referral(programme_id=programme))
    assert refused.status_code == 409
    assert int(refused.headers["retry-after"]) > 0
    await world.a.manager.step(path, {"intake": "open"}, method="PUT")
    await world.a.push(programme_id=programme)


async def test_a_dry_run_answers_with_the_decision_and_stores_nothing_at_all(world: World, database_url: str) -> None:
    full = {
        "person": {
            "given_name": "Testcase",
            "family_name": "Dryrun",
            "ethnicity": "W1",
            "identifiers": [{"scheme": "prison_number", "value": "A0001AA"}],
            "convictions": [{"offence_group": "BURGLARY_OTHER"}],
        },
        "consent": {"voluntary_explained_at": "2026-10-30T10:15:00Z", "given": True},
        "partner_reference": f"DRY-{new_id()}",
    }
    before = await row_counts(database_url)
    assert before["referral"] > 0
    assert len(before) > 20
    for by in (world.a.machine, world.a.referrer, world.a.coordinator):
        for outcome, facts in FACTS.items():
            answer = await by.post(
                "/v1/referrals?dry_run=true",
                world.a.referral(custody=facts, **full),
                headers={"Idempotency-Key": f"dry-{outcome}"},
            )
            assert answer.status_code == 200, answer.text
            judged = answer.json()
            assert judged["eligibility"]["outcome"] == outcome
            assert judged["disposition"] == JUDGED[outcome][1]
            assert judged["id"] is judged["reference"] is None
            assert "location" not in answer.headers
    assert await row_counts(database_url) == before

    # Neither the key nor the reference is used up.
    real = await world.a.machine.post(
        "/v1/referrals", world.a.referral(**full), headers={"Idempotency-Key": "dry-ELIGIBLE"}
    )
    assert real.status_code == 201


# The table


def test_the_table_leads_everywhere_and_from_everywhere() -> None:
    starts = {start for sources, _, _ in TABLE for start in sources} | {end for _, end in JUDGED.values()}
    ends = {end for _, _, end in TABLE} | {end for _, end in JUDGED.values()}
    assert starts == ends == set(Disposition)
    assert {step for _, step, _ in TABLE} == set(Step)
    assert {D.ALLOCATED} | OPEN | ENDED == set(Disposition)
    assert {d: status_of(d) for d in Disposition} == {
        **dict.fromkeys(OPEN, Status.OPEN),
        **dict.fromkeys(ENDED, Status.CLOSED),
        D.ALLOCATED: Status.ALLOCATED,
    }


def test_no_judgement_closes_and_none_touches_who_has_a_mentor_or_was_closed_by_somebody() -> None:
    judgements = set(Step) - set(ADDRESSED)
    for sources, step, end in TABLE:
        if step in judgements:
            assert end in OPEN
            assert sources <= OPEN | {D.INELIGIBLE}


@pytest.mark.parametrize("start", Disposition)
async def test_from_each_disposition_just_the_tables_steps_can_be_taken(world: World, start: Disposition) -> None:
    by = world.a.coordinator
    referral = await stand(world.a, start)
    newest = WAYS[start][0]
    survivor = (await world.a.push())["id"]
    before = await everything_about(by, referral["id"])
    offered = {name for name in referral["links"] if name in set(Step)}
    assert offered == {step.value for step in ADDRESSED if allowed(start, step, end_of(step, newest))}
    assert offered == set(open_steps(start))

    for step in ADDRESSED:
        if step.value in offered:
            continue
        answer = await take(by, referral, step, into=survivor)
        assert (answer.status_code, answer.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED"), step
        assert await everything_about(by, referral["id"]) == before, step

    for step in sorted(offered):
        fresh = await stand(world.a, start)
        assert fresh["links"][step] == address(fresh, Step(step))
        answer = await take(by, fresh, Step(step), into=survivor)
        assert answer.status_code == 200, answer.text
        moved = answer.json()
        end = end_of(Step(step), newest)
        assert (moved["disposition"], moved["status"]) == (end, status_of(end))
        assert moved["version"] == fresh["version"] + 1
        assert (moved["information_due_on"] is not None) is (end is D.AWAITING_INFORMATION)
        assert moved["duplicate_of_id"] == (survivor if step == Step.MERGE else None)


@pytest.mark.parametrize("start", Disposition)
async def test_a_judgement_moves_just_what_the_table_lets_it_move(world: World, start: Disposition) -> None:
    before = WAYS[start][0]
    for outcome, facts in FACTS.items():
        referral = await stand(world.a, start)
        await learn(world.a.coordinator, referral, facts)
        path = f"/v1/referrals/{referral['id']}"
        answer = await world.a.coordinator.step(f"{path}/eligibility")
        assert answer.status_code == 200, answer.text
        judged = answer.json()
        step, end = JUDGED[outcome]
        moves = outcome is not before and allowed(start, step, end)
        assert judged["eligibility"]["outcome"] == outcome
        assert judged["disposition"] == (end if moves else start)


@pytest.mark.parametrize("seed", range(6))
async def test_a_random_walk_stays_on_the_table_and_its_history_tells_it_all(world: World, seed: int) -> None:
    chance = random.Random(seed)
    by = world.a.coordinator
    outcome = chance.choice(list(Outcome))
    pushed = await world.a.push(custody=FACTS[outcome])
    survivor = (await world.a.push())["id"]
    here = JUDGED[outcome][1]
    told: list[tuple[str, str, str | None]] = [(JUDGED[outcome][0], here, None)]
    for _ in range(25):
        before = await everything_about(by, pushed["id"])
        step = chance.choice([*ADDRESSED, *open_steps(here), "learn"])
        if step == "learn":
            learnt = chance.choice(list(Outcome))
            await learn(by, pushed, FACTS[learnt])
            # Only what is open, or was confirmed ineligible, is judged again by new facts.
            if here in OPEN or here is D.INELIGIBLE:
                judged, end = JUDGED[learnt]
                if learnt is not outcome and allowed(here, judged, end):
                    told.append((judged, end, None))
                    here = end
                outcome = learnt
        else:
            step = Step(step)
            answer = await take(by, pushed, step, into=survivor)
            end = end_of(step, outcome)
            if not allowed(here, step, end):
                assert answer.status_code == 409, (here, step)
                assert answer.json()["code"] == "TRANSITION_NOT_ALLOWED"
                assert await everything_about(by, pushed["id"]) == before
                continue
            assert answer.status_code == 200, answer.text
            told.append((step, end, body_of(step, into=survivor)["reason"]))
            here = end
        assert (await read(by, f"/v1/referrals/{pushed['id']}"))["disposition"] == here
    history = await listed(by, f"/v1/referrals/{pushed['id']}/history")
    assert [(entry["step"], entry["disposition"], entry["reason"]) for entry in history] == told
    assert [entry["sequence"] for entry in history] == list(range(1, len(told) + 1))
    instants = [entry["recorded_at"] for entry in history]
    assert instants == sorted(instants)


async def test_a_history_names_everybody_and_every_reason(world: World) -> None:
    pushed = await world.a.push()
    path = f"/v1/referrals/{pushed['id']}"
    await take(world.a.coordinator, pushed, Step.DECLINE)
    await take(world.a.manager, pushed, Step.REOPEN)
    await world.a.referrer.step(f"{path}/withdraw", {"reason": "Moved on.", "effective_on": "2026-11-02"})
    history = await listed(world.a.coordinator, f"{path}/history")
    assert [(e["disposition"], e["recorded_by_name"], e["reason"]) for e in history] == [
        ("waiting", "Program AAA", None),
        ("declined_by_person", "Example coordinator", "Because of decline."),
        ("waiting", "Manager AAA", "Because of reopen."),
        ("withdrawn", "Example referrer", "Moved on."),
    ]
    assert [e["effective_on"] for e in history[::3]] == ["2026-11-01", "2026-11-02"]
    expanded = await read(world.a.coordinator, path, params={"expand": "history"})
    assert [e["sequence"] for e in expanded["history"]] == [4, 3, 2, 1]
    hidden = await world.a.referrer.get(f"{path}/history")
    assert hidden.status_code == 403


async def test_a_step_is_true_from_a_day_between_its_receipt_and_today(world: World) -> None:
    pushed = await world.a.push()
    tomorrow = (civil_date(datetime.now(UTC)) + timedelta(days=1)).isoformat()
    for day in ("2026-10-31", tomorrow):
        answer = await world.a.coordinator.step(address(pushed, Step.DECLINE), {"effective_on": day})
        assert (answer.status_code, problems(answer)) == (422, [("/effective_on", "OUT_OF_RANGE")])
    answer = await world.a.coordinator.step(address(pushed, Step.DECLINE), {"effective_on": "2026-11-01"})
    assert answer.status_code == 200


@pytest.mark.parametrize("step", [Step.CONFIRM_INELIGIBLE, Step.OVERRULE, Step.REOPEN])
async def test_a_decision_about_somebody_needs_a_reason(world: World, step: Step) -> None:
    referral = await stand(world.a, D.AWAITING_CONFIRMATION)
    for body in ({}, {"reason": "   "}):
        answer = await world.a.coordinator.step(address(referral, step), body)
        assert answer.status_code == 422
        assert [pointer for pointer, _ in problems(answer)] == ["/reason"]


async def test_a_program_never_decides_that_somebody_is_ineligible_or_is_not(
    world: World, machine_coordinator: Caller
) -> None:
    referral = await stand(world.a, D.AWAITING_CONFIRMATION)
    before = await everything_about(world.a.coordinator, referral["id"])
    for step in (Step.CONFIRM_INELIGIBLE, Step.OVERRULE):
        answer = await take(machine_coordinator, referral, step)
        assert answer.status_code == 403
        assert await everything_about(world.a.coordinator, referral["id"]) == before
    # It may do what is no decision about the person.
    assert (await take(machine_coordinator, referral, Step.DECLINE)).status_code == 200
    history = await listed(world.a.coordinator, f"/v1/referrals/{referral['id']}/history")
    assert history[-1]["recorded_by_name"] == "Example case system"


# What is learnt later


async def test_somebody_on_remand_is_thought_of_again_once_he_is_sentenced(world: World) -> None:
    pushed = await world.a.push(custody=REMAND)
    assert [reason["code"] for reason in pushed["eligibility"]["reasons"]] == ["NOT_YET_SENTENCED"]
    assert (await take(world.a.coordinator, pushed, Step.CONFIRM_INELIGIBLE)).status_code == 200
    await learn(world.a.coordinator, pushed, LONG)
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    assert (seen["disposition"], seen["eligibility"]["outcome"]) == ("waiting", "ELIGIBLE")
    assert seen["eligibility"]["evaluated_on"] == "2026-11-01"


async def test_new_facts_judge_each_open_referral_again_by_the_day_it_was_received(world: World) -> None:
    pushed = await world.a.push(custody=UNKNOWN)
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    second = await made(
        world.a.coordinator,
        "/v1/referrals",
        {
            **world.a.referral(),
            "person": None,
            "custody": None,
            "person_id": seen["person"]["id"],
            "received_on": "2026-06-01",
        },
    )
    # Enough from June, not enough from November.
    await learn(world.a.coordinator, pushed, {"legal_status": "SENTENCED", "conditional_release_date": "2026-12-01"})
    first_now = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    second_now = await read(world.a.coordinator, f"/v1/referrals/{second['id']}")
    assert (first_now["disposition"], second_now["disposition"]) == ("awaiting_confirmation", "waiting")
    # The partner is shown the decision on what it sent, and where his referral stands.
    partner = await read(world.a.machine, f"/v1/referrals/{pushed['id']}")
    assert (partner["eligibility"]["outcome"], partner["disposition"]) == ("UNDETERMINED", "awaiting_confirmation")


async def test_time_that_passes_turns_nobody_away(world: World, moved_clock: Clock) -> None:
    pushed = await world.a.push()
    path = f"/v1/referrals/{pushed['id']}"
    moved_clock.fixed = datetime(2027, 9, 1, 12, tzinfo=UTC)  # a month before he leaves
    headers = later(world.a.coordinator, moved_clock)
    tag = (await world.a.coordinator.get(path, headers=headers)).headers["etag"]
    answer = await world.a.coordinator.post(f"{path}/eligibility", headers={**headers, "If-Match": tag})
    assert answer.status_code == 200, answer.text
    judged = answer.json()
    assert (judged["disposition"], judged["eligibility"]["outcome"]) == ("waiting", "ELIGIBLE")
    assert judged["eligibility"]["evaluated_on"] == "2026-11-01"


async def test_nobody_who_has_a_mentor_loses_him_by_a_judgement(world: World) -> None:
    referral = await stand(world.a, D.ALLOCATED)
    for facts in (SHORT, REMAND, {"in_custody": False}, UNKNOWN):
        await learn(world.a.coordinator, referral, facts)
        answer = await world.a.coordinator.step(f"/v1/referrals/{referral['id']}/eligibility")
        assert (answer.json()["disposition"], answer.json()["status"]) == ("allocated", "allocated")


async def test_what_a_person_overruled_is_not_proposed_again_by_the_same_facts(world: World) -> None:
    referral = await stand(world.a, D.AWAITING_CONFIRMATION)
    assert (await take(world.a.coordinator, referral, Step.OVERRULE)).json()["disposition"] == "waiting"
    answer = await world.a.coordinator.step(f"/v1/referrals/{referral['id']}/eligibility")
    assert (answer.json()["disposition"], answer.json()["eligibility"]["outcome"]) == ("waiting", "INELIGIBLE")


async def test_a_correction_keeps_what_was_received_and_what_was_decided(world: World, database_url: str) -> None:
    pushed = await world.a.push(source="self_wing")
    path = f"/v1/referrals/{pushed['id']}"
    change = {"source": "key_worker", "channel": "EMAIL", "needs": ["HEALTH"], "reason": "Asked again."}
    answer = await world.a.coordinator.step(path, change, method="PATCH", of=path)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in change} == change
    assert answer.json()["eligibility"] == (await read(world.a.coordinator, path))["eligibility"]
    [kept] = await sql(
        database_url, "select submitted->'person'->>'family_name' as name from referral where id = $1", pushed["id"]
    )
    assert kept["name"] == "Exampleson"
    emptied = await world.a.coordinator.step(path, {"needs": None, "reason": None}, method="PATCH", of=path)
    assert (emptied.json()["needs"], emptied.json()["reason"]) == ([], None)
    without = await world.a.coordinator.step(path, {"source": None}, method="PATCH", of=path)
    assert (without.status_code, problems(without)) == (422, [("/source", "REQUIRED")])


# Partners, duplicates, coming back


async def test_a_partner_takes_back_what_it_pushed_and_nothing_else(world: World) -> None:
    pushed = await world.a.push()
    own = await read(world.a.machine, f"/v1/referrals/{pushed['id']}")
    assert own["links"]["withdraw"] == address(pushed, Step.WITHDRAW)
    for step in set(ADDRESSED) - {Step.WITHDRAW}:
        answer = await world.a.machine.post(
            address(pushed, step), body_of(step, into=pushed["id"]), headers={"If-Match": '"1.0"'}
        )
        assert answer.status_code == 403, step
    entered = await world.a.push(by=world.a.coordinator)
    for foreign in (entered["id"], (await world.b.push())["id"], str(new_id())):
        answer = await world.a.machine.post(
            f"/v1/referrals/{foreign}/withdraw", {"reason": "Not ours."}, headers={"If-Match": '"1.0"'}
        )
        assert answer.status_code == 404
    answer = await take(world.a.machine, pushed, Step.WITHDRAW)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["disposition"], answer.json()["status"]) == ("withdrawn", "closed")
    assert "withdraw" not in answer.json()["links"]
    assert (await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}"))["disposition"] == "withdrawn"


async def test_duplicates_of_a_duplicate_follow_the_one_that_stands(world: World) -> None:
    a, b, c = [await world.a.push() for _ in range(3)]
    by = world.a.coordinator
    assert (await take(by, b, Step.MERGE, into=a["id"])).json()["duplicate_of_id"] == a["id"]
    assert (await take(by, a, Step.MERGE, into=c["id"])).json()["duplicate_of_id"] == c["id"]
    assert (await read(by, f"/v1/referrals/{b['id']}"))["duplicate_of_id"] == c["id"]

    for step in (Step.ALLOCATE, Step.REOPEN, Step.DECLINE, Step.REOPEN, Step.RECORD_RELEASE):
        stands = (await take(by, c, step)).json()["disposition"]
        for pushed in (a, b, c):
            shown = await read(world.a.machine, f"/v1/referrals/{pushed['id']}")
            assert (shown["disposition"], shown["status"]) == (stands, status_of(Disposition(stands)))
        for merged in (a, b):
            assert (await read(by, f"/v1/referrals/{merged['id']}"))["disposition"] == "duplicate"
    found = await listed(world.a.machine, "/v1/referrals", disposition="duplicate")
    assert found == []


async def test_a_merge_needs_another_referral_that_stands(world: World) -> None:
    a, b, c = [await world.a.push() for _ in range(3)]
    by = world.a.coordinator
    for into, code in (
        (a["id"], "SAME_REFERRAL"),
        (str(new_id()), "UNKNOWN_REFERRAL"),
        ((await world.b.push())["id"], "UNKNOWN_REFERRAL"),
    ):
        answer = await take(by, a, Step.MERGE, into=into)
        assert (answer.status_code, problems(answer)) == (422, [("/into", code)])
    await take(by, b, Step.MERGE, into=c["id"])
    answer = await take(by, a, Step.MERGE, into=b["id"])
    assert problems(answer) == [("/into", "IS_A_DUPLICATE")]


async def test_a_duplicate_that_was_none_comes_back_by_itself(world: World) -> None:
    a, b = await world.a.push(), await world.a.push()
    by = world.a.coordinator
    await take(by, b, Step.MERGE, into=a["id"])
    back = (await take(by, b, Step.REOPEN)).json()
    assert (back["disposition"], back["duplicate_of_id"]) == ("waiting", None)
    await take(by, a, Step.DECLINE)
    assert (await read(world.a.machine, f"/v1/referrals/{b['id']}"))["disposition"] == "waiting"


def without_what_differs(shown: dict[str, Any]) -> dict[str, Any]:
    different = ("id", "reference", "received_at")
    text = {name: value for name, value in shown.items() if name not in different}
    return {
        **text,
        "links": {name: link.replace(shown["id"], "…") for name, link in shown["links"].items()},
        "eligibility": {k: v for k, v in shown["eligibility"].items() if k != "decided_at"},
    }


@pytest.mark.parametrize("step", [None, Step.OVERRULE, Step.DECLINE])
@pytest.mark.parametrize("outcome", [Outcome.UNDETERMINED, Outcome.INELIGIBLE])
async def test_a_partner_cannot_tell_a_duplicate_from_what_it_duplicates(
    world: World, outcome: Outcome, step: Step | None
) -> None:
    """That the charity knows the man already is for the charity alone: not in what is shown, not in what can be done."""
    by, partner, facts = world.a.coordinator, world.a.machine, FACTS[outcome]
    plain, merged = await world.a.push(custody=facts), await world.a.push(custody=facts)
    other = await world.a.push(by=by, custody=facts)
    await take(by, merged, Step.MERGE, into=other["id"])
    if step is not None:
        for one in (plain, other):
            assert (await take(by, one, step)).status_code == 200
    seen = [await read(partner, f"/v1/referrals/{one['id']}") for one in (plain, merged)]
    assert without_what_differs(seen[1]) == without_what_differs(seen[0])

    stood = await everything_about(by, other["id"])
    answers = [await take(partner, one, Step.WITHDRAW) for one in (plain, merged)]
    assert [answer.status_code for answer in answers] == [200 if step in (None, Step.OVERRULE) else 409] * 2
    if answers[0].status_code == 200:
        assert without_what_differs(answers[1].json()) == without_what_differs(answers[0].json())
    else:
        assert answers[1].json()["detail"] == answers[0].json()["detail"]
    # Taking back a duplicate leaves the one that stands where it is.
    assert await everything_about(by, other["id"]) == stood


async def test_an_agency_does_not_learn_that_another_one_took_its_own_referral_of_the_man_back(world: World) -> None:
    other = await world.a.push(by=world.a.coordinator)
    mine = await world.a.push()
    await take(world.a.coordinator, mine, Step.MERGE, into=other["id"])
    before = await read(world.a.machine, f"/v1/referrals/{mine['id']}")
    assert (await take(world.a.coordinator, other, Step.WITHDRAW)).status_code == 200
    assert await read(world.a.machine, f"/v1/referrals/{mine['id']}") == before
    third = await world.a.push()
    refused = await take(world.a.coordinator, third, Step.MERGE, into=other["id"])
    assert refused.json()["errors"][0]["code"] == "IS_WITHDRAWN"


@pytest.mark.parametrize("outcome", Outcome)
async def test_what_is_reopened_stands_where_its_newest_decision_puts_it(world: World, outcome: Outcome) -> None:
    referral = await world.a.push(custody=FACTS[outcome])
    await take(world.a.coordinator, referral, Step.DECLINE)
    back = (await take(world.a.coordinator, referral, Step.REOPEN)).json()
    assert back["disposition"] == JUDGED[outcome][1]
    assert len(await listed(world.a.coordinator, f"/v1/referrals/{referral['id']}/history")) == 3


# The reference


@given(st.from_regex(r"[A-Z]{3}", fullmatch=True))
def test_a_reference_holds_and_is_no_prison_number(code: str) -> None:
    reference = new_reference(code)
    assert reference_holds(reference)
    assert reference_holds(f" {reference.lower()} ")
    assert reference.startswith(f"{code}-")
    assert set(reference[4:]) <= {*SYMBOLS, "-"}
    assert not set("ILOUZ") & set(reference[4:])
    assert len(reference.replace("-", "")) == 11  # a prison number has 7, a CRN too


@given(st.integers(0, 7), st.sampled_from(SYMBOLS))
def test_one_wrong_character_is_always_found_out(place: int, wrong: str) -> None:
    code, first, second = new_reference("EXM").split("-")
    whole = first + second
    if whole[place] == wrong:
        return
    mistyped = whole[:place] + wrong + whole[place + 1 :]
    assert not reference_holds(f"{code}-{mistyped[:4]}-{mistyped[4:]}")


@given(st.integers(0, 6))
def test_two_neighbours_swapped_are_always_found_out(place: int) -> None:
    code, first, second = new_reference("EXM").split("-")
    whole = first + second
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    if swapped == whole:
        return
    assert not reference_holds(f"{code}-{swapped[:4]}-{swapped[4:]}")


@given(st.text(max_size=16))
def test_whatever_is_typed_is_answered(text: str) -> None:
    assert reference_holds(text) in (True, False)


def test_the_check_character_is_as_likely_as_any_other() -> None:
    """Every body has its one check character: no reference is impossible, and none has two."""
    for body in ("0000000", "YYYYYYY", "7K4M2QX"):
        assert sum(reference_holds(f"EXM-{body[:4]}-{body[4:]}{symbol}") for symbol in SYMBOLS) == 1


async def test_references_are_one_to_a_referral_and_begin_with_the_charitys_letters(world: World) -> None:
    async def all_of(charity: CharityWorld) -> list[str]:
        return [one["reference"] for one in await listed(charity.coordinator, "/v1/referrals", fields="reference")]

    await world.a.push()
    await world.b.push()
    for charity, letters in ((world.a, "AAA-"), (world.b, "BBB-")):
        references = await all_of(charity)
        assert len(set(references)) == len(references) > 0
        assert all(reference.startswith(letters) and reference_holds(reference) for reference in references)
