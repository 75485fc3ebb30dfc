"""Three-valued logic: what is not known is neither true nor false (Kleene, 1952)."""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """FALSE < UNKNOWN < TRUE: `all_of` is the least, `any_of` the greatest, `negated` the mirror image."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    @classmethod
    def of(cls, known: bool | None) -> "Truth":
        """None is UNKNOWN."""
        if known is None:
            return cls.UNKNOWN
        return cls.TRUE if known else cls.FALSE

    @classmethod
    def all_of(cls, truths: Iterable["Truth"]) -> "Truth":
        """FALSE if any is FALSE, else UNKNOWN if any is UNKNOWN, else TRUE (also of nothing)."""
        return min(truths, key=lambda truth: truth.value, default=cls.TRUE)

    @classmethod
    def any_of(cls, truths: Iterable["Truth"]) -> "Truth":
        """TRUE if any is TRUE, else UNKNOWN if any is UNKNOWN, else FALSE (also of nothing)."""
        return max(truths, key=lambda truth: truth.value, default=cls.FALSE)

    def negated(self) -> "Truth":
        return Truth(2 - self.value)
