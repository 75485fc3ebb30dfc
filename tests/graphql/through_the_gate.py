"""Where somebody stays: how each mutation is called so that it is done, and what is computed, once more and plainly (see
`plain`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.domain.eligibility.dates import add_months
from tests.graphql import mentors
from tests.matching.helpers import made
from tests.sessions.helpers import engaged
from tests.through_the_gate.helpers import came_to, day, out_for_a_day, person_in, reviewed
from tests.through_the_gate.support import card_for, eligible, gone_through, planned_for, reminded
from tests.world import CharityWorld

Variables = dict[str, Any]
Row = dict[str, Any]


async def _recording(charity: CharityWorld) -> Variables:
    return {"personId": await person_in(charity), "input": {"arrivedOn": day(), "accommodation": "A17"}}


def _changing(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        placement = await came_to(charity.coordinator, await person_in(charity), day(), "A17")
        return {"id": placement["id"], "version": placement["version"], "input": {**given, "reason": "Told wrongly."}}

    return of


def _moving(prison: str | None = "BXI", **given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        return {"personId": await person_in(charity, prison), "input": given}

    return of


async def _deciding(charity: CharityWorld) -> Variables:
    review = await reviewed(charity)
    return {
        "id": review["id"],
        "version": review["version"],
        "input": {"decision": "SAME_MENTOR", "setting": "VISIT"},
    }


def _of_absence(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        absence = await out_for_a_day(charity)
        return {"id": absence["id"], "version": absence["version"], "input": given}

    return of


async def _finding(charity: CharityWorld) -> Variables:
    return {"input": {"engagementId": (await engaged(charity))["id"], "eligibleOn": day()}}


async def _stepping(charity: CharityWorld) -> Variables:
    support = await eligible(charity, await engaged(charity))
    return {"id": support["id"], "version": support["version"], "input": {"step": "OFFER", "on": day()}}


async def _issuing(charity: CharityWorld) -> Variables:
    support = await gone_through(charity, "OFFER", "ACCEPT")
    given = {"supportId": support["id"], "wayOfContact": "Ring us.", "expiresOn": day(days=-90)}
    return {"input": given}


async def _revoking(charity: CharityWorld) -> Variables:
    card = await card_for(charity, await gone_through(charity, "OFFER", "ACCEPT"))
    return {"id": card["id"], "version": 1}


async def _opening(charity: CharityWorld) -> Variables:
    return {"input": {"engagementId": (await engaged(charity))["id"], "expectedOn": "2027-01-15"}}


def _planning(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        plan = await planned_for(charity, await engaged(charity))
        return {"id": plan["id"], "version": plan["version"], "input": given}

    return of


async def _answering(charity: CharityWorld) -> Variables:
    plan = await planned_for(charity, await engaged(charity))
    return {
        "id": plan["id"],
        "version": plan["version"],
        "input": {"itemId": plan["items"][0]["id"], "state": "ARRANGED"},
    }


def _closing(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        return {"engagementId": (await engaged(charity))["id"], "input": given}

    return of


async def _mistaken(charity: CharityWorld) -> Variables:
    death = await made(charity.coordinator, f"/v1/people/{await person_in(charity)}/deaths", {})
    return {"id": death["id"], "version": death["version"], "input": {"reason": "Another man."}}


async def _reminded(charity: CharityWorld) -> Variables:
    reminder = await reminded(charity)
    return {"id": reminder["id"], "version": reminder["version"]}


async def _merging(charity: CharityWorld) -> Variables:
    given = {"duplicateId": await person_in(charity), "reason": "The same man."}
    return {"personId": await person_in(charity), "input": given}


async def _superseding(charity: CharityWorld) -> Variables:
    person = await person_in(charity, identifiers=[{"scheme": "prison_number", "value": "A0000AB"}])
    given = {"scheme": "prison_number", "value": "A0000AB", "by": f"A{uuid4().int % 10000:04d}ZZ"}
    return {"id": person, "version": 1, "input": given}


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "recordPlacement": _recording,
    "correctPlacement": _changing(accommodation="A02"),
    "withdrawPlacement": _changing(),
    "transferPerson": _moving(on=day(), establishment="TSI"),
    "releasePerson": _moving(on=day(), accommodation="A02"),
    "recallPerson": _moving(None, on=day(), establishment="BXI"),
    "decideMove": _deciding,
    "findEligible": _finding,
    "takeGateStep": _stepping,
    "issueReconnectCard": _issuing,
    "revokeReconnectCard": _revoking,
    "recordContactPermission": _moving(channel="PHONE", permitted=True, statedAt="2026-11-20T10:15:00Z"),
    "recordProfessionalContact": _moving(role="COMMUNITY_OFFENDER_MANAGER", name="Officer Example", since=day()),
    "recordLicenceCondition": _moving(condition="CURFEW", applies=True, toldOn=day()),
    "openReleasePlan": _opening,
    "changeReleasePlan": _planning(firstAccommodation="A02", accommodationPlan="ARRANGED"),
    "addPlanItem": _planning(day=3, pathway="HEALTH", what="A doctor"),
    "answerPlanItem": _answering,
    "startPlanAgain": _planning(reason="Recalled."),
    "agreeEnding": _closing(endsOn="2027-05-20", withHim=True, agreedOn=day()),
    "recordClosingReview": _closing(heldOn=day(), hisWords="It helped."),
    "recordDeath": _moving(diedOn=day()),
    "withdrawDeath": _mistaken,
    "acknowledgeReminder": _reminded,
    "mergePeople": _merging,
    "supersedeIdentifier": _superseding,
    "recordTemporaryAbsence": _moving(kind="COURT", leftOn=day()),
    "returnFromAbsence": _of_absence(returnedOn=day()),
    "withdrawAbsence": _of_absence(reason="Told wrongly."),
}


def _left_on(_: Any, row: Row) -> str | None:
    return None if row["days"] is None or row["days"].upper is None else str(row["days"].upper)


_INSIDE = {"HMP", "HOSPITAL_IN_CUSTODY", "A15"}


def _the(plain: Any, table: str, row_id: Any) -> Row:
    found: Row = next(one for one in plain.tables[table] if one["id"] == row_id)
    return found


def _open(plain: Any, row: Row) -> bool:
    days = _the(plain, "placement", row["placement_id"])["days"]
    state = _the(plain, "engagement", row["engagement_id"])["state"]
    there = days is not None and days.upper is None
    return row["decided_at"] is None and there and state in ("ACTIVE", "PAUSED", "BRIDGING")


def _clearance(plain: Any, row: Row) -> str:
    mentor = _the(plain, "engagement", row["engagement_id"])["mentor_id"]
    if row["accommodation"] not in _INSIDE:
        return "NOT_NEEDED"
    if mentor is None:
        return "NO_MENTOR"
    if row["establishment"] is None:
        return "NOT_KNOWN"
    checks = [
        one for one in plain.of("mentor_check", "mentor_id", mentor) if one["establishment"] == row["establishment"]
    ]
    return "IN_FORCE" if any(mentors.COMPUTED["Check", "inForce"](plain, one) for one in checks) else "MISSING"


def _settings(plain: Any, row: Row) -> list[str]:
    found = _clearance(plain, row)
    if found == "NOT_NEEDED":
        return ["COMMUNITY", "PHONE", "VIDEO"]
    from_outside = ["VISIT", "VIDEO", "PHONE", "EMAIL", "LETTER"]
    return ["IN_PERSON", *from_outside] if found == "IN_FORCE" else from_outside


def _planned_elsewhere(plain: Any, row: Row) -> int:
    since = max(datetime.now(UTC), datetime.combine(row["moved_on"], time(0), ZoneInfo("Europe/London")))
    return sum(
        one["state"] == "PLANNED" and one["starts_at"] >= since and one["establishment"] != row["establishment"]
        for one in plain.of("mentoring_session", "engagement_id", row["engagement_id"])
    )


def _after_release(months: int) -> Callable[[Any, Row], str | None]:
    return lambda _, row: None if row["released_on"] is None else add_months(row["released_on"], months).isoformat()


def _current(plain: Any, row: Row) -> bool:
    said = [
        one for one in plain.of("contact_permission", "person_id", row["person_id"]) if one["channel"] == row["channel"]
    ]
    newest: Row = max(said, key=lambda one: (one["recorded_at"], one["id"]))
    return bool(newest["id"] == row["id"])


def _said(table: str, of: str, *by: str) -> Callable[[Any, Row], list[Row]]:
    """All that was said of the same thing, in the order in which it counts."""

    def found(plain: Any, row: Row) -> list[Row]:
        same = [one for one in plain.of(table, "person_id", row["person_id"]) if one[of] == row[of]]
        return sorted(same, key=lambda one: tuple(one[name] for name in by))

    return found


_contacts = _said("professional_contact", "role", "since", "recorded_at", "id")
_conditions = _said("licence_condition", "condition", "recorded_at", "id")


def _until(plain: Any, row: Row) -> str | None:
    later = [one["since"] for one in _contacts(plain, row) if one["since"] > row["since"]]
    return str(later[0]) if later else None


def _corrected(plain: Any, row: Row) -> bool:
    same_day = [one for one in _contacts(plain, row) if one["since"] == row["since"]]
    return bool(same_day[-1]["id"] != row["id"])


def _due_on(plain: Any, row: Row) -> str | None:
    release_on = _the(plain, "release_plan", row["plan_id"])["release_on"]
    return None if release_on is None else str(release_on + timedelta(days=row["day"]))


def _agreed(plain: Any, row: Row) -> list[Row]:
    found: list[Row] = plain.of("ending_agreement", "engagement_id", row["engagement_id"])
    return sorted(found, key=lambda one: (one["recorded_at"], one["id"]))


COMPUTED: dict[tuple[str, str], Callable[[Any, Row], Any]] = {
    ("Placement", "leftOn"): _left_on,
    ("Placement", "current"): lambda _, row: row["days"] is not None and row["days"].upper is None,
    ("GateSupport", "threeMonthReviewDueOn"): _after_release(3),
    ("GateSupport", "sixMonthReviewDueOn"): _after_release(6),
    ("ContactPermission", "current"): _current,
    ("Reminder", "open"): lambda _, row: row["settled_at"] is None and row["acknowledged_at"] is None,
    ("Identifier", "superseded"): lambda _, row: row["superseded_at"] is not None,
    ("EndingAgreement", "current"): lambda plain, row: _agreed(plain, row)[-1]["id"] == row["id"],
    ("ProfessionalContact", "current"): lambda plain, row: _contacts(plain, row)[-1]["id"] == row["id"],
    ("ProfessionalContact", "until"): _until,
    ("ProfessionalContact", "corrected"): _corrected,
    ("LicenceCondition", "current"): lambda plain, row: _conditions(plain, row)[-1]["id"] == row["id"],
    ("ReleasePlan", "itemsOpen"): lambda plain, row: sum(
        one["state"] == "OPEN" for one in plain.of("release_plan_item", "plan_id", row["id"])
    ),
    ("ReleasePlanItem", "dueOn"): _due_on,
    ("MoveReview", "open"): _open,
    ("MoveReview", "clearance"): _clearance,
    ("MoveReview", "proposedSettings"): _settings,
    ("MoveReview", "plannedElsewhere"): _planned_elsewhere,
}
