"""What is counted: one statement's answer, with nobody's name or id in it."""

from datetime import date, datetime

from pydantic import BaseModel

from app.domain.mentors.models import Stage
from app.domain.outcomes.models import MeasureScale, MentoringOutcome, ScaleScore
from app.domain.people.codes import Ethnicity
from app.domain.people.offences import OffenceGroup, Pathway
from app.domain.referrals.models import Disposition, Source
from app.domain.sessions.models import Attendance


class ReferralFact(BaseModel):
    """A referral that was received in the period; `waited` is the days to the first relationship."""

    source: Source
    disposition: Disposition
    waited: int | None


class GateFact(BaseModel):
    """How far support through the gate has come."""

    offered: bool
    accepted: bool
    first_contact: bool
    supported: bool
    sustained: bool
    approved_premises: bool


class FormFact(BaseModel):
    """A complete form, and the relationship that it belongs to, by a number that says nothing elsewhere."""

    relationship: str
    begun_on: date
    ended_on: date | None
    released_on: date | None
    code: str
    edition: int
    taken_on: date
    entered_at: datetime
    scales: tuple[MeasureScale, ...]
    scores: tuple[ScaleScore, ...]


class PersonFact(BaseModel):
    """Somebody who was mentored in the period."""

    age: int | None
    ethnicity: Ethnicity | None
    needs: frozenset[Pathway]
    days: int
    convictions: list[OffenceGroup]
    improved: frozenset[MentoringOutcome]
    assessed: frozenset[MentoringOutcome]
    gate: list[GateFact]
    prisons: int
    forms: list[FormFact]

    def reached(self, step: str) -> bool:
        return any(getattr(support, step) for support in self.gate)


class ToolkitFact(BaseModel):
    """How many have begun a workbook, and how many completed it."""

    code: str
    title: str
    begun: int
    completed: int


class VolunteerFact(BaseModel):
    """A mentor of the programme: `stage` on the last day of the period."""

    stage: Stage | None
    joined: bool | None
    left: bool | None
    trained: bool
    mentored: bool
    places: int
    supervised: bool


class Facts(BaseModel):
    """All of a programme and period."""

    programme: str
    referrals: list[ReferralFact]
    people: list[PersonFact]
    ended: list[bool]
    sessions: dict[Attendance, int]
    toolkits: list[ToolkitFact]
    volunteers: list[VolunteerFact]
