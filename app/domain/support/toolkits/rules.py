"""What is true of workbooks: which step is open, when one is completed, which version comes first. Pure functions."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from app.domain.support.toolkits.models import ProgressState, ProgressStep

S, T = ProgressState, ProgressStep

OPEN: dict[ProgressStep, frozenset[ProgressState]] = {
    T.UNIT: frozenset({S.GOING_ON}),
    T.PAUSE: frozenset({S.GOING_ON}),
    T.RESUME: frozenset({S.PAUSED}),
    T.STOP: frozenset({S.GOING_ON, S.PAUSED}),
    T.COMPLETE: frozenset({S.GOING_ON}),
    T.CORRECT: frozenset({S.GOING_ON, S.PAUSED, S.STOPPED, S.COMPLETED}),
}
"""From which states each step may be taken."""

AFTER = {T.PAUSE: S.PAUSED, T.RESUME: S.GOING_ON, T.STOP: S.STOPPED, T.COMPLETE: S.COMPLETED}
"""Where each step leads. None of them has any other consequence."""

NUMBER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of a certificate's number: none that is taken for another when it is read aloud or copied by hand."""


class Version(Protocol):
    """What decides which version is chosen."""

    id: UUID
    charity_id: UUID | None


def is_complete(done: Iterable[bool]) -> bool:
    """All units done; one without units is completed when that is said."""
    units = list(done)
    return bool(units) and all(units)


def own_first(versions: Sequence[Version]) -> list[Version]:
    """A charity's own version comes before everybody's."""
    return sorted(versions, key=lambda one: (one.charity_id is None, one.id))


def number_of(chosen: Sequence[str]) -> str:
    """A certificate's number: visibly ours, in groups of four."""
    letters = "".join(chosen)
    return "-".join(["TGC", *(letters[at : at + 4] for at in range(0, len(letters), 4))])
