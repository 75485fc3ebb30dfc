"""The card by which somebody makes contact himself after his release: a code that works once and tells nobody anything."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    SECRET,
    CivilDate,
    Identified,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.through_the_gate.models.codes import ContactMadeBy


class ReconnectCard(Identified, Tenanted, Versioned, table=True):
    """One at a time counts; the code itself is kept nowhere."""

    __tablename__ = "reconnect_card"
    __table_args__ = (
        UniqueConstraint("digest", name="reconnect_card_digest"),
        Index(
            "reconnect_card_one_open",
            "support_id",
            unique=True,
            postgresql_where=text("used_at is null and revoked_at is null"),
        ),
        Index("reconnect_card_newest", "charity_id", "created_at", "id"),
    )
    support_id: UUID = Field(foreign_key="gate_support.id", index=True)
    digest: bytes = Field(sa_type=LargeBinary, sa_column_kwargs={"info": SECRET})
    way_of_contact: str
    expires_on: date
    used_at: datetime | None = instant_field(default=None)
    used_by: ContactMadeBy | None = code_field(default=None, nullable=True)
    revoked_at: datetime | None = instant_field(default=None)


class ReconnectCardRead(SQLModel):
    """A card, without its code."""

    id: UUID
    support_id: UUID
    way_of_contact: str = Field(
        description="What whoever enters the code is told: how he reaches the charity. No names."
    )
    expires_on: date = Field(description="The last day on which the code works.")
    used_at: datetime | None = Field(description="When the code was entered; it works once.")
    used_by: ContactMadeBy | None = Field(description="Who said that he entered it.")
    revoked_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class IssueCard(SQLModel):
    """A new card; one that was issued before no longer works."""

    model_config = command_config(
        {
            "support_id": "01900000-0000-7000-8000-00000000e704",
            "way_of_contact": "Ring 020 7946 0000 on weekdays from 10 to 4, and say that you have a card.",
            "expires_on": "2027-11-20",
        }
    )
    support_id: UUID = Field(description="The support through the gate that it is for.")
    way_of_contact: str = Field(
        min_length=1, max_length=300, description="How he reaches the charity: what the code gives back. No names."
    )
    expires_on: CivilDate = Field(description="The last day on which the code works: within two years.")


class CardIssued(SQLModel):
    """A new card with its code, which is shown this once."""

    id: UUID
    support_id: UUID
    way_of_contact: str
    expires_on: date

    code: str = Field(description="Twelve letters and digits in groups of four: shown this once, and kept nowhere.")
    page: str = Field(
        description="A page to print, HTML, with the code and its QR; no name and no charity stands on it."
    )


class EnterCode(SQLModel):
    """What stands on the card. Nothing is said about anybody."""

    model_config = command_config({"code": "7K3M-PX2Q-9TWD", "entered_by": "MENTEE"})
    code: str = Field(min_length=1, max_length=40, description="The code: capitals, spaces and hyphens do not matter.")
    entered_by: ContactMadeBy = Field(default=ContactMadeBy.MENTEE, description="Who enters it.")


class WayOfContact(SQLModel):
    """How he reaches the charity. Whoever mentors him is told that he has made contact."""

    way_of_contact: str
