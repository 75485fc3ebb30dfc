"""The waiting list: a stated rule, the same for everybody, that drops nobody and warns in time."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.eligibility.dates import CalendarDuration
from app.domain.kernel.access import Role
from app.domain.kernel.rows import civil_date
from app.domain.referrals.rules import (
    WAITING_LIST_RULE,
    WAITING_LIST_RULE_VERSION,
    Flag,
    OrderReason,
    Place,
    Step,
    Waiting,
    last_useful_start,
    waiting_list,
)
from tests.referrals.helpers import D, learn, new_programme, read, stand, take
from tests.world import World

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
durations = st.one_of(
    st.integers(1, 24).map(lambda n: f"P{n}M"),
    st.integers(1, 60).map(lambda n: f"P{n}W"),
    st.integers(1, 400).map(lambda n: f"P{n}D"),
    st.integers(1, 3).map(lambda n: f"P{n}Y"),
)
waiting = st.builds(Waiting, st.uuids(version=4), days, st.none() | days)
lists = st.lists(waiting, max_size=25, unique_by=lambda one: one.referral_id)
rules = st.fixed_dictionaries(
    {"today": days, "minimum": durations, "to_first_session": durations, "warning_days": st.integers(28, 365)}
)


def after(start: date, *lengths: str) -> date:
    for length in lengths:
        start = CalendarDuration.parse(length).after(start)
    return start


@given(days, durations, durations)
def test_the_last_useful_start_still_fits_and_the_day_after_does_not(
    end: date, minimum: str, to_first_session: str
) -> None:
    start = last_useful_start(end, minimum, to_first_session)
    assert after(start, to_first_session, minimum) <= end
    assert after(start + timedelta(days=1), to_first_session, minimum) > end


@given(days, days, durations, durations)
def test_who_leaves_later_may_start_later(one: date, other: date, minimum: str, to_first_session: str) -> None:
    first, second = (last_useful_start(end, minimum, to_first_session) for end in sorted((one, other)))
    assert first <= second


@pytest.mark.parametrize(
    ("end", "minimum", "to_first_session", "start"),
    [
        # Forwards, as eligibility counts: three months from 30 November end on the last day of February …
        (date(2027, 2, 28), "P3M", "P1D", date(2026, 11, 29)),
        (date(2028, 2, 29), "P3M", "P1D", date(2027, 11, 29)),
        (date(2028, 2, 28), "P3M", "P1D", date(2027, 11, 27)),
        # … and three months from 31 January on 30 April.
        (date(2027, 4, 30), "P3M", "P1D", date(2027, 1, 30)),
        (date(2027, 9, 30), "P3M", "P14D", date(2027, 6, 16)),
        (date(2027, 3, 31), "P1M", "P28D", date(2027, 1, 31)),
        (date(2028, 2, 29), "P1Y", "P1D", date(2027, 2, 27)),
    ],
)
def test_the_ends_of_months(end: date, minimum: str, to_first_session: str, start: date) -> None:
    assert last_useful_start(end, minimum, to_first_session) == start


@given(lists, rules, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(
    people: list[Waiting], rule: dict[str, Any], chance: random.Random
) -> None:
    shuffled = chance.sample(people, len(people))
    assert waiting_list(people, **rule) == waiting_list(shuffled, **rule) == waiting_list(iter(people), **rule)


@given(lists, rules)
def test_everybody_who_waits_has_one_place(people: list[Waiting], rule: dict[str, Any]) -> None:
    places = waiting_list(people, **rule)
    assert [place.position for place in places] == list(range(1, len(people) + 1))
    assert sorted(place.referral_id for place in places) == sorted(one.referral_id for one in people)
    assert len({place.key for place in places}) == len(people)


@given(lists, rules)
def test_each_stands_behind_everybody_whom_the_rule_puts_first(people: list[Waiting], rule: dict[str, Any]) -> None:
    known = {one.referral_id: one for one in people}
    today, lengths = rule["today"], (rule["minimum"], rule["to_first_session"])
    order = [OrderReason.LEAVES_SOONEST_WITH_TIME_LEFT, OrderReason.NO_KNOWN_END, OrderReason.TOO_LATE_FOR_THE_MINIMUM]

    def place_by_the_words(place: Place) -> tuple[int, date, date]:
        one = known[place.referral_id]
        part = order.index(place.reason)
        if place.reason is OrderReason.NO_KNOWN_END:
            assert one.custody_end is place.last_useful_start is place.days_left is None
            return part, one.received_on, one.received_on
        assert one.custody_end is not None
        assert place.last_useful_start == last_useful_start(one.custody_end, *lengths)
        assert place.days_left == (place.last_useful_start - today).days
        assert (place.reason is OrderReason.TOO_LATE_FOR_THE_MINIMUM) is (place.days_left < 0)
        late = place.days_left < 0
        return part, one.custody_end if late else place.last_useful_start, one.received_on

    for first, second in pairwise(waiting_list(people, **rule)):
        assert place_by_the_words(first) <= place_by_the_words(second)


@given(lists, rules)
def test_who_joins_or_leaves_the_list_changes_nobody_elses_order(people: list[Waiting], rule: dict[str, Any]) -> None:
    whole = [place.referral_id for place in waiting_list(people, **rule)]
    some = people[::2]
    kept = {one.referral_id for one in some}
    assert [place.referral_id for place in waiting_list(some, **rule)] == [one for one in whole if one in kept]


@given(waiting, rules)
def test_flags_come_at_least_four_weeks_before_it_is_too_late(one: Waiting, rule: dict[str, Any]) -> None:
    [place] = waiting_list([one], **rule)
    if one.custody_end is None:
        assert place.flags == (Flag.CUSTODY_END_UNKNOWN,)
        return
    assert place.last_useful_start is not None
    assert place.days_left is not None
    assert (Flag.LAST_USEFUL_START_SOON in place.flags) is (0 <= place.days_left <= rule["warning_days"])
    assert (Flag.LAST_USEFUL_START_PASSED in place.flags) is (place.days_left < 0)
    assert (Flag.CUSTODY_END_PASSED in place.flags) is (one.custody_end < rule["today"])
    # Four weeks before the last useful start, and so before he leaves, the flag is there.
    early = place.last_useful_start - timedelta(days=28)
    [then] = waiting_list([one], **{**rule, "today": early})
    assert then.flags == (Flag.LAST_USEFUL_START_SOON,)
    assert early + timedelta(days=28) < one.custody_end


def on_day(n: int) -> str:
    return (civil_date(datetime.now(UTC)) + timedelta(days=n)).isoformat()


async def test_the_list_is_paged_in_its_own_order_with_everybody_on_one_page_each(world: World) -> None:
    programme = await new_programme(world.a)
    ends: list[int | None] = [400, 130, None, 200, 115, 300, None, 130, 95, 250, 105]
    pushed = []
    for end in ends:
        custody = (
            {"legal_status": "SENTENCED", "conditional_release_date": on_day(end)}
            if end is not None
            else {"legal_status": "INDETERMINATE_SENTENCE", "tariff_date": "2010-01-01"}
        )
        pushed.append(await world.a.push(programme_id=programme, received_on=on_day(-3), custody=custody))
    assert {one["disposition"] for one in pushed} == {"waiting"}

    whole = await read(world.a.coordinator, f"/v1/programmes/{programme}/waiting-list")
    assert (whole["total"], whole["next"], len(whole["items"])) == (11, None, 11)
    assert (whole["rule"], whole["rule_version"]) == (WAITING_LIST_RULE, WAITING_LIST_RULE_VERSION)
    assert whole["on"] == on_day(0)
    expected = waiting_list(
        [
            Waiting(
                UUID(one["id"]),
                date.fromisoformat(one["received_on"]),
                date.fromisoformat(on_day(end)) if end is not None else None,
            )
            for one, end in zip(pushed, ends, strict=True)
        ],
        today=date.fromisoformat(whole["on"]),
        minimum="P3M",
        to_first_session="P14D",
        warning_days=28,
    )
    assert [
        (item["position"], item["referral_id"], item["reason"], item["flags"], item["days_left"])
        for item in whole["items"]
    ] == [(p.position, str(p.referral_id), p.reason, list(p.flags), p.days_left) for p in expected]
    by_id = {one["id"]: one for one in pushed}
    for item in whole["items"]:
        assert item["reference"] == by_id[item["referral_id"]]["reference"]
        assert item["person"]["family_name"] == "Exampleson"

    for limit in (1, 3, 10, 11):
        items, cursor = [], None
        while True:
            page = await read(
                world.a.coordinator,
                f"/v1/programmes/{programme}/waiting-list",
                params={"limit": limit, **({"cursor": cursor} if cursor else {})},
            )
            assert page["total"] == 11
            assert len(page["items"]) == min(limit, 11 - len(items))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        assert items == whole["items"]


async def test_somebody_who_can_no_longer_have_the_minimum_is_last_but_there(world: World) -> None:
    programme = await new_programme(world.a)
    gone = {"legal_status": "SENTENCED", "conditional_release_date": on_day(-5)}
    late = {"legal_status": "SENTENCED", "conditional_release_date": on_day(40)}
    fine = {"legal_status": "SENTENCED", "conditional_release_date": on_day(150)}
    for custody in (gone, late, fine):
        await world.a.push(programme_id=programme, received_on=on_day(-200), custody=custody)
    page = await read(world.a.coordinator, f"/v1/programmes/{programme}/waiting-list")
    assert [(item["custody_end"], item["flags"]) for item in page["items"]] == [
        (fine["conditional_release_date"], []),
        (gone["conditional_release_date"], ["LAST_USEFUL_START_PASSED", "CUSTODY_END_PASSED"]),
        (late["conditional_release_date"], ["LAST_USEFUL_START_PASSED"]),
    ]


async def test_the_list_follows_what_is_learnt_and_done(world: World) -> None:
    programme = await new_programme(world.a)
    path = f"/v1/programmes/{programme}/waiting-list"
    first = await stand(world.a, D.WAITING, programme_id=programme)
    second = await stand(world.a, D.WAITING, programme_id=programme, received_on="2026-11-02")

    async def order() -> list[str]:
        return [item["referral_id"] for item in (await read(world.a.coordinator, path))["items"]]

    assert await order() == [first["id"], second["id"]]  # a tie goes to who was referred first
    await learn(world.a.coordinator, second, {"legal_status": "SENTENCED", "conditional_release_date": "2027-08-01"})
    assert await order() == [second["id"], first["id"]]
    await take(world.a.coordinator, second, Step.ALLOCATE)
    assert await order() == [first["id"]]
    await take(world.a.coordinator, first, Step.DECLINE)
    assert await order() == []


async def test_a_programme_says_what_it_still_finds_useful_and_how_early_it_wants_to_know(world: World) -> None:
    programme = await new_programme(world.a, minimum_length="P6W", time_to_first_session="P1W", warning_days=60)
    path = f"/v1/programmes/{programme}"
    custody = {"legal_status": "SENTENCED", "conditional_release_date": on_day(100)}
    await world.a.push(programme_id=programme, received_on=on_day(0), custody=custody)
    [item] = (await read(world.a.coordinator, f"{path}/waiting-list"))["items"]
    assert (item["last_useful_start"], item["days_left"]) == (on_day(100 - 49), 51)
    assert item["flags"] == ["LAST_USEFUL_START_SOON"]
    await world.a.manager.step(path, {"warning_days": 28}, method="PATCH", of=path)
    [item] = (await read(world.a.coordinator, f"{path}/waiting-list"))["items"]
    assert item["flags"] == []


async def test_a_cursor_is_good_for_its_own_list_only(world: World) -> None:
    first, second = await new_programme(world.a), await new_programme(world.a)
    for programme in (first, second):
        for _ in range(2):
            await world.a.push(programme_id=programme)
    page = await read(world.a.coordinator, f"/v1/programmes/{first}/waiting-list", params={"limit": 1})
    for cursor in (page["next"], page["next"][:-2] + "AA", "!"):
        answer = await world.a.coordinator.get(
            f"/v1/programmes/{second}/waiting-list", params={"limit": 1, "cursor": cursor}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR")


async def test_the_waiting_list_is_for_the_charitys_casework(world: World) -> None:
    path = f"/v1/programmes/{world.a.programme_id}/waiting-list"
    expected = {
        Role.MANAGER: 200,
        Role.COORDINATOR: 200,
        Role.SAFEGUARDING_LEAD: 200,
        Role.MENTOR: 403,
        Role.ANALYST: 403,
        Role.DATA_PROTECTION_LEAD: 403,
    }
    assert {role: (await by.get(path)).status_code for role, by in world.a.staff.items()} == expected
    assert (await world.a.machine.get(path)).status_code == 403
    assert (await world.b.manager.get(path)).status_code == 404


@pytest.mark.parametrize("unit", ["P٣M", "P²M", "P0M", "P3X", "3M", "P", "P1M2D", "PT3H", "p3m", "P1234D"])
async def test_a_length_that_cannot_be_counted_is_never_kept(world: World, unit: str) -> None:
    answer = await world.a.manager.post("/v1/programmes", {"name": "Example programme", "minimum_length": unit})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/minimum_length"]
    assert answer.json()["errors"][0]["detail"].startswith("Must be an ISO 8601 duration")
