"""The shapes in which everybody reads the directory: Open Referral UK, as far as this directory fills it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.support.directory.models import ServiceStatus


class HsdsMetadata(BaseModel):
    """What the directory is."""

    version: str = Field(default="3.0", description="The version of HSDS.")
    profile: str = Field(default="https://docs.openreferraluk.org/", description="The profile of HSDS that it follows.")
    openapi_url: str = Field(description="Where its operations are described.")


class HsdsOrganization(BaseModel):
    """Who runs a service."""

    id: UUID
    name: str
    description: str


class HsdsPhone(BaseModel):
    """A number of the service itself."""

    id: UUID
    number: str


class HsdsListed(BaseModel):
    """A service as it stands in a list. What is not known is left out."""

    id: UUID
    name: str
    status: ServiceStatus
    description: str | None = None
    url: str | None = None
    email: str | None = None
    fees: str | None = None
    accreditations: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    alert: str | None = None
    last_modified: datetime
    organization: HsdsOrganization


class HsdsService(HsdsListed):
    """A service by itself. What is not known is left out."""

    phones: list[HsdsPhone] | None = None


class DirectoryPage(BaseModel):
    """A page of the directory, as the profile has it."""

    total_items: int = Field(description="How many there are on all pages.")
    total_pages: int
    page_number: int = Field(description="Which one this is, from 1.")
    size: int = Field(description="How many there are on this one.")
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[HsdsListed]
