"""The tables about mentors, matching and engagements, made from the code."""

from collections.abc import Callable

from app.domain.matching.codes import CURES, Rule
from app.domain.matching.models import DeclineReason, EngagementState, Side
from app.domain.matching.policy import ALWAYS
from app.domain.matching.steps import FOR_ONE_SIDE, TABLE, consequence
from app.domain.mentors.models import Stage
from app.domain.mentors.rules import FOLLOWS, NEEDS_REASON


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _codes(found: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in found)


def stages() -> str:
    rows = [
        (f"`{stage.value}`", _codes([one.value for one in Stage if one in FOLLOWS[stage]]), _reason(stage))
        for stage in Stage
    ]
    return _rows(("stage", "leads to", "to get there"), rows)


def _reason(stage: Stage) -> str:
    if stage is Stage.ACTIVE:
        return "a vetting in force and the core training"
    return "a reason" if stage in NEEDS_REASON else "nothing else"


def engagement_steps() -> str:
    rows = [(f"`{step.value}`", _codes([s.value for s in EngagementState if s in TABLE[step]])) for step in TABLE]
    return _rows(("step", "from"), rows)


def declines() -> str:
    rows = [
        (f"`{reason.value}`", f"`{side.value}`", f"`{consequence(side, reason).value}`")
        for reason in DeclineReason
        for side in Side
        if FOR_ONE_SIDE.get(reason, side) is side
    ]
    return _rows(("reason", "said by", "leads to"), rows)


def matching_rules() -> str:
    rows = [(f"`{rule.value}`", CURES[rule], "no" if rule in ALWAYS else "yes") for rule in Rule]
    return _rows(("rule", "what would lift it", "can be switched off"), rows)


MENTORING: dict[str, Callable[[], str]] = {
    "mentor-stages": stages,
    "engagement-steps": engagement_steps,
    "declines": declines,
    "matching-rules": matching_rules,
}
