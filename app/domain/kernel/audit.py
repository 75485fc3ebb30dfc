"""Who did what to which thing, when: append-only rows, written in the transaction of the deed itself.

Entries carry the names of changed fields, never their values. Rows are written only through the database function
`throughgate.audit`, which takes the actor from the row-security context; nobody may change or remove them.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, bindparam, func
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading.views import Collection, Order, View
from app.domain.kernel.rows import Identified, Tenanted, codes_field, instant_field


class AuditFields(SQLModel):
    action: str = Field(description="What was done, as `thing.verb`: `referral.submitted`, `person.read`.")
    object_id: UUID | None = Field(default=None, description="The id of what it was done to.")
    fields: list[str] = codes_field(default_factory=list, description="Names of the fields written; never values.")
    subject_id: UUID = Field(description="The member or client who did it.")
    role: str = Field(description="The role in which they did it.")
    request_id: str | None = Field(default=None, description="The request, as in the answer's Request-Id header.")


class AuditEntry(AuditFields, Identified, Tenanted, table=True):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_entry_at", "charity_id", "at", "id"),)
    at: datetime = instant_field()


class AuditEntryRead(AuditFields):
    """One deed: who, in which role, what, to which thing, when."""

    id: UUID
    at: datetime


AUDIT = Collection(
    View("audit_entry", AuditEntry, AuditEntryRead, Permission.AUDIT_READ, versioned=False),
    orders={"-at": Order(lambda t: [t.at], descending=True), "at": Order(lambda t: [t.at])},
    filters={
        "action": lambda t, value: t.action == value,
        "object_id": lambda t, value: t.object_id == value,
        "subject_id": lambda t, value: t.subject_id == value,
    },
    filter_shapes={"object_id": UUID, "subject_id": UUID},
)


async def record(
    session: AsyncSession,
    action: str,
    object_id: UUID | None,
    fields: Iterable[str] = (),
    *,
    charity_id: UUID | None = None,
) -> None:
    """Write one entry. If it cannot be written, the call fails and nothing else is kept either. `charity_id`: whose trail
    it stands in, where a platform operator acts; anybody else's deeds stand in their own charity's."""
    statement = select(
        func.throughgate.audit(
            action, object_id, bindparam("fields", sorted(set(fields)), type_=ARRAY(Text)), charity_id
        )
    )
    await session.exec(statement)
