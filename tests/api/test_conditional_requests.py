"""Nobody overwrites what they have not seen, and nobody is sent again what they have."""

from typing import Any

import orjson
import pytest

from app.domain.kernel.access import Role
from tests.api.operations import Answer, Operation, Scene, build_scene, named, operations, raw
from tests.api.referrals import declined, ready_for, ready_with, waiting
from tests.api.refusals import is_problem
from tests.world import World

CHANGES = [op for op in operations() if "If-Match" in op.parameters("header")]
# A calendar's address ends when another test makes the mentor a new one: see tests/sessions/test_calendars.py.
TAGGED = [op for op in operations() if "304" in op.spec["responses"] and op.id != "read_calendar"]


async def tag_of(scene: Scene, address: str) -> str:
    answer = await scene.world.a.manager.get(address)
    assert answer.status_code in (200, 404)
    return answer.headers.get("etag", '"0"')


@pytest.mark.parametrize("op", **named(CHANGES))
async def test_a_change_needs_the_present_version(op: Operation, scene: Scene) -> None:
    """428 without If-Match, 400 for what is no ETag, 200 for the present one; then the one before is stale: 412."""
    ids = scene.ids
    if "referral_id" in op.parameters("path"):
        ids = {**ids, "referral_id": await ready_for(op, scene.world)}
    else:
        ids = {**ids, **await ready_with(op, scene.world)}
    at = Scene(scene.world, ids)
    body = op.body_schema() is not None
    content = at.body(op) if body else None
    if op.id == "move_mentor":
        content = {"stage": "PAUSED", "reason": "Away until January."}
    if op.id == "merge":
        content["into"] = await waiting(scene.world)
    headers = [header for header in await at.headers(op, body=body) if header[0] != b"if-match"]

    async def send(tag: str | None) -> Answer:
        extra = [] if tag is None else [(b"if-match", tag.encode())]
        return await at.call(op, orjson.dumps(content) if body else b"", [*headers, *extra])

    address = at.resource(op)
    before = await tag_of(at, address)
    is_problem(await send(None), 428)
    is_problem(await send("*"), 400)
    is_problem(await send('"999999.0"'), 412)
    assert await tag_of(at, address) == before
    answer = await send(before)
    assert answer.status == 200, answer.body
    after = answer.headers["etag"]
    assert after != before
    if op.id == "issue_certificate":  # which answers with the certificate: there is one, so no second call
        return
    assert after == await tag_of(at, address)
    assert answer.json()["version"] == int(after.strip('"').split(".")[0]) > int(before.strip('"').split(".")[0])
    is_problem(await send(before), 412)
    assert await tag_of(at, address) == after


async def test_a_tag_that_a_proxy_has_weakened_still_matches(scene: Scene) -> None:
    """A compressing proxy puts W/ in front; the version inside is what counts."""
    address = f"/v1/referrals/{await waiting(scene.world)}"
    weak = {"If-Match": f"W/{await tag_of(scene, address)}"}
    answer = await scene.world.a.manager("PATCH", address, json={"source_detail": "CSU"}, headers=weak)
    assert answer.status_code == 200


@pytest.mark.parametrize("op", **named(TAGGED))
async def test_what_the_caller_has_is_not_sent_again(op: Operation, scene: Scene) -> None:
    if op.id == "read_protected_characteristics" and await scene.etag(op) == '"0"':
        put = {"If-Match": '"0"'}
        assert (await scene.caller(op)("PATCH", scene.address(op), json={}, headers=put)).status_code == 200
    headers = await scene.headers(op, body=False)
    target = scene.address(op).encode()

    async def get(*given: str) -> Answer:
        return await raw(scene.app, "GET", target, headers=[*headers, *((b"if-none-match", g.encode()) for g in given)])

    whole = await get()
    assert whole.status == 200
    tag = whole.headers["etag"]
    for given in ([tag], [f"W/{tag}"], [f'"0.ff", {tag}'], ['"0.ff"', tag], ["*"]):
        answer = await get(*given)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag), given
        kept = "public, max-age=300" if op.path.startswith("/directory/") else "no-store"
        assert answer.headers["cache-control"] == kept
    for given in ([""], ['"0.ff"'], [tag.strip('"')], ["x" * 500], [tag[:-1]]):
        answer = await get(*given)
        assert (answer.status, answer.body) == (200, whole.body), given


async def test_another_view_of_the_same_thing_has_another_tag(scene: Scene) -> None:
    key = await waiting(scene.world)
    tags = {
        await tag_of(scene, f"/v1/referrals/{key}{query}")
        for query in ("", "?fields=reference", "?fields=status", "?expand=history")
    }
    tags.add((await scene.world.a.machine.get(f"/v1/referrals/{key}")).headers["etag"])
    assert len(tags) == 5


async def test_nobody_who_may_not_see_it_learns_its_tag(scene: Scene) -> None:
    """A precondition is looked at after the permission: 404 and 403, never 304 or 412."""
    key = await waiting(scene.world)
    tag = await tag_of(scene, f"/v1/referrals/{key}")
    foreign = await scene.world.b.manager.get(f"/v1/referrals/{key}", headers={"If-None-Match": tag})
    assert foreign.status_code == 404
    changed = await scene.world.b.manager(
        "PATCH", f"/v1/referrals/{key}", json={"source_detail": "CSU"}, headers={"If-Match": '"999.0"'}
    )
    assert changed.status_code == 404
    mentor = scene.world.a.staff[Role.MENTOR]
    assert (await mentor.get(f"/v1/referrals/{key}", headers={"If-None-Match": tag})).status_code == 403


async def test_a_referrals_tag_changes_with_the_person_inside_it(scene: Scene) -> None:
    """The version counts what the referral's own changes are; the digest sees its neighbours too."""
    manager = scene.world.a.manager
    key = await declined(scene.world)
    address = f"/v1/referrals/{key}"
    before = await manager.get(address)
    person = f"/v1/people/{before.json()['person']['id']}"
    assert (await manager.step(person, {"establishment": "WWI"}, method="PATCH", of=person)).status_code == 200
    after = await manager.get(address, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["person"]["establishment"] == "WWI"
    assert after.json()["version"] == before.json()["version"]
    own = {"If-Match": before.headers["etag"]}
    assert (await manager("PATCH", address, json={"source_detail": "CSU"}, headers=own)).status_code == 200


NEIGHBOURS: list[tuple[str, str, str, dict[str, Any] | None]] = [
    ("/v1/people/{person_id}", "POST", "/identifiers", {"scheme": "crn", "value": "X000001"}),
    ("/v1/people/{person_id}", "POST", "/convictions", {"offence_group": "BURGLARY_OTHER"}),
    ("/v1/people/{person_id}?expand=custody_facts", "POST", "/custody-facts", {"source": "OMU"}),
    ("/v1/clients/{client_id}", "POST", "/secrets", None),
    (
        "/v1/programmes/{programme_id}",
        "POST",
        "/eligibility-policies",
        {"document": {"all": [{"predicate": "always"}]}},
    ),
]


@pytest.mark.parametrize(("address", "method", "call", "body"), NEIGHBOURS, ids=lambda value: str(value)[:40])
async def test_a_tag_changes_with_what_is_inside(
    address: str, method: str, call: str, body: dict[str, Any] | None, world: World
) -> None:
    scene = await build_scene(world)
    manager = world.a.manager
    here = address.format(**scene.ids)
    before = (await manager.get(here)).headers["etag"]
    tag = (await manager.get(here.split("?")[0])).headers["etag"]
    added = await manager(method, here.split("?")[0] + call, json=body, headers={"If-Match": tag})
    assert added.status_code in (200, 201), added.text
    after = await manager.get(here, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before
