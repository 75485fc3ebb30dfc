"""People: who they are, custody facts, consents, explanations, and who may be the same person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.etags import matched_version
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.journeys import new_facts
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.people import matching, operations
from app.domain.people.models import (
    ChangePerson,
    ConsentRead,
    ConvictionInput,
    CreatePerson,
    CustodyFactsRead,
    ExplanationRead,
    IdentifierInput,
    PersonRead,
    PossibleMatches,
    ProtectedCharacteristicsRead,
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

router = APIRouter(prefix="/v1/people", tags=["People"])


class PeopleQuery(PageQuery):
    """Filters of the people list. Identifiers are searched by POST: they never stand in an address."""

    establishment: Annotated[str | None, Query(max_length=12, description="Agency id, for example BXI.")] = None


@router.post("", summary="Put a person on file", status_code=201, responses=shapes.made(PersonRead))
async def create_person(
    command: CreatePerson, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.PEOPLE_WRITE)
) -> Response:
    """Somebody whom the charity meets otherwise than by a referral."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.create_person(session, actor=call.actor, person=command, now=call.now)).id

    return await call.create(create, view=PEOPLE, location="/v1/people/{id}", key=idempotency_key)


@router.get("", summary="List people", responses=shapes.page(PersonRead))
async def list_people(query: Annotated[PeopleQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)) -> Response:
    """The people on file. Orders: `-created_at` (default), `created_at`."""
    return await listed(call, PEOPLE_LIST, query)


@router.post("/search", summary="Search for a person", responses={200: {"model": PossibleMatches}})
async def search_people(command: SearchPeople, call: Call = needs(Permission.PEOPLE_READ)) -> Response:
    """By identifier, or by name and date of birth, forgiving misspellings. At most 20, the likeliest first."""
    found = await matching.search(call.reader, command, on=civil_date(call.now))
    return Response(found.model_dump_json(), 200, media_type=JSON)


@router.get("/{person_id}", summary="Read a person", responses=shapes.found(PersonRead))
async def read_person(
    person_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)
) -> Response:
    """Who he is, as far as known. Each read is audited. `expand=custody_facts` adds the newest 20 sets."""
    return await call.one(PEOPLE, person_id, query.selection(PEOPLE))


@router.patch("/{person_id}", summary="Correct a person", responses=shapes.changed(PersonRead))
async def change_person(
    person_id: UUID, command: ChangePerson, if_match: IfMatch = None, call: Call = needs(Permission.PEOPLE_WRITE)
) -> Response:
    """Correct what is on file. His referrals that are still open are judged again."""

    async def change(session: AsyncSession, version: int) -> UUID:
        await new_facts.correct_person(
            session, actor=call.actor, person_id=person_id, change=command, version=version, now=call.now
        )
        return person_id

    return await call.change(change, view=PEOPLE, if_match=if_match)


@router.post("/{person_id}/identifiers", summary="Add an identifier", responses=shapes.changed(PersonRead))
async def add_identifier(
    person_id: UUID, command: IdentifierInput, if_match: IfMatch = None, call: Call = needs(Permission.PEOPLE_WRITE)
) -> Response:
    """Add an identifier beside those there are; a prison number that was superseded stays findable."""

    async def add(session: AsyncSession, version: int) -> UUID:
        await operations.add_identifier(
            session, actor=call.actor, person_id=person_id, identifier=command, version=version, now=call.now
        )
        return person_id

    return await call.change(add, view=PEOPLE, if_match=if_match)


@router.post("/{person_id}/convictions", summary="Add a conviction", responses=shapes.changed(PersonRead))
async def add_conviction(
    person_id: UUID, command: ConvictionInput, if_match: IfMatch = None, call: Call = needs(Permission.PEOPLE_WRITE)
) -> Response:
    """Add a conviction by its group only. His referrals that are still open are judged again."""

    async def add(session: AsyncSession, version: int) -> UUID:
        await new_facts.learn_conviction(
            session, actor=call.actor, person_id=person_id, conviction=command, version=version, now=call.now
        )
        return person_id

    return await call.change(add, view=PEOPLE, if_match=if_match)


@router.get(
    "/{person_id}/possible-duplicates",
    summary="See who may be the same person",
    responses={200: {"model": PossibleMatches}},
)
async def possible_duplicates(person_id: UUID, call: Call = needs(Permission.PEOPLE_READ)) -> Response:
    """Others on file who may be he, with a score and its reasons. Only the charity sees this, and only a person
    merges."""
    found = await matching.possible_duplicates(call.reader, person_id)
    return Response(found.model_dump_json(), 200, media_type=JSON)


@router.post(
    "/{person_id}/custody-facts",
    summary="Record custody facts",
    status_code=201,
    responses=shapes.made(CustodyFactsRead),
)
async def record_custody_facts(
    person_id: UUID,
    command: RecordCustodyFacts,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(Permission.PEOPLE_WRITE),
) -> Response:
    """A new set of facts, whole: it supersedes the one before, which stays readable. His referrals that are still open,
    or were found ineligible, are judged again."""

    async def record(session: AsyncSession) -> UUID:
        row = await new_facts.learn_custody_facts(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    return await call.create(
        record, view=CUSTODY_FACTS_OF.view, location=f"/v1/people/{person_id}/custody-facts", key=idempotency_key
    )


@router.get("/{person_id}/custody-facts", summary="List custody facts", responses=shapes.page(CustodyFactsRead))
async def list_custody_facts(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)
) -> Response:
    """Every set, the newest first."""
    await call.reader.one(PEOPLE, person_id)
    return await listed(call, CUSTODY_FACTS_OF, query, person_id=person_id)


@router.post("/{person_id}/consents", summary="Record a consent", status_code=201, responses=shapes.made(ConsentRead))
async def record_consent(
    person_id: UUID,
    command: RecordConsent,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(Permission.PEOPLE_WRITE),
) -> Response:
    """Something that he agreed to, refused or withdrew, one purpose at a time."""

    async def record(session: AsyncSession) -> UUID:
        row = await operations.record_consent(
            session, actor=call.actor, person_id=person_id, consent=command, now=call.now
        )
        return row.id

    return await call.create(
        record, view=CONSENTS_OF.view, location=f"/v1/people/{person_id}/consents", key=idempotency_key
    )


@router.get("/{person_id}/consents", summary="List consents", responses=shapes.page(ConsentRead))
async def list_consents(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)
) -> Response:
    """Every statement, the newest first; the newest of a purpose counts."""
    await call.reader.one(PEOPLE, person_id)
    return await listed(call, CONSENTS_OF, query, person_id=person_id)


@router.post(
    "/{person_id}/explanations",
    summary="Record an explanation",
    status_code=201,
    responses=shapes.made(ExplanationRead),
)
async def record_explanation(
    person_id: UUID,
    command: RecordExplanation,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(Permission.PEOPLE_WRITE),
) -> Response:
    """That the service is voluntary, or the limits of confidentiality, were explained to him."""

    async def record(session: AsyncSession) -> UUID:
        row = await operations.record_explanation(
            session, actor=call.actor, person_id=person_id, explanation=command, now=call.now
        )
        return row.id

    return await call.create(
        record, view=EXPLANATIONS_OF.view, location=f"/v1/people/{person_id}/explanations", key=idempotency_key
    )


@router.get("/{person_id}/explanations", summary="List explanations", responses=shapes.page(ExplanationRead))
async def list_explanations(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(Permission.PEOPLE_READ)
) -> Response:
    """What was explained to him, the newest first."""
    await call.reader.one(PEOPLE, person_id)
    return await listed(call, EXPLANATIONS_OF, query, person_id=person_id)


_PROTECTED = "/{person_id}/protected-characteristics"


@router.get(_PROTECTED, summary="Read protected characteristics", responses=shapes.found(ProtectedCharacteristicsRead))
async def read_protected_characteristics(
    person_id: UUID, call: Call = needs(Permission.PROTECTED_CHARACTERISTICS_READ)
) -> Response:
    """What he has said about himself. Each read is audited."""
    return await call.one(PROTECTED_CHARACTERISTICS, person_id)


@router.patch(
    _PROTECTED, summary="Set protected characteristics", responses=shapes.changed(ProtectedCharacteristicsRead)
)
async def set_protected_characteristics(
    person_id: UUID,
    command: SetProtectedCharacteristics,
    if_match: IfMatch = None,
    call: Call = needs(Permission.PROTECTED_CHARACTERISTICS_WRITE),
) -> Response:
    """Write what he has said about himself. The first time, when there is nothing to match yet, send `If-Match:
    "0"`."""
    version = matched_version(if_match) or None
    async with call.write() as session:
        await new_facts.learn_protected_characteristics(
            session, actor=call.actor, person_id=person_id, change=command, version=version, now=call.now
        )
        found = await call.reader.within(session).one(PROTECTED_CHARACTERISTICS, person_id)
    return call.answer(found)
