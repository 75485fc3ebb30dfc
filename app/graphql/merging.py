"""Two records of one person, and a number that took the place of another, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import merging
from app.domain.kernel.access import Permission
from app.domain.people import operations
from app.domain.people.models import MergePerson, SupersedeIdentifier
from app.domain.people.queries import PEOPLE, PERSON_MERGES, PERSON_MERGES_LIST
from app.graphql.roots import Change, Command, Many, offer
from app.visits import Visit

P = Permission


async def _merge(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await merging.merge_people(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _supersede(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    await operations.supersede_identifier(
        session,
        actor=visit.actor,
        person_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return command.id


offer(
    Many("personMerges", PERSON_MERGES_LIST, "Which records were merged."),
    Change(
        "mergePeople",
        PERSON_MERGES,
        _merge,
        "Everything of the duplicate goes over to the record that stays.",
        P.PEOPLE_WRITE,
        MergePerson,
        of="personId",
    ),
    Change(
        "supersedeIdentifier",
        PEOPLE,
        _supersede,
        "Another number took the place of one that he had, which still finds him.",
        P.PEOPLE_WRITE,
        SupersedeIdentifier,
        by_id=True,
    ),
)
