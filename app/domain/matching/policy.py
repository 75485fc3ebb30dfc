"""A programme's matching policy: which rules rule out, what speaks for a pair and how much. Data, in versions."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.domain.matching.codes import Preference, Rule

ALWAYS = frozenset(
    {Rule.NO_PLACE, Rule.NOT_ACTIVE, Rule.EXCLUDED_BY_PERSON, Rule.EXCLUDED_BY_MENTOR, Rule.KNOWS_PERSON}
)
"""What no policy can switch off."""


_WEIGHTS = {
    Preference.STATED_WISH: 40,
    Preference.CONTINUITY: 20,
    Preference.SHARED_LANGUAGE: 10,
    Preference.BOTH_HAVE_CHILDREN: 10,
    Preference.SHARED_INTERESTS: 10,
    Preference.LOCALITY: 5,
    Preference.EXPECTED_LENGTH: 15,
}


class Locality(StrEnum):
    """What it means that a mentor lives where the person will."""

    CONFLICT = "CONFLICT"
    PREFERENCE = "PREFERENCE"
    IGNORED = "IGNORED"


class MatchingPolicyDocument(BaseModel):
    """Weights are points, 0 to 100, for a preference that is met in full."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1, max_length=200)
    locality: Locality = Field(
        default=Locality.CONFLICT,
        description="CONFLICT rules a mentor from the release area out; PREFERENCE favours one.",
    )
    switched_off: list[Rule] = Field(
        default=[], max_length=20, description="Rules that do not apply in this programme; five always apply."
    )
    useful_weeks: int = Field(
        default=12, ge=0, le=260, description="So much time left to release makes a new match useful."
    )
    expected_weeks: int = Field(default=26, ge=1, le=260, description="How long a mentor should be able to stay.")
    weights: dict[Preference, int] = Field(
        default=_WEIGHTS, description="What is left out keeps its default; 0 lets a preference count for nothing."
    )

    @field_validator("weights")
    @classmethod
    def _with_defaults(cls, weights: dict[Preference, int]) -> dict[Preference, int]:
        return {**_WEIGHTS, **weights}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if fixed := ALWAYS.intersection(self.switched_off):
            raise ValueError(f"these rules cannot be switched off: {', '.join(sorted(fixed))}")
        if any(not 0 <= points <= 100 for points in self.weights.values()):
            raise ValueError("weights are 0 to 100")
        others = [points for code, points in self.weights.items() if code is not Preference.STATED_WISH]
        if others and self.weights.get(Preference.STATED_WISH, 0) < max(others):
            raise ValueError("STATED_WISH must weigh at least as much as any other: the person's own wishes come first")
        return self

    def applies(self, rule: Rule) -> bool:
        if rule is Rule.LIVES_IN_RELEASE_AREA:
            return self.locality is Locality.CONFLICT
        return rule not in self.switched_off
