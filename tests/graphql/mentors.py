"""What is computed of mentors, once more and plainly: see `plain`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()


def _newest(checks: list[Row]) -> dict[tuple[str, str | None], Row]:
    found: dict[tuple[str, str | None], Row] = {}
    for check in sorted(checks, key=lambda one: (one["decided_on"], one["recorded_at"], one["id"])):
        if check["decided_on"] <= _today():
            found[check["kind"], check["establishment"]] = check
    return found


def _holds(check: Row) -> bool:
    return check["outcome"] == "GRANTED" and (check["expires_on"] is None or check["expires_on"] >= _today())


def _in_force(plain: Any, check: Row) -> bool:
    newest = _newest(plain.of("mentor_check", "mentor_id", check["mentor_id"]))
    return newest.get((check["kind"], check["establishment"]), {}).get("id") == check["id"] and _holds(check)


def _vetted_until(plain: Any, mentor: Row) -> str | None:
    check = _newest(plain.of("mentor_check", "mentor_id", mentor["id"])).get(("VETTING", None))
    return str(check["expires_on"]) if check and _holds(check) and check["expires_on"] else None


def _last(table: str, column: str, **which: str) -> Callable[[Any, Row], str | None]:
    def last(plain: Any, mentor: Row) -> str | None:
        among = [
            row[column]
            for row in plain.of(table, "mentor_id", mentor["id"])
            if all(row[name] == value for name, value in which.items())
        ]
        return str(max(among)) if among else None

    return last


def _places(plain: Any, mentor: Row) -> int:
    return sum(
        (one["mentor_id"] == mentor["id"] and one["state"] in ("ACTIVE", "PAUSED"))
        or (one["proposed_mentor_id"] == mentor["id"] and one["accepted_by_mentor_at"] is not None)
        for one in plain.tables["engagement"]
    )


def _alarms(plain: Any, mentor: Row) -> list[str]:
    if mentor["stage"] not in ("CLEARED", "ACTIVE", "PAUSED"):
        return []
    today, active = _today(), mentor["stage"] == "ACTIVE"
    newest = _newest(plain.of("mentor_check", "mentor_id", mentor["id"]))
    granted = {kind: [c for (k, _), c in newest.items() if k == kind and c["outcome"] == "GRANTED"] for kind in KINDS}
    ends = {kind: [c["expires_on"] for c in checks if c["expires_on"]] for kind, checks in granted.items()}
    away = [
        one
        for one in plain.of("supervisor_absence", "supervisor_id", mentor["supervisor_id"])
        if one["away_from"] <= today <= one["away_until"]
    ]
    newest_away = max(away, key=lambda one: (one["recorded_at"], one["id"]), default={"covered_by": "nobody is away"})
    held = [one["held_on"] for one in plain.of("supervision_contact", "mentor_id", mentor["id"])]
    began = [
        one["effective_on"] for one in plain.of("mentor_step", "mentor_id", mentor["id"]) if one["stage"] == "ACTIVE"
    ]
    since = today - max([*held, *([min(began)] if began else [])], default=today)
    soon = today + timedelta(days=60)
    told = {
        "NO_SUPERVISOR": active and mentor["supervisor_id"] is None,
        "SUPERVISOR_AWAY": active and newest_away["covered_by"] is None,
        "SUPERVISION_OVERDUE": active and since > timedelta(days=mentor["supervision_every_days"]),
        "NO_VETTING": not granted["VETTING"],
        "VETTING_EXPIRED": any(end < today for end in ends["VETTING"]),
        "VETTING_EXPIRES_SOON": any(today <= end <= soon for end in ends["VETTING"]),
        "NO_CLEARANCE": not any(_holds(check) for check in granted["CLEARANCE"]),
        "CLEARANCE_EXPIRED": any(end < today for end in ends["CLEARANCE"]),
        "CLEARANCE_EXPIRES_SOON": any(today <= end <= soon for end in ends["CLEARANCE"]),
    }
    return [alarm for alarm, holds in told.items() if holds]


KINDS = ("VETTING", "CLEARANCE")
COMPUTED: dict[tuple[str, str], Callable[[Any, Row], Any]] = {
    ("Mentor", "vettedUntil"): _vetted_until,
    ("Mentor", "trainedOn"): _last("mentor_training", "completed_on", module="CORE"),
    ("Mentor", "supervisedOn"): _last("supervision_contact", "held_on"),
    ("Mentor", "placesTaken"): _places,
    ("Mentor", "alarms"): _alarms,
    ("Check", "inForce"): _in_force,
}
