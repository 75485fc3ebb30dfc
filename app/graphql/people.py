"""People through GraphQL."""

from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import new_facts
from app.domain.kernel.access import Permission
from app.domain.kernel.audit import AUDIT
from app.domain.kernel.rows import civil_date
from app.domain.people import matching, operations
from app.domain.people.models import (
    ChangePerson,
    ConvictionInput,
    CreatePerson,
    IdentifierInput,
    PossibleMatches,
    RecordConsent,
    RecordCustodyFacts,
    RecordExplanation,
    SearchPeople,
    SetProtectedCharacteristics,
)
from app.domain.people.queries import (
    CONSENTS_OF,
    CUSTODY_FACTS_OF,
    EXPLANATIONS_OF,
    PEOPLE,
    PEOPLE_LIST,
    PROTECTED_CHARACTERISTICS,
)
from app.graphql.roots import Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


class SearchArguments(BaseModel):
    """Whom to look for."""

    input: SearchPeople


class OfPerson(BaseModel):
    """Of whom."""

    person_id: UUID


async def _search(visit: Visit, arguments: SearchArguments) -> PossibleMatches:
    return await matching.search(visit.reader, arguments.input, on=civil_date(visit.now))


async def _duplicates(visit: Visit, arguments: OfPerson) -> PossibleMatches:
    return await matching.possible_duplicates(visit.reader, arguments.person_id)


offer(
    One("person", PEOPLE, "Who he is, as far as known. Each read is audited."),
    Many("people", PEOPLE_LIST, "The people on file."),
    One(
        "protectedCharacteristics",
        PROTECTED_CHARACTERISTICS,
        "What he has said about himself. Each read is audited.",
        argument="personId",
    ),
    Computed(
        "searchPeople",
        SearchArguments,
        PossibleMatches,
        P.PEOPLE_READ,
        _search,
        "By identifier, or by name and date of birth, forgiving misspellings.",
    ),
    Computed(
        "possibleDuplicates",
        OfPerson,
        PossibleMatches,
        P.PEOPLE_READ,
        _duplicates,
        "Others on file who may be he, with a score and its reasons. Only a person merges.",
    ),
    Many("auditEntries", AUDIT, "Who did what to which thing, when."),
)


async def _create(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await operations.create_person(session, actor=visit.actor, person=command.input, now=visit.now)).id


async def _change(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    await new_facts.correct_person(
        session, actor=visit.actor, person_id=command.id, change=command.input, version=command.version, now=visit.now
    )
    return command.id


async def _identifier(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    await operations.add_identifier(
        session,
        actor=visit.actor,
        person_id=command.id,
        identifier=command.input,
        version=command.version,
        now=visit.now,
    )
    return command.id


async def _conviction(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    await new_facts.learn_conviction(
        session,
        actor=visit.actor,
        person_id=command.id,
        conviction=command.input,
        version=command.version,
        now=visit.now,
    )
    return command.id


async def _custody(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await new_facts.learn_custody_facts(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _consent(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_consent(
        session, actor=visit.actor, person_id=command.of, consent=command.input, now=visit.now
    )
    return row.id


async def _explanation(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_explanation(
        session, actor=visit.actor, person_id=command.of, explanation=command.input, now=visit.now
    )
    return row.id


async def _protected(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    await new_facts.learn_protected_characteristics(
        session,
        actor=visit.actor,
        person_id=command.id,
        change=command.input,
        version=command.version or None,
        now=visit.now,
    )
    return command.id


_OF = "personId"

offer(
    Change("createPerson", PEOPLE, _create, "Put a person on file.", P.PEOPLE_WRITE, CreatePerson),
    Change("changePerson", PEOPLE, _change, "Correct what is on file.", P.PEOPLE_WRITE, ChangePerson, by_id=True),
    Change("addIdentifier", PEOPLE, _identifier, "Add an identifier.", P.PEOPLE_WRITE, IdentifierInput, by_id=True),
    Change(
        "addConviction",
        PEOPLE,
        _conviction,
        "Add a conviction by its group.",
        P.PEOPLE_WRITE,
        ConvictionInput,
        by_id=True,
    ),
    Change(
        "recordCustodyFacts",
        CUSTODY_FACTS_OF.view,
        _custody,
        "A new set of custody facts; his open referrals are judged again.",
        P.PEOPLE_WRITE,
        RecordCustodyFacts,
        of=_OF,
    ),
    Change(
        "recordConsent",
        CONSENTS_OF.view,
        _consent,
        "Something that he agreed to, refused or withdrew.",
        P.PEOPLE_WRITE,
        RecordConsent,
        of=_OF,
    ),
    Change(
        "recordExplanation",
        EXPLANATIONS_OF.view,
        _explanation,
        "That something was explained to him.",
        P.PEOPLE_WRITE,
        RecordExplanation,
        of=_OF,
    ),
    Change(
        "setProtectedCharacteristics",
        PROTECTED_CHARACTERISTICS,
        _protected,
        "Write what he has said about himself; the first time with version 0.",
        P.PROTECTED_CHARACTERISTICS_WRITE,
        SetProtectedCharacteristics,
        by_id=True,
    ),
)
