"""Which stage may follow which, and what it takes to be active: pure functions."""

from datetime import date

from app.domain.mentors.models import Stage

S = Stage
_ON_THE_WAY = (S.APPLIED, S.INTERVIEWED, S.VETTED, S.TRAINED, S.CLEARED)

FOLLOWS: dict[Stage, frozenset[Stage]] = {
    S.APPLIED: frozenset({S.INTERVIEWED, S.LEFT}),
    S.INTERVIEWED: frozenset({S.VETTED, S.LEFT}),
    S.VETTED: frozenset({S.TRAINED, S.CLEARED, S.LEFT}),
    S.TRAINED: frozenset({S.CLEARED, S.ACTIVE, S.LEFT}),
    S.CLEARED: frozenset({S.TRAINED, S.ACTIVE, S.LEFT}),
    S.ACTIVE: frozenset({S.PAUSED, S.LEFT}),
    S.PAUSED: frozenset({S.ACTIVE, S.LEFT}),
    S.LEFT: frozenset({S.APPLIED}),
}
"""Clearance can take months, so TRAINED and CLEARED come in either order; who comes back begins again."""

ONCE = frozenset({S.TRAINED, S.CLEARED})
"""Either may be first; neither comes twice on the way."""

NEEDS_REASON = frozenset({S.PAUSED, S.LEFT})


def lacks(stage: Stage, *, vetted_until: date | None, vetted: bool, trained: bool, on: date) -> list[str]:
    """What somebody lacks for a stage, as sentences; nothing but ACTIVE takes anything. A vetting without an end has no last
    day; it counts on its last day still."""
    if stage is not S.ACTIVE:
        return []
    missing = []
    if not vetted:
        missing.append("a vetting that was granted: record it with POST /v1/mentors/{id}/checks")
    elif vetted_until is not None and vetted_until < on:
        missing.append(f"a vetting in force: it ended on {vetted_until.isoformat()}")
    if not trained:
        missing.append("the core training: record it with POST /v1/mentors/{id}/trainings")
    return missing
