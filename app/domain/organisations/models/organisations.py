"""Charities, partner agencies and establishments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Line, Tenanted, Versioned, code_field, command_config
from app.domain.organisations.models.codes import CharityCode, Email, EstablishmentKind, OrganisationKind


class Organisation(Identified, Tenanted, Versioned, table=True):
    """A charity is its own tenant: its `charity_id` is its `id`."""

    __table_args__ = (
        Index("organisation_code", "code", unique=True, postgresql_where=text("code is not null")),
        Index("organisation_charity", "charity_id", "id"),
    )
    kind: OrganisationKind = code_field()
    name: str
    code: str | None = None
    active: bool = True


class OrganisationFields(SQLModel):
    name: Line = Field(description="The organisation's name.", schema_extra={"examples": ["Probation Unit (example)"]})


class RegisterPartner(OrganisationFields):
    """A partner agency that will push referrals to this charity."""

    model_config = command_config({"name": "Example Probation Unit"})


class CreateCharity(OrganisationFields):
    """A new charity (tenant) and its first manager."""

    model_config = command_config(
        {
            "name": "Example Mentoring Charity",
            "code": "TST",
            "manager_email": "manager@charity.example",
            "manager_name": "Example Manager",
            "manager_password": "correct-horse-battery",
        }
    )
    code: CharityCode
    manager_email: Email
    manager_name: Line
    manager_password: Annotated[str, StringConstraints(min_length=12, max_length=256)]


class ChangeOrganisation(SQLModel):
    """What to change; what is left out stays."""

    model_config = command_config({"name": "Example Probation Unit South"})
    name: Line | None = None
    active: bool | None = Field(default=None, description="false: none of its people and programs gets in any more.")


class OrganisationRead(OrganisationFields):
    """A charity or a partner agency."""

    id: UUID
    kind: OrganisationKind
    code: str | None = Field(description="A charity's three letters; null for a partner agency.")
    active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class EstablishmentFields(SQLModel):
    agency_id: str = Field(primary_key=True, description="NOMIS agency id, for example BXI.")
    name: str = Field(description="The establishment's name.")
    kind: EstablishmentKind = code_field(description="PRISON, or MOVEMENT for OUT (released) and TRN (in transfer).")
    active: bool = Field(default=True, description="false: closed, kept because history refers to it.")
    source: str = Field(description="Where this entry was taken from, with its date.")


class Establishment(EstablishmentFields, table=True):
    """Reference data, the same for every charity."""


class EstablishmentRead(EstablishmentFields):
    """A prison as the prison register names it, or a movement state. OUT and TRN are never prisons."""
