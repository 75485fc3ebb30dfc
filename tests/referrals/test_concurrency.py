"""Two at once: one wins, the other is told, nothing is lost and nothing contradicts itself."""

import asyncio
import random
from collections import Counter
from typing import Any

import httpx
import pytest

from app.domain.kernel.rows import new_id
from app.domain.referrals.models import Disposition
from app.domain.referrals.rules import Step
from tests.referrals.helpers import (
    FACTS,
    LONG,
    D,
    address,
    body_of,
    listed,
    made,
    read,
    sql,
    stand,
    take,
)
from tests.world import THREE_MONTHS, Caller, World


async def tag_of(by: Caller, path: str) -> dict[str, str]:
    return {"If-Match": (await by.get(path)).headers["etag"]}


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_thirty_corrections_of_one_version_lose_none_but_keep_one(world: World, database_url: str) -> None:
    pushed = await world.a.push(by=world.a.coordinator)
    path = f"/v1/referrals/{pushed['id']}"
    headers = await tag_of(world.a.coordinator, path)
    answers = await asyncio.gather(
        *(
            world.a.coordinator("PATCH", path, json={"source_detail": f"Correction {n}"}, headers=headers)
            for n in range(30)
        )
    )
    assert statuses(answers) == {200: 1, 412: 29}
    [kept] = [answer.json() for answer in answers if answer.status_code == 200]
    seen = await read(world.a.coordinator, path)
    assert (seen["source_detail"], seen["version"]) == (kept["source_detail"], pushed["version"] + 1)
    changes = "select count(*) as n from audit_entry where object_id = $1 and action = 'referral.changed'"
    [audited] = await sql(database_url, changes, pushed["id"])
    assert audited["n"] == 1


async def test_everybody_who_reads_again_gets_his_correction_in(world: World) -> None:
    person = await made(world.a.coordinator, "/v1/people", {"given_name": "Testcase", "known_as": []})
    path = f"/v1/people/{person['id']}"

    async def add(name: str) -> None:
        while True:
            seen = await world.a.coordinator.get(path)
            answer = await world.a.coordinator(
                "PATCH",
                path,
                json={"known_as": [*seen.json()["known_as"], name]},
                headers={"If-Match": seen.headers["etag"]},
            )
            if answer.status_code == 200:
                return
            assert answer.status_code == 412, answer.text

    names = {f"Nickname {n}" for n in range(8)}
    await asyncio.gather(*map(add, names))
    seen = await read(world.a.coordinator, path)
    assert set(seen["known_as"]) == names
    assert seen["version"] == person["version"] + 8


STEPS = (Step.ALLOCATE, Step.DECLINE, Step.WITHDRAW, Step.RECORD_TRANSFER, Step.RECORD_RELEASE)


@pytest.mark.parametrize("seed", range(6))
async def test_of_two_coordinators_who_decide_at_once_one_wins(world: World, seed: int) -> None:
    first, second = random.Random(seed).sample(STEPS, 2)
    pushed = await world.a.push()
    path = f"/v1/referrals/{pushed['id']}"
    headers = await tag_of(world.a.coordinator, path)
    answers = await asyncio.gather(
        world.a.coordinator.post(address(pushed, first), body_of(first, into=""), headers=headers),
        world.a.manager.post(address(pushed, second), body_of(second, into=""), headers=headers),
    )
    assert statuses(answers) == {200: 1, 412: 1}
    # Whoever looks again learns that it has been decided: no second decision replaces the first unseen.
    lost = second if answers[0].status_code == 200 else first
    assert (await take(world.a.coordinator, pushed, lost)).status_code == 409
    history = await listed(world.a.coordinator, f"{path}/history")
    assert [entry["sequence"] for entry in history] == [1, 2]
    assert history[1]["step"] == ({first, second} - {lost}).pop()


async def test_a_judgement_and_a_decision_at_once_leave_one_disposition(world: World) -> None:
    """New facts carry no version: they wait for whoever decides, and then find him decided."""
    for _ in range(6):
        referral = await stand(world.a, D.WAITING)
        path = f"/v1/referrals/{referral['id']}"
        person = f"/v1/people/{referral['person']['id']}/custody-facts"
        headers = await tag_of(world.a.coordinator, path)
        decided, learnt = await asyncio.gather(
            world.a.coordinator.post(address(referral, Step.ALLOCATE), {}, headers=headers),
            world.a.manager.post(person, {"source": "OMU (example)", "in_custody": None}),
        )
        assert learnt.status_code == 201, learnt.text
        assert decided.status_code in (200, 412), decided.text
        seen = await read(world.a.coordinator, path, params={"expand": "history"})
        assert seen["disposition"] == seen["history"][0]["disposition"]
        assert seen["disposition"] == ("allocated" if decided.status_code == 200 else "awaiting_information")
        assert [entry["sequence"] for entry in seen["history"]] == [2, 1]


async def test_facts_learnt_at_once_follow_each_other(world: World, database_url: str) -> None:
    pushed = await world.a.push()
    seen = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    path = f"/v1/people/{seen['person']['id']}/custody-facts"
    facts = [{**chosen, "source": f"OMU {n} (example)"} for n in range(5) for chosen in FACTS.values()]
    answers = await asyncio.gather(*(world.a.coordinator.post(path, one) for one in facts))
    assert statuses(answers) == {201: len(facts)}
    kept = await sql(
        database_url,
        "select sequence, source from custody_facts where person_id = $1 order by sequence",
        seen["person"]["id"],
    )
    assert [row["sequence"] for row in kept] == list(range(1, len(facts) + 2))
    told = await listed(world.a.coordinator, path)
    assert [one["current"] for one in told] == [True] + [False] * len(facts)
    # The newest facts are the ones that he is judged by.
    newest = await read(world.a.coordinator, f"/v1/referrals/{pushed['id']}")
    decisions = await sql(
        database_url,
        "select d.sequence, f.sequence as facts from eligibility_decision d join custody_facts f on f.id = d.custody_facts_id"
        " where d.referral_id = $1 order by d.sequence",
        pushed["id"],
    )
    assert [row["sequence"] for row in decisions] == list(range(1, len(decisions) + 1))
    current = {name: value for name, value in told[0].items() if name in LONG and value is not None}
    assert newest["eligibility"]["inputs"]["custody"] == current


async def test_policies_published_at_once_get_numbers_of_their_own(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Example programme"})
    path = f"/v1/programmes/{programme['id']}/eligibility-policies"
    answers = await asyncio.gather(
        *(world.a.manager.post(path, {"document": THREE_MONTHS, "valid_from": "2020-01-01"}) for _ in range(12))
    )
    assert statuses(answers) == {201: 12}
    assert sorted(answer.json()["policy_version"] for answer in answers) == list(range(1, 13))
    assert [one["policy_version"] for one in await listed(world.a.manager, path)] == list(range(12, 0, -1))


async def test_secrets_issued_at_once_are_never_more_than_two(world: World, database_url: str) -> None:
    client = await made(
        world.a.manager, "/v1/clients", {"name": "Example program", "role": "analyst", "scopes": ["programmes:read"]}
    )
    path = f"/v1/clients/{client['id']}"
    answers = await asyncio.gather(*(world.a.manager.post(f"{path}/secrets") for _ in range(12)))
    assert statuses(answers) == {201: 12}
    assert len({answer.json()["client_secret"] for answer in answers}) == 12
    valid = (
        "select count(*) as n from client_secret where client_id = $1 and (expires_at is null or expires_at > now())"
    )
    assert [row["n"] for row in await sql(database_url, valid, client["id"])] == [2]
    assert len((await read(world.a.manager, path))["secrets"]) == 2


async def test_a_partner_reference_used_at_once_makes_one_referral(world: World, database_url: str) -> None:
    reference = f"AT-ONCE-{new_id()}"
    callers = [world.a.machine, world.a.referrer] * 6
    answers = await asyncio.gather(
        *(by.post("/v1/referrals", world.a.referral(partner_reference=reference)) for by in callers)
    )
    assert statuses(answers) == {201: 1, 409: 11}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"PARTNER_REFERENCE_TAKEN"}
    rows = await sql(database_url, "select person_id from referral where partner_reference = $1", reference)
    assert len(rows) == 1


async def test_an_e_mail_address_given_at_once_makes_one_member(world: World) -> None:
    body = {
        "display_name": "Example Twin",
        "email": f"twin-{new_id()}@aaa.example",
        "roles": ["analyst"],
        "password": "a-password-for-tests",
    }
    answers = await asyncio.gather(*(world.a.manager.post("/v1/members", body) for _ in range(3)))
    assert statuses(answers) == {201: 1, 409: 2}


async def duplicates_of(url: str, ids: list[str]) -> dict[str, str | None]:
    rows = await sql(url, "select id, duplicate_of_id, disposition from referral where id = any($1::uuid[])", ids)
    for row in rows:
        assert (row["disposition"] == D.DUPLICATE) is (row["duplicate_of_id"] is not None)
    return {str(row["id"]): str(row["duplicate_of_id"]) if row["duplicate_of_id"] else None for row in rows}


def check_no_chain(pointing: dict[str, str | None]) -> None:
    """Each duplicate points straight at one that stands: no circles, and no chains either."""
    for into in pointing.values():
        assert into is None or pointing[into] is None


async def merged_at_once(world: World, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[httpx.Response]:
    by = world.a.coordinator
    tags = [await tag_of(by, f"/v1/referrals/{one['id']}") for one, _ in pairs]
    return await asyncio.gather(
        *(
            by.post(address(one, Step.MERGE), body_of(Step.MERGE, into=into["id"]), headers=tag)
            for (one, into), tag in zip(pairs, tags, strict=True)
        )
    )


async def test_two_referrals_are_never_duplicates_of_each_other(world: World, database_url: str) -> None:
    """Each merge locks its own referral and then the other: PostgreSQL may have to break the tie, and one is told to retry."""
    for _ in range(5):
        a, b = await world.a.push(), await world.a.push()
        answers = await merged_at_once(world, [(a, b), (b, a)])
        assert set(statuses(answers)) <= {200, 412, 422, 503}, [answer.text for answer in answers]
        assert statuses(answers)[200] <= 1
        for answer in answers:
            if answer.status_code == 503:
                assert answer.json()["code"] == "UNAVAILABLE"
                assert int(answer.headers["retry-after"]) >= 1
        pointing = await duplicates_of(database_url, [a["id"], b["id"]])
        assert sum(into is not None for into in pointing.values()) == statuses(answers)[200]
        check_no_chain(pointing)


@pytest.mark.parametrize("seed", range(3))
async def test_merges_in_a_ring_make_no_circle_and_no_chain(world: World, database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    ring = [await world.a.push() for _ in range(4)]
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    chance.shuffle(pairs)
    ids = [one["id"] for one in ring]
    for _ in range(2):  # whoever was told to try again does
        answers = await merged_at_once(world, pairs)
        assert set(statuses(answers)) <= {200, 409, 412, 422, 503}, [answer.text for answer in answers]
        check_no_chain(await duplicates_of(database_url, ids))
    pointing = await duplicates_of(database_url, ids)
    assert any(into is None for into in pointing.values())
    # What partners see is what the one that stands shows.
    for one in ring:
        shown = await read(world.a.machine, f"/v1/referrals/{one['id']}")
        stands = await read(world.a.coordinator, f"/v1/referrals/{pointing[one['id']] or one['id']}")
        assert shown["disposition"] == stands["disposition"] == "waiting"


async def test_steps_merges_and_withdrawals_at_once_end_in_order(world: World, database_url: str) -> None:
    """Whatever meets whatever: no answer is a 500, and each referral stands where its history says."""
    chance = random.Random(7)
    pushed = [await world.a.push() for _ in range(6)]

    async def busy(by: Caller, steps: tuple[Step, ...]) -> list[int]:
        found = []
        for _ in range(12):
            one, into = chance.sample(pushed, 2)
            answer = await take(by, one, chance.choice(steps), into=into["id"])
            found.append(answer.status_code)
        return found

    answered = await asyncio.gather(
        busy(world.a.coordinator, (Step.MERGE, Step.REOPEN)),
        busy(world.a.manager, (Step.ALLOCATE, Step.DECLINE, Step.REOPEN)),
        busy(world.a.machine, (Step.WITHDRAW,)),
        busy(world.a.coordinator, (Step.MERGE, Step.REOPEN, Step.RECORD_RELEASE)),
    )
    assert {status for found in answered for status in found} <= {200, 409, 412, 422, 503}
    ids = [one["id"] for one in pushed]
    check_no_chain(await duplicates_of(database_url, ids))
    for one in pushed:
        seen = await read(world.a.coordinator, f"/v1/referrals/{one['id']}", params={"expand": "history"})
        assert seen["disposition"] == seen["history"][0]["disposition"]
        count = len(seen["history"])
        assert [entry["sequence"] for entry in seen["history"]] == list(range(count, 0, -1))
        shown = await read(world.a.machine, f"/v1/referrals/{one['id']}")
        if seen["duplicate_of_id"] is None:
            assert shown["disposition"] == seen["disposition"]
        else:
            survivor = await read(world.a.coordinator, f"/v1/referrals/{seen['duplicate_of_id']}")
            assert survivor["disposition"] != Disposition.DUPLICATE
            # That its own agency took the survivor back is not shown to others who referred the man.
            assert survivor["disposition"] in (shown["disposition"], Disposition.WITHDRAWN)
