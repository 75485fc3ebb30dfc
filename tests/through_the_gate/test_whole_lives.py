"""Random lives, told in random order: spells never overlap, nobody is lost, and the window is always what the facts make it."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.eligibility.dates import add_months
from tests.security.rows import Rows
from tests.sessions.helpers import engaged
from tests.through_the_gate.helpers import came_to, day, person_in
from tests.through_the_gate.support import eligible, planned_for, step
from tests.world import World

AGO = st.integers(0, 60)
PRISONS = st.sampled_from(["BXI", "TSI", "WWI"])
OUTSIDE = st.sampled_from(["A02", "A17", "COMMUNITY_NOT_KNOWN"])
WHICH = st.integers(0, 7)
DEEDS = st.one_of(
    st.tuples(st.just("admit"), AGO, PRISONS),
    st.tuples(st.just("transfer"), AGO, PRISONS),
    st.tuples(st.just("release"), AGO, OUTSIDE),
    st.tuples(st.just("recall"), AGO, PRISONS),
    st.tuples(st.just("moved outside"), AGO, OUTSIDE),
    st.tuples(st.just("lost sight of"), AGO, st.none()),
    st.tuples(st.just("out for a time"), AGO, st.none()),
    st.tuples(st.just("back"), AGO, st.none()),
    st.tuples(st.just("correct"), AGO, WHICH),
    st.tuples(st.just("withdraw"), AGO, WHICH),
    st.tuples(st.just("merge"), AGO, PRISONS),
)
Deed = tuple[str, int, Any]


@dataclass
class Life:
    """Somebody who is mentored, and whatever happens to him."""

    world: World
    person: str

    async def lives(self, deed: Deed) -> int:
        name, ago, what = deed
        by, at, when = self.world.a.coordinator, f"/v1/people/{self.person}", day(days=ago)
        placed = {"arrived_on": when}
        asked: dict[str, tuple[str, dict[str, Any]]] = {
            "admit": ("placements", {**placed, "accommodation": "HMP", "establishment": what}),
            "transfer": ("transfers", {"on": when, "establishment": what}),
            "release": ("releases", {"on": when, "accommodation": what}),
            "recall": ("recalls", {"on": when, "establishment": what}),
            "moved outside": ("placements", {**placed, "accommodation": what}),
            "lost sight of": ("placements", {**placed, "accommodation": "NOT_KNOWN"}),
            "out for a time": ("temporary-absences", {"kind": "COURT", "left_on": when}),
        }
        if name in asked:
            path, body = asked[name]
            return (await by.post(f"{at}/{path}", body)).status_code
        if name == "merge":
            twin = await person_in(self.world.a, None)
            await came_to(by, twin, when, "HMP", establishment=what)
            body = {"duplicate_id": twin, "reason": "One man."}
            return (await by.post(f"{at}/merges", body)).status_code
        return await self._change(name, when, what)

    async def _change(self, name: str, when: str, which: Any) -> int:
        by = self.world.a.coordinator
        if name == "back":
            query = {"person_id": self.person, "open": "true"}
            found = (await by.get("/v1/temporary-absences", params=query)).json()["items"]
            path = "temporary-absences/{}/return"
            body: dict[str, Any] = {"returned_on": when}
        else:
            query = {"person_id": self.person, "limit": "100"}
            found = (await by.get("/v1/placements", params=query)).json()["items"]
            path = "placements/{}/" + name
            body = {"reason": "Told wrongly.", **({"arrived_on": when} if name == "correct" else {})}
        if not found:
            return 200
        one = found[(which or 0) % len(found)]
        at = f"/v1/{path.rpartition('/')[0].format(one['id'])}"
        return (await by.step(f"/v1/{path.format(one['id'])}", body, of=at)).status_code


def window_of(told: list[dict[str, Any]], today: date) -> tuple[date | None, date | None, date | None]:
    """Day by day: where he was at the end of each, and what that made of the window. Nothing is shared with the service."""
    known: str | None = None
    released = stopped = None
    for ago in range((today - min((one["arrived_on"] for one in told), default=today)).days, -1, -1):
        here_on = today - timedelta(days=ago)
        # A place of the same day that another took counts as where he came from.
        for one in sorted((t for t in told if t["arrived_on"] == here_on), key=lambda t: t["recorded_nth"]):
            last = one is max((t for t in told if t["arrived_on"] == here_on), key=lambda t: t["recorded_nth"])
            side = {"HMP": "in", "NOT_KNOWN": None}.get(one["accommodation"], "out")
            if last and side == "out" and (known == "in" or (known is None and one["release_type"])):
                released, stopped = here_on, None
            if last and side == "in" and released and not stopped and known == "out":
                stopped = here_on
            if (
                last
                and side == "in"
                and known is None
                and one["custody_reason"] == "RECALL"
                and released
                and not stopped
            ):
                stopped = here_on
            known = side or known
    ends = None if released is None or stopped else add_months(released, 6)
    return released, stopped, ends


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(DEEDS, min_size=1, max_size=12))
async def test_whatever_is_told_in_whatever_order(world: World, rows: Rows, deeds: list[Deed]) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    support = await step(by, await step(by, await eligible(world.a, engagement), "OFFER"), "ACCEPT")
    plan = await planned_for(world.a, engagement, usual_items=False)
    life = Life(world, engagement["person_id"])
    for deed in deeds:
        assert await life.lives(deed) in (200, 201, 409, 422), deed
    person, today = UUID(life.person), date.fromisoformat(day())
    told = [
        dict(row)
        for row in await rows.sql.fetch("select * from placement where person_id = $1 and withdrawn_at is null", person)
    ]
    spells = [
        row["days"]
        for row in await rows.sql.fetch(
            "select days from placement where person_id = $1 and days is not null order by lower(days)", person
        )
    ]
    # No two of one day, none missing between, and he is somewhere now if he ever was.
    assert all(one.upper == following.lower for one, following in pairwise(spells))
    assert not told or (spells[-1].upper is None and spells[0].lower == min(one["arrived_on"] for one in told))
    released, stopped, ends = window_of(told, today)
    now = (await by.get(f"/v1/gate-support/{support['id']}")).json()
    iso = [None if one is None else one.isoformat() for one in (released, stopped, ends)]
    assert [now["released_on"], now["stopped_on"], now["ends_on"]] == iso
    leaves = (await by.get(f"/v1/release-plans/{plan['id']}")).json()
    assert (leaves["release_basis"] == "RELEASED") is (released is not None and stopped is None)
    # One engagement, one person, and everything that happened is on record.
    assert (await by.get(f"/v1/engagements/{engagement['id']}")).json()["state"] == "ACTIVE"
    story = (await by.get(f"/v1/people/{life.person}/timeline", params={"kind": "PLACEMENT", "limit": 100})).json()
    assert len(story["items"]) == len(spells)


def test_the_window_of_the_test_itself_is_right() -> None:
    """The simulation above against one that is counted by hand."""
    inside = {"accommodation": "HMP", "release_type": None, "custody_reason": None}
    outside = {"accommodation": "A02", "release_type": "NOT_KNOWN", "custody_reason": None}
    told = [
        {**inside, "arrived_on": date(2026, 8, 1), "recorded_nth": 1},
        {**outside, "arrived_on": date(2026, 8, 31), "recorded_nth": 2},
    ]
    assert window_of(told, date(2026, 11, 20)) == (date(2026, 8, 31), None, date(2027, 2, 28))
    back = {**told[0], "arrived_on": date(2026, 9, 9), "recorded_nth": 3}
    assert window_of([*told, back], date(2026, 11, 20)) == (date(2026, 8, 31), date(2026, 9, 9), None)
