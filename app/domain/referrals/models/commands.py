"""What callers send: a referral, the steps that move it, corrections."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField

from app.domain.kernel.rows import (
    CivilDate,
    Instant,
    Line,
    Prose,
    command_config,
)
from app.domain.people.models import (
    CUSTODY_EXAMPLE,
    PERSON_EXAMPLE,
    CustodyInput,
    PersonInput,
)
from app.domain.people.offences import Pathway
from app.domain.referrals.models.codes import Channel, Source
from app.domain.referrals.models.referral import ReferralFields


class ConsentStated(BaseModel):
    """What was explained before he was asked, and his answer."""

    model_config = command_config()
    voluntary_explained_at: Instant | None = SchemaField(default=None, description="When he was told it is voluntary.")
    confidentiality_explained_at: Instant | None = SchemaField(
        default=None, description="When its limits were explained."
    )
    given: bool | None = SchemaField(default=None, description="He wants this referral; null where nobody asked yet.")


class SubmitReferral(ReferralFields):
    """Ask for a mentor for somebody. Only `programme_id`, `source` and a person with a name or an identifier are
    needed."""

    model_config = command_config()
    received_on: CivilDate | None = SchemaField(
        default=None, description="Default: today in London. Not in the future."
    )  # type: ignore[assignment]
    programme_id: UUID = SchemaField(description="The programme asked of.")
    person: PersonInput | None = SchemaField(default=None, description="Whom it is about, as far as known.")
    person_id: UUID | None = SchemaField(
        default=None,
        description="Instead of `person`, for the charity's own staff: somebody already on file.",
    )
    custody: CustodyInput | None = SchemaField(default=None, description="What is known about the end of his custody.")
    consent: ConsentStated | None = SchemaField(default=None, description="What was explained, and his answer.")


DEMO_PROGRAMME_ID = "01900000-0000-7000-8000-00000000b001"


SUBMIT_EXAMPLE: dict[str, Any] = {
    "programme_id": DEMO_PROGRAMME_ID,
    "source": "prison_offender_manager",
    "reason": "Asked for help with finding work before release.",
    "needs": ["EDUCATION_SKILLS_AND_WORK"],
    "consent": {
        "voluntary_explained_at": "2026-11-20T10:15:00Z",
        "confidentiality_explained_at": "2026-11-20T10:15:00Z",
        "given": True,
    },
    "person": PERSON_EXAMPLE,
    "custody": CUSTODY_EXAMPLE,
}


class StepCommand(BaseModel):
    """Why, and since which day it is true (default: today)."""

    model_config = command_config({"reason": "Told the wing officer that he no longer wants it."})
    reason: Prose | None = SchemaField(default=None, description="In your own words; kept in the history.")
    effective_on: CivilDate | None = SchemaField(default=None, description="The day it became true; not in the future.")


class ReasonedStepCommand(StepCommand):
    """As a step, with a reason that must be given."""

    reason: Prose = SchemaField(description="In your own words; kept in the history.")


class MergeReferral(StepCommand):
    """Mark this referral as a duplicate of another one of the same programme's charity, which goes on."""

    model_config = command_config({"into": "01900000-0000-7000-8000-00000000c001", "reason": "Same man, two slips."})
    into: UUID = SchemaField(description="The referral that stands.")


class ChangeReferral(BaseModel):
    """What to change; what is left out stays. What was received stays as it was in the history."""

    model_config = command_config({"source_detail": "CSU"})
    source: Source | None = None
    source_detail: Line | None = None
    channel: Channel | None = None
    reason: Prose | None = None
    needs: list[Pathway] | None = SchemaField(default=None, max_length=7)
