"""What a service in the directory is, what may be sent about one, and what an import tells of what it left out."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    Identified,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
    new_id,
)

OLDEST = 150
MOST_PHONES = 10
MOST_AT_ONCE = 200
_PHONE = re.compile(r"[+(0-9][0-9 ()./-]{1,28}[0-9]")


class ServiceStatus(StrEnum):
    """Whether a service can be used, in the words of HSDS."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        good = False
    # What the profile's schemas call a URI has neither spaces nor letters beyond ASCII.
    if not good or not value.isascii() or re.search(r"[\s<>\"{}|\\^`\x00-\x1f]", value):
        raise ValueError("must begin with https:// or http://, without a user name, spaces or letters beyond ASCII")
    return value


def email_address(value: str) -> str:
    before, at, after = value.partition("@")
    good = before and at and "." in after.strip(".") and "@" not in after and value.isascii()
    if not good or re.search(r"[\s<>\"(),:;\\\x00-\x1f]", value):
        raise ValueError("must be the service's own e-mail address, nobody's personal one")
    return value


def phone_number(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise ValueError("must be a telephone number alone: digits, spaces and + ( ) . / -, at most 30")
    return value


WebAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(web_address)
]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254), AfterValidator(email_address)
]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=30), AfterValidator(phone_number)
]


class ServiceFields(SQLModel):
    name: Line = Field(description="What the service is called.")
    status: ServiceStatus = code_field(
        default=ServiceStatus.ACTIVE, description="Whether it can be used, in the words of HSDS."
    )
    description: Prose | None = Field(default=None, description="What it does, for whom. Names nobody.")
    url: WebAddress | None = Field(default=None, description="Its own page.")
    email: Email | None = Field(default=None, description="Its own e-mail address, nobody's personal one.")
    phones: list[Phone] = codes_field(
        default_factory=list, max_length=MOST_PHONES, description="Its own telephone numbers, nobody's personal ones."
    )
    fees: Prose | None = Field(default=None, description="What it costs, in words.")
    accreditations: Prose | None = Field(default=None, description="By whom it is accredited, in words.")
    minimum_age: int | None = Field(
        default=None, ge=0, le=OLDEST, sa_type=BigInteger, description="From this age on, in years."
    )
    maximum_age: int | None = Field(
        default=None, ge=0, le=OLDEST, sa_type=BigInteger, description="Up to this age, in years."
    )
    alert: Prose | None = Field(default=None, description="What is different at the moment.")


class OrganisationOfService(SQLModel):
    organisation_name: Line = Field(description="Who runs it.")
    organisation_description: Prose | None = Field(default=None, description="What they do otherwise. Names nobody.")


class DirectoryService(OrganisationOfService, ServiceFields, Identified, Tenanted, Versioned, table=True):
    """`organisation_id` is made here, for the profile wants one: two entries of one organisation share none, as that would
    tell which entries one charity keeps."""

    __tablename__ = "directory_service"
    __table_args__ = (
        UniqueConstraint("charity_id", "source_id", name="directory_service_source"),
        Index("directory_service_newest", "charity_id", "created_at", "id"),
    )
    source_id: UUID | None = None
    organisation_id: UUID = Field(default_factory=new_id)
    withdrawn_at: datetime | None = instant_field(default=None)


_EXAMPLE: dict[str, Any] = {
    "name": "Example Housing Advice",
    "description": "Advice and a deposit scheme for people who leave prison without a home.",
    "url": "https://housing.example/advice",
    "phones": ["0800 000 0000"],
    "organisation_name": "Example Housing Trust",
}


class CreateService(ServiceFields):
    """A service that may help. Everybody may read it, without a token: no person stands in it."""

    model_config = command_config(_EXAMPLE)
    organisation_name: Line | None = Field(
        default=None, description="Who runs it; as the service is called by default."
    )
    organisation_description: Prose | None = Field(default=None, description="What they do otherwise. Names nobody.")


class ChangeService(SQLModel):
    """What to change; what is left out stays. A status other than `inactive` puts one that was withdrawn back."""

    model_config = command_config({"status": "temporarily closed", "alert": "Closed until the new year."})
    name: Line | None = None
    status: ServiceStatus | None = None
    description: Prose | None = None
    url: WebAddress | None = None
    email: Email | None = None
    phones: list[Phone] | None = Field(default=None, max_length=MOST_PHONES)
    fees: Prose | None = None
    accreditations: Prose | None = None
    minimum_age: int | None = Field(default=None, ge=0, le=OLDEST)
    maximum_age: int | None = Field(default=None, ge=0, le=OLDEST)
    alert: Prose | None = None
    organisation_name: Line | None = None
    organisation_description: Prose | None = None


class DirectoryServiceRead(OrganisationOfService, ServiceFields):
    """An entry as the charity that keeps it sees it."""

    id: UUID
    source_id: UUID | None = Field(
        description="By what id it came from another directory; null where it was written here."
    )
    withdrawn_at: datetime | None = Field(description="Since when nobody else sees it; null while it is public.")
    version: int
    created_at: datetime
    updated_at: datetime


class ImportServices(BaseModel):
    """Services of another directory in HSDS, as they are on its pages or at their own addresses."""

    model_config = command_config(
        {
            "contents": [
                {
                    "id": "0b0e5d2c-3f60-4c1e-9a53-6f1d8a4f7c10",
                    "name": "Example Job Club",
                    "status": "active",
                    "contacts": [{"id": "1c1e5d2c-3f60-4c1e-9a53-6f1d8a4f7c11", "title": "Manager"}],
                }
            ]
        }
    )
    contents: list[dict[str, Any]] = SchemaField(
        min_length=1, max_length=MOST_AT_ONCE, description="The services, each as HSDS has it."
    )


class LeftOutReason(StrEnum):
    """Why something that was sent is not kept. PERSON: it names or reaches somebody. OURS: the directory sets it itself.
    NOT_KEPT: HSDS has it, this directory does not. UNKNOWN: HSDS does not have it."""

    PERSON = "PERSON"
    OURS = "OURS"
    NOT_KEPT = "NOT_KEPT"
    UNKNOWN = "UNKNOWN"


class LeftOut(BaseModel):
    """One place in an imported service that was not kept."""

    pointer: str = SchemaField(description="JSON pointer into the item.")
    reason: LeftOutReason = SchemaField(description="Why it is not kept.")


class Fault(BaseModel):
    """One place in an imported service for which the whole item is refused."""

    pointer: str = SchemaField(description="JSON pointer into the item.")
    code: str = SchemaField(description="Stable, for programs.")
    detail: str = SchemaField(description="A sentence, with the cure.")


class ImportOutcome(StrEnum):
    """What became of an item. WITHDRAWN: the charity has withdrawn this entry, so it stays as it was."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    WITHDRAWN = "WITHDRAWN"
    REFUSED = "REFUSED"


class ImportedService(BaseModel):
    """What became of one item."""

    index: int = SchemaField(description="Its place in what was sent, from 0.")
    outcome: ImportOutcome = SchemaField(description="What became of it.")
    service_id: UUID | None = SchemaField(description="The entry; null if the item was refused.")
    left_out: list[LeftOut] = SchemaField(description="Everything of it that is not kept.")
    faults: list[Fault] = SchemaField(description="Why it was refused.")


class ServicesImported(BaseModel):
    """Item by item, what an import did. What is wrong with one keeps none of the others back."""

    items: list[ImportedService] = SchemaField(description="In the order in which they were sent.")


__all__ = [
    "MOST_AT_ONCE",
    "MOST_PHONES",
    "OLDEST",
    "ChangeService",
    "CreateService",
    "DirectoryService",
    "DirectoryServiceRead",
    "Fault",
    "ImportOutcome",
    "ImportServices",
    "ImportedService",
    "LeftOut",
    "LeftOutReason",
    "ServiceStatus",
    "ServicesImported",
    "email_address",
    "phone_number",
    "web_address",
]
