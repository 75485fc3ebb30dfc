"""Members who log in, API clients, and the clients' secrets."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.rows import (
    SECRET,
    Created,
    Identified,
    Line,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.organisations.models.codes import Email, Standing


class MemberFields(SQLModel):
    display_name: Line = Field(description="How colleagues know them.")
    email: Email = Field(description="Their user name at /oauth/token.")
    roles: list[Role] = codes_field(
        min_length=1, max_length=8, description="What they may be; a token carries one of them."
    )


class Member(MemberFields, Identified, Tenanted, Versioned, table=True):
    """`authority` counts the changes of what the member may do: a token of an earlier count is refused."""

    __table_args__ = (
        UniqueConstraint("charity_id", "email", name="member_email"),
        Index("member_sign_in", "email"),
    )
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    password_hash: str | None = Field(default=None, sa_column_kwargs={"info": SECRET})
    standing: Standing = code_field(default=Standing.ACTIVE)
    authority: int = 1


class CreateMember(MemberFields):
    """A person who will log in. `organisation_id` is the charity's own when left out; a referrer's is the partner's."""

    model_config = command_config(
        {
            "display_name": "Example Coordinator",
            "email": "coordinator2@charity.example",
            "roles": ["coordinator"],
            "password": "correct-horse-battery",
        }
    )
    organisation_id: UUID | None = None
    password: Annotated[str, StringConstraints(min_length=12, max_length=256)]


class ChangeMember(SQLModel):
    """What to change; what is left out stays. Tokens issued before a change of roles or standing stop working at
    once."""

    model_config = command_config({"standing": "SUSPENDED"})
    display_name: Line | None = None
    roles: list[Role] | None = Field(default=None, min_length=1, max_length=8)
    standing: Standing | None = None
    password: Annotated[str, StringConstraints(min_length=12, max_length=256)] | None = None


class MemberRead(MemberFields):
    """A person who logs in. Password hashes are in no view."""

    id: UUID
    organisation_id: UUID
    standing: Standing
    version: int
    created_at: datetime
    updated_at: datetime


class ColleagueRead(SQLModel):
    """One of the charity's own people, as the others know them: to be named as a supervisor, or as who was told."""

    id: UUID
    display_name: str
    roles: list[Role] = codes_field(description="What they do here.")


class ClientFields(SQLModel):
    name: Line = Field(description="What the program is, for people.")
    role: Role = code_field(description="The role in which it acts.")
    scopes: list[Permission] = codes_field(
        min_length=1, max_length=200, description="Its tokens never hold more than these."
    )
    trusted_documents_only: bool = Field(
        default=False, description="Through GraphQL it may only ask documents that are registered for it."
    )


class Client(ClientFields, Identified, Tenanted, Versioned, table=True):
    """`authority` counts the changes of what the client may do: a token of an earlier count is refused."""

    __table_args__ = (Index("client_charity", "charity_id", "id"),)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    standing: Standing = code_field(default=Standing.ACTIVE)
    authority: int = 1
    last_used_at: datetime | None = instant_field(default=None)


class ClientSecret(Identified, Tenanted, Created, table=True):
    """A digest; the secret itself is shown once and kept nowhere. Two may be valid at once, for rotation."""

    __tablename__ = "client_secret"
    client_id: UUID = Field(foreign_key="client.id", index=True)
    digest: str
    expires_at: datetime | None = instant_field(default=None)


class CreateClient(ClientFields):
    """A program that will authenticate with a secret. `organisation_id`: whose program it is."""

    model_config = command_config(
        {
            "name": "Example case system",
            "role": "referrer",
            "scopes": ["referrals:write", "referrals:read"],
            "organisation_id": "01900000-0000-7000-8000-00000000a002",
        }
    )
    organisation_id: UUID | None = None


class ChangeClient(SQLModel):
    """What to change; what is left out stays. REVOKED is final and bites on the next request."""

    model_config = command_config({"standing": "REVOKED"})
    name: Line | None = None
    scopes: list[Permission] | None = Field(default=None, min_length=1, max_length=200)
    standing: Standing | None = None
    trusted_documents_only: bool | None = None


class ClientRead(ClientFields):
    """A program with a secret."""

    id: UUID
    organisation_id: UUID
    standing: Standing
    secrets: list[date] = Field(description="The days on which its valid secrets were made; at most two.")
    last_used_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ClientSecretIssued(SQLModel):
    """A new secret, shown this once."""

    client_id: UUID
    client_secret: str = Field(description="Keep it now: it is stored only as a digest.")
    expires_at: datetime | None


class LogInAttempts(SQLModel, table=True):
    """Failed log-ins of late, by a digest of the name tried or of the address: never the name itself."""

    __tablename__ = "log_in_attempts"
    digest: str = Field(primary_key=True)
    failures: int
    last_failed_at: datetime = instant_field()
