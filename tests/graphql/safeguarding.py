"""Notes, barriers and safeguarding: how each mutation is called so that it is done, and what is computed, once more and plainly
(see `plain`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.safeguarding.models import NOTICE
from tests.safeguarding.helpers import TOLD, alarm_of, person_of, recorded, unreported
from tests.sessions.helpers import at, engaged, named_barrier
from tests.world import CharityWorld

Variables = dict[str, Any]
Row = dict[str, Any]


async def _noting(charity: CharityWorld) -> Variables:
    return {"input": {"engagementId": (await engaged(charity))["id"], "words": "Went well."}}


async def _naming(charity: CharityWorld) -> Variables:
    engagement = await engaged(charity)
    given = {"kind": "NOT_KNOWN", "saidBy": "MENTOR", "foundOn": at()[:10]}
    return {"input": {"engagementId": engagement["id"], **given}}


async def _trying(charity: CharityWorld) -> Variables:
    barrier = await named_barrier(charity.coordinator, await engaged(charity))
    given = {"triedOn": at()[:10], "what": "Another day.", "helped": "HELPED", "state": "GONE"}
    return {"id": barrier["id"], "version": barrier["version"], "input": given}


async def _recording(charity: CharityWorld) -> Variables:
    given = {"type": "OTHER", "words": "Words.", "disclosedAt": at(minutes=9), "notYetReported": True}
    return {"input": {"personId": await person_of(charity), **given}}


async def _adding(charity: CharityWorld) -> Variables:
    concern = await recorded(charity.manager, await person_of(charity), reported_at=at(minutes=3), **TOLD)
    return {"concernId": concern["id"], "input": {"kind": "WORDS", "words": "More."}}


async def _acknowledging(charity: CharityWorld) -> Variables:
    alarm = await alarm_of(charity.manager, await unreported(charity.manager, await person_of(charity)))
    return {"id": alarm["id"], "version": alarm["version"], "input": {}}


async def _acct(charity: CharityWorld) -> Variables:
    return {"input": {"personId": await person_of(charity), "status": "OPEN", "asOf": at()[:10]}}


async def _restricted(charity: CharityWorld) -> Variables:
    return {"input": {"personId": await person_of(charity), "kind": "HEALTH", "words": "Words."}}


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "writeSessionNote": _noting,
    "nameBarrier": _naming,
    "tryBarrier": _trying,
    "recordConcern": _recording,
    "addToConcern": _adding,
    "acknowledgeAlarm": _acknowledging,
    "recordAcctState": _acct,
    "writeRestrictedNote": _restricted,
}
OF_MENTORS = {"writeSessionNote", "nameBarrier", "tryBarrier", "recordConcern", "addToConcern"}
NOT_OF_MANAGERS = {"acknowledgeAlarm", "recordAcctState", "writeRestrictedNote"}


def _added(plain: Any, concern_id: Any, column: str) -> Any:
    found = [row[column] for row in plain.of("concern_addition", "concern_id", concern_id) if row[column] is not None]
    return min(found, default=None)


def _told_at(plain: Any, concern: Row) -> datetime | None:
    told: datetime | None = concern["reported_at"] or _added(plain, concern["id"], "reported_at")
    return told


def _shown(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _minutes(plain: Any, concern: Row) -> int | None:
    told = _told_at(plain, concern)
    return None if told is None else (told - concern["disclosed_at"]) // timedelta(minutes=1)


def _late(plain: Any, concern: Row) -> bool:
    told = _told_at(plain, concern) or datetime.now(UTC)
    late: bool = told - concern["disclosed_at"] > timedelta(minutes=60)
    return late


def _acknowledged(plain: Any, concern: Row) -> str | None:
    [alarm] = plain.of("concern_alarm", "concern_id", concern["id"]) or [{"acknowledged_at": None}]
    return _shown(alarm["acknowledged_at"])


def _followed_up(plain: Any, concern: Row) -> str | None:
    day = _added(plain, concern["id"], "followed_up_on")
    return None if day is None else str(day)


def _replaced(plain: Any, note: Row) -> str | None:
    [by] = plain.of("session_note", "replaces_id", note["id"]) or [{"id": None}]
    return None if by["id"] is None else str(by["id"])


def _warnings(plain: Any, note: Row) -> list[Any]:
    """To this plain reader, who is no mentor."""
    apart = plain.of("session_note_known_name", "note_id", note["id"])
    found = [*note["warnings"], *(one for row in apart for one in row["found"])]
    return found


def _concern(plain: Any, alarm: Row) -> Row:
    [found] = plain.of("concern", "id", alarm["concern_id"])
    row: Row = found
    return row


COMPUTED: dict[tuple[str, str], Callable[[Any, Row], Any]] = {
    ("SessionNote", "replacedById"): _replaced,
    ("SessionNote", "warnings"): _warnings,
    ("Concern", "toldAt"): lambda p, c: _shown(_told_at(p, c)),
    ("Concern", "minutesToTell"): _minutes,
    ("Concern", "toldLate"): _late,
    ("Concern", "acknowledgedAt"): _acknowledged,
    ("Concern", "followedUpOn"): _followed_up,
    ("Concern", "notice"): lambda _p, _c: NOTICE,
    ("ConcernAlarm", "type"): lambda p, a: _concern(p, a)["type"],
    ("ConcernAlarm", "disclosedAt"): lambda p, a: _shown(_concern(p, a)["disclosed_at"]),
    ("ConcernAlarm", "reported"): lambda p, a: _added(p, a["concern_id"], "reported_at") is not None,
}
