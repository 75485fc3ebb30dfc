"""Who is responsible for somebody, and which conditions of his licence shape meetings, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import RecordLicenceCondition, RecordProfessionalContact
from app.domain.through_the_gate.queries import (
    LICENCE_CONDITIONS,
    LICENCE_CONDITIONS_LIST,
    PROFESSIONAL_CONTACTS,
    PROFESSIONAL_CONTACTS_LIST,
)
from app.graphql.roots import Change, Command, Many, offer
from app.visits import Visit

P = Permission


async def _contact(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_professional_contact(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _condition(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_licence_condition(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


offer(
    Many(
        "professionalContacts",
        PROFESSIONAL_CONTACTS_LIST,
        "Who is and was responsible for people; a mentor sees it of whom he mentors.",
    ),
    Many(
        "licenceConditions",
        LICENCE_CONDITIONS_LIST,
        "Which conditions of a licence shape meetings; a mentor sees them of whom he mentors.",
    ),
    Change(
        "recordProfessionalContact",
        PROFESSIONAL_CONTACTS,
        _contact,
        "Somebody else is responsible from a day on, or nobody is known any more.",
        P.GATE_SUPPORT_WRITE,
        RecordProfessionalContact,
        of="personId",
    ),
    Change(
        "recordLicenceCondition",
        LICENCE_CONDITIONS,
        _condition,
        "A condition that shapes meetings applies, or does not.",
        P.GATE_SUPPORT_WRITE,
        RecordLicenceCondition,
        of="personId",
    ),
)
