"""A card's code: it works once, tells nobody anything, and whoever guesses has to wait."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import begun_with
from tests.through_the_gate.helpers import changed, day, placements
from tests.through_the_gate.support import card_for, eligible, gone_through, step
from tests.world import World

WAY = "Ring 020 7946 0000 on weekdays from 10 to 4."


async def enter(world: World, code: str, *, address: str = "192.0.2.1", **more: Any) -> httpx.Response:
    """As a front end does, which has no token."""
    transport = httpx.ASGITransport(app=world.app, client=(address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.post("/v1/gate-support/reconnect", json={"code": code, **more})


async def test_he_makes_contact_himself_and_is_told_how_to_reach_them(world: World) -> None:
    by, support = world.a.coordinator, await gone_through(world.a, "OFFER", "ACCEPT")
    card = await card_for(world.a, support)
    answer = await enter(world, card["code"], address="192.0.2.2", entered_by="APPROVED_PREMISES_STAFF")
    assert (answer.status_code, answer.json()) == (200, {"way_of_contact": WAY})
    assert answer.headers["cache-control"] == "no-store"
    now = (await by.get(f"/v1/gate-support/{support['id']}?expand=steps")).json()
    assert (now["state"], now["first_contact_on"]) == ("FIRST_CONTACT", day())
    assert now["first_contact_by"] == "APPROVED_PREMISES_STAFF"
    assert (now["steps"][-1]["step"], now["steps"][-1]["recorded_by"]) == ("FIRST_CONTACT", None)
    kept = (await by.get(f"/v1/reconnect-cards/{card['id']}")).json()
    assert (kept["used_by"], kept["used_at"] is not None) == ("APPROVED_PREMISES_STAFF", True)


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c.replace('-', '')} "])
async def test_how_it_is_typed_does_not_matter(world: World, typed: Any) -> None:
    card = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    assert (await enter(world, typed(card["code"]), address="192.0.2.3")).status_code == 200


async def test_of_ten_at_once_one_is_answered(world: World) -> None:
    card = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    answers = await asyncio.gather(*(enter(world, card["code"], address=f"192.0.2.{n}") for n in range(10, 20)))
    assert sorted(one.status_code for one in answers) == [200, *([404] * 9)]


async def test_unknown_used_revoked_expired_and_ended_are_answered_alike(world: World, rows: Rows) -> None:
    by = world.a.coordinator
    used = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    await enter(world, used["code"], address="192.0.2.30")
    revoked = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    await stepped(by, f"/v1/reconnect-cards/{revoked['id']}/revoke", None)
    expired = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    await rows.sql.execute("update reconnect_card set expires_on = current_date - 2 where id = $1", expired["id"])
    over = await gone_through(world.a, "OFFER", "ACCEPT")
    ended = await card_for(world.a, over)
    await step(by, await _now(world, over), "END", end_reason="PERSON_DECIDED", planned=False)
    before = await gone_through(world.a, "OFFER", "ACCEPT")
    replaced = await card_for(world.a, before)
    await card_for(world.a, before)
    told = set()
    codes = [one["code"] for one in (used, revoked, expired, ended, replaced)]
    for n, code in enumerate([*codes, "0000-0000-0000", "x", "'; drop table person; --"]):
        answer = await enter(world, code, address=f"192.0.2.{40 + n}")
        told.add((answer.status_code, answer.text.replace(answer.headers["request-id"], "REQUEST")))
    [(status, body)] = told
    assert status == 404
    assert "CODE_NOT_ACCEPTED" in body


async def _now(world: World, support: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await world.a.coordinator.get(f"/v1/gate-support/{support['id']}")).json()
    return found


async def test_entered_while_it_ends_one_of_both_comes_first(world: World) -> None:
    by = world.a.coordinator
    for n in range(8):
        support = await gone_through(world.a, "OFFER", "ACCEPT")
        card, at = await card_for(world.a, support), f"/v1/gate-support/{support['id']}"
        end = {"step": "END", "on": day(), "end_reason": "PERSON_DECIDED", "planned": False}
        entered, ended = await asyncio.gather(
            enter(world, card["code"], address=f"203.0.113.{n}"), by.step(f"{at}/steps", end, of=at)
        )
        assert (entered.status_code, ended.status_code) in {(200, 200), (200, 412), (404, 200)}


async def test_whoever_guesses_has_to_wait_and_nobody_else(world: World) -> None:
    card = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    for _ in range(30):
        assert (await enter(world, "0000-0000-0000", address="198.51.100.1")).status_code == 404
    refused = await enter(world, card["code"], address="198.51.100.1")
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_CODES")
    assert int(refused.headers["retry-after"]) >= 1
    assert (await enter(world, card["code"], address="198.51.100.2")).status_code == 200


async def test_entered_before_anybody_has_told_of_his_release_it_is_kept(world: World) -> None:
    by, support = world.a.coordinator, await gone_through(world.a, "OFFER", "ACCEPT")
    [*_, released] = await placements(by, support["person_id"])
    await changed(by, released, "withdraw")
    card = await card_for(world.a, support)
    assert (await enter(world, card["code"], address="192.0.2.70")).status_code == 200
    assert (await _now(world, support))["state"] == "ACCEPTED"
    [kept] = (await by.get(f"/v1/reconnect-cards?support_id={support['id']}&used=true")).json()["items"]
    assert kept["used_by"] == "MENTEE"
    await made(by, f"/v1/people/{support['person_id']}/releases", {"on": day()})
    support = await step(by, await _now(world, support), "FIRST_CONTACT", by="MENTEE")
    assert support["state"] == "FIRST_CONTACT"


async def test_the_card_says_nothing_about_anybody(world: World) -> None:
    support = await gone_through(world.a, "OFFER", "ACCEPT")
    card = await card_for(world.a, support)
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", card["code"])
    assert card["code"] in card["page"]
    assert "<svg" in card["page"]
    person = (await world.a.coordinator.get(f"/v1/people/{support['person_id']}")).json()
    for word in (person["family_name"], "prison", "HMP", "probation", "mentor", WAY, support["id"]):
        assert word.lower() not in card["page"].lower()


async def test_its_code_is_kept_nowhere(world: World, rows: Rows) -> None:
    card = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    code = card["code"]
    for table in ("reconnect_card", "audit_entry", "event", "idempotency_record"):
        found = await rows.sql.fetch(f"select t::text as said from {table} t")
        assert not any(code in row["said"] or code.replace("-", "") in row["said"] for row in found)


async def test_who_has_not_accepted_gets_none(world: World) -> None:
    support = await gone_through(world.a, "OFFER")
    refused = await card_for(world.a, support, status=409)
    assert refused["code"] == "GATE_STEP_NOT_OPEN"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expires_on": day()}, "/expires_on"),
        ({"expires_on": "2099-01-01"}, "/expires_on"),
        ({"way_of_contact": ""}, "/way_of_contact"),
        ({"support_id": "01900000-0000-7000-8000-000000000000"}, "/support_id"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(world: World, body: dict[str, Any], pointer: str) -> None:
    refused = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"), status=422, **body)
    assert [one["pointer"] for one in refused["errors"]] == [pointer]


async def test_a_mentor_sees_that_his_mentee_has_made_contact(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    support = await eligible(world.a, await begun_with(world.a, mentor))
    for name in ("OFFER", "ACCEPT"):
        support = await step(world.a.coordinator, support, name)
    card = await card_for(world.a, support)
    other = await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT"))
    await enter(world, card["code"], address="192.0.2.80")
    seen = (await own.get("/v1/reconnect-cards?used=true")).json()["items"]
    assert card["id"] in {one["id"] for one in seen}
    assert (await own.get(f"/v1/reconnect-cards/{other['id']}")).status_code == 404
    refused = await own.post(
        "/v1/reconnect-cards", {"support_id": support["id"], "way_of_contact": WAY, "expires_on": soon()}
    )
    assert refused.status_code == 403


def soon() -> str:
    return (date.fromisoformat(day()) + timedelta(days=300)).isoformat()
