"""Trusted documents: GraphQL that a client has put on file beforehand, and asks by its hash."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Line, Tenanted, Versioned, command_config, instant_field

MAX_DOCUMENT = 100 * 1024


class TrustedDocumentFields(SQLModel):
    document: Annotated[str, StringConstraints(min_length=1, max_length=MAX_DOCUMENT)] = Field(
        sa_type=Text, description="The text of the document, kept to the byte: white space counts."
    )
    name: Line | None = Field(default=None, description="What it is called, for people.")


class TrustedDocument(TrustedDocumentFields, Identified, Tenanted, Versioned, table=True):
    """Written once; withdrawn, it stays on record. A client has a document in force once."""

    __tablename__ = "trusted_document"
    __table_args__ = (
        Index(
            "trusted_document_in_force",
            "client_id",
            "sha256",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
        Index("trusted_document_client", "client_id", "created_at", "id"),
        Index("trusted_document_charity", "charity_id", "created_at", "id"),
    )
    client_id: UUID = Field(foreign_key="client.id")
    sha256: str = Field(sa_type=Text)
    withdrawn_at: datetime | None = instant_field(default=None)


class RegisterDocument(TrustedDocumentFields):
    """A GraphQL document that a client will ask by its hash."""

    model_config = command_config(
        {
            "document": "query Programmes { programmes(first: 10) { edges { node { id name intake } } } }",
            "name": "The programmes on the start page",
        }
    )


class TrustedDocumentRead(TrustedDocumentFields):
    """A GraphQL document that is registered for a client."""

    id: UUID
    client_id: UUID = Field(description="The program that may ask it.")
    sha256: str = Field(description="SHA-256 of its UTF-8 bytes, in hexadecimal: `documentId` is this after `sha256:`.")
    withdrawn_at: datetime | None = Field(description="Since when it is not answered any more; null while it is.")
    version: int
    created_at: datetime
    updated_at: datetime
