"""A person with everything that a policy may ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.people.models import Conviction, CustodyFacts, Person, ProtectedCharacteristics


@dataclass(frozen=True)
class Known:
    """A person with everything that a policy may ask about, as rows."""

    person: Person
    convictions: Sequence[Conviction]
    protected: ProtectedCharacteristics | None
    custody: CustodyFacts | None


async def known(session: AsyncSession, *, actor: Actor, person_id: UUID) -> Known:
    """Everything that a policy may ask about a person. Raises `NotFound`."""
    person = await load(session, Person, person_id, actor=actor)
    convictions = (await session.exec(select(Conviction).where(Conviction.person_id == person_id))).all()
    protected = await session.get(ProtectedCharacteristics, person_id)
    custody = await session.exec(
        select(CustodyFacts)
        .where(CustodyFacts.person_id == person_id)
        .order_by(col(CustodyFacts.sequence).desc())
        .limit(1)
    )
    return Known(person, convictions, protected, custody.first())
