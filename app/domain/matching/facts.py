"""What matching is told: the people who wait and the mentors there are, as plain values that a run keeps as its inputs."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.domain.mentors.models.codes import Wished

SLOTS = 21
"""Seven days of three parts (morning, afternoon, evening), Monday morning first: the bits of `times`."""

ANY_TIME = (1 << SLOTS) - 1


class Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(Facts):
    """The person's own words, as a code: `required` rules others out, as he said that he would take nobody else."""

    attribute: Wished
    value: str
    required: bool = False


class MenteeFacts(Facts):
    """Somebody who waits. What is not known is None, and rules nobody out."""

    referral_id: UUID
    person_id: UUID
    place: int = Field(description="His place on the waiting list, from 1.")
    under_way: bool = Field(
        default=False, description="His mentor has left: the relationship goes on, and waits for another."
    )
    release_on: date | None = None
    establishment: str | None = None
    release_area: str | None = None
    times: int = Field(default=ANY_TIME, ge=0, le=ANY_TIME, description="When the regime leaves him free.")
    languages: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    has_children: bool | None = None
    wishes: tuple[Wish, ...] = ()
    excludes: frozenset[UUID] = frozenset()
    known_mentors: frozenset[UUID] = frozenset()
    unsuitable: frozenset[UUID] = frozenset()
    earlier_mentors: frozenset[UUID] = frozenset()


class MentorFacts(Facts):
    """A mentor. `clearances` gives the last day by establishment (None: without an end)."""

    mentor_id: UUID
    active: bool
    in_programme: bool
    places: int = Field(ge=0, description="Free places: capacity less those who have one.")
    vetted: bool
    vetting_until: date | None = None
    trained: bool
    clearances: dict[str, date | None] = Field(default_factory=dict)
    area: str | None = None
    times: int = Field(default=ANY_TIME, ge=0, le=ANY_TIME)
    languages: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    has_children: bool | None = None
    attributes: dict[Wished, frozenset[str]] = Field(default_factory=dict)
    excludes: frozenset[UUID] = frozenset()
    committed_until: date | None = None
