"""Where somebody was on each day, worked out from what was recorded: pure functions.

A *fact* says that he came to a place on a day. Of several on one day the last counts: a day belongs to the place where it ends.
Each spell lasts until the next begins, so none overlaps another and none is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.sessions.models import SessionSetting
from app.domain.through_the_gate.models.codes import Accommodation, Clearance, CustodyReason, GateSide, MoveKind


@dataclass(frozen=True, slots=True)
class Fact:
    """Somebody came to a place on a day. `order` breaks ties within the day: what was recorded first comes first. What was told as
    a release, or a recall, is one also where nothing was known of him before."""

    id: UUID
    arrived_on: date
    accommodation: Accommodation
    establishment: str | None = None
    custody_reason: CustodyReason | None = None
    told_as_release: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class Spell:
    """From the day of its fact to the day before `left_on`; None: he is there."""

    fact: Fact
    left_on: date | None
    kind: MoveKind

    @property
    def arrived_on(self) -> date:
        return self.fact.arrived_on


@dataclass(frozen=True, slots=True)
class Course:
    """All spells of somebody in their order, and the facts that begin none: another of the same day took their place."""

    spells: tuple[Spell, ...]
    passed_over: tuple[UUID, ...]

    @property
    def now(self) -> Spell | None:
        return self.spells[-1] if self.spells else None

    def on(self, day: date) -> Spell | None:
        """Where he was at the end of a day; None before anybody knew."""
        return next((spell for spell in reversed(self.spells) if spell.arrived_on <= day), None)


def course(facts: Iterable[Fact]) -> Course:
    """The spells that follow from all facts, in whatever order they became known."""
    told = sorted(facts, key=lambda f: (f.arrived_on, f.order, f.id))
    kept = [n for n, fact in enumerate(told) if n + 1 == len(told) or told[n + 1].arrived_on != fact.arrived_on]
    ends: list[date | None] = [told[n].arrived_on for n in kept[1:]]
    spells = tuple(
        Spell(told[n], left_on, _kind(told[:n], told[n])) for n, left_on in zip(kept, [*ends, None], strict=False)
    )
    passed_over = tuple(fact.id for n, fact in enumerate(told) if n not in set(kept))
    return Course(spells, passed_over)


def _kind(earlier: Sequence[Fact], after: Fact) -> MoveKind:
    """How he came there, also from a place of that same day. A gap in what is known is bridged: from prison by way of nobody
    knows where to a flat is a release."""
    known = next((f for f in reversed(earlier) if f.accommodation.side is not GateSide.NOT_KNOWN), None)
    there = after.accommodation
    if known is None and there.in_community and after.told_as_release:
        return MoveKind.RELEASE
    if known is None and there.in_custody and after.custody_reason is CustodyReason.RECALL:
        return MoveKind.RECALL
    if not earlier:
        return MoveKind.FIRST_KNOWN
    if there is Accommodation.AT_LARGE:
        return MoveKind.WENT_AT_LARGE
    if there.in_custody:
        return _into_custody(known, after)
    if there.in_community and known is not None and known.accommodation.in_custody:
        return MoveKind.RELEASE
    return MoveKind.MOVE


def _into_custody(known: Fact | None, after: Fact) -> MoveKind:
    if known is not None and known.accommodation.in_custody:
        elsewhere = known.establishment != after.establishment and after.establishment is not None
        return MoveKind.TRANSFER if elsewhere else MoveKind.MOVE
    if known is None:
        return MoveKind.MOVE
    return MoveKind.RECALL if after.custody_reason is CustodyReason.RECALL else MoveKind.BACK_IN_CUSTODY


def ways_to_meet(clearance: Clearance) -> tuple[SessionSetting, ...]:
    """How a mentor can meet somebody where he is now, the best first: without a clearance as any visitor, and in writing."""
    s = SessionSetting
    if clearance is Clearance.NOT_NEEDED:
        return s.COMMUNITY, s.PHONE, s.VIDEO
    from_outside = s.VISIT, s.VIDEO, s.PHONE, s.EMAIL, s.LETTER
    return (s.IN_PERSON, *from_outside) if clearance is Clearance.IN_FORCE else from_outside
