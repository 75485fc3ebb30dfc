"""What may be asked about people: themselves, their custody facts, consents, explanations, and who may be who."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Select, Text, bindparam, desc, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import (
    Collection,
    Connection,
    Context,
    Edge,
    Order,
    Plan,
    Row,
    View,
    compile_select,
)
from app.domain.people.models import (
    Consent,
    ConsentRead,
    Conviction,
    ConvictionRead,
    CustodyFacts,
    CustodyFactsRead,
    Explanation,
    ExplanationRead,
    IdentifierRead,
    Person,
    PersonIdentifier,
    PersonMerge,
    PersonMergeRead,
    PersonRead,
    PersonSummary,
    ProtectedCharacteristics,
    ProtectedCharacteristicsRead,
)

IDENTIFIERS = View(
    "person_identifier",
    PersonIdentifier,
    IdentifierRead,
    Permission.PEOPLE_READ,
    computed={"superseded": lambda t: t.superseded_at.is_not(None)},
    versioned=False,
)
CONVICTIONS = View("conviction", Conviction, ConvictionRead, Permission.PEOPLE_READ, versioned=False)
PERSON_SUMMARIES = View("person_summary", Person, PersonSummary, Permission.PEOPLE_READ, summary=True)
# What is read only with the record that it belongs to, or as if it were.
_OF_A_PERSON = ("person", "person_id")

CUSTODY_FACTS = View(
    "custody_facts",
    CustodyFacts,
    CustodyFactsRead,
    Permission.PEOPLE_READ,
    versioned=False,
    computed={"current": lambda t: t.sequence == _newest_sequence(t)},
    part_of=_OF_A_PERSON,
)

PEOPLE = View(
    "person",
    Person,
    PersonRead,
    Permission.PEOPLE_READ,
    edges={
        "identifiers": Edge(
            lambda: IDENTIFIERS, on=lambda p, t: t.person_id == p.id, many=True, order=lambda t: [t.created_at, t.id]
        ),
        "convictions": Edge(
            lambda: CONVICTIONS, on=lambda p, t: t.person_id == p.id, many=True, order=lambda t: [t.created_at, t.id]
        ),
        "custody_facts": Edge(
            lambda: CUSTODY_FACTS,
            on=lambda p, t: t.person_id == p.id,
            many=True,
            order=lambda t: [desc(t.sequence)],
            limit=20,
            expand=True,
        ),
    },
    connections={
        "custody_history": Connection(lambda: CUSTODY_FACTS_OF, on=lambda p, t: t.person_id == p.id),
        "consents": Connection(lambda: CONSENTS_OF, on=lambda p, t: t.person_id == p.id),
        "explanations": Connection(lambda: EXPLANATIONS_OF, on=lambda p, t: t.person_id == p.id),
        "merges": Connection(lambda: PERSON_MERGES_LIST, on=lambda p, t: t.person_id == p.id),
    },
    audited=True,
)

PROTECTED_CHARACTERISTICS = View(
    "protected_characteristics",
    ProtectedCharacteristics,
    ProtectedCharacteristicsRead,
    Permission.PROTECTED_CHARACTERISTICS_READ,
    key="person_id",
    audited=True,
)

PEOPLE_LIST = Collection(
    PEOPLE,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={"establishment": lambda t, value: t.establishment == value},
    always=lambda t: (t.merged_into_id.is_(None),),
)


def _newest_sequence(row: Row) -> ColumnElement[Any]:
    other: Row = aliased(CustodyFacts)
    return (
        select_columns(func.max(other.sequence))
        .where(other.person_id == row.person_id)
        .correlate_except(other)
        .scalar_subquery()
    )


def _of_person(view: View, order: str) -> Collection:
    return Collection(
        view,
        orders={f"-{order}": Order(lambda t: [getattr(t, order)], descending=True)},
        filters={"person_id": lambda t, value: t.person_id == value},
        filter_shapes={"person_id": UUID},
    )


CUSTODY_FACTS_OF: Collection = _of_person(CUSTODY_FACTS, "sequence")
CONSENTS_OF: Collection = _of_person(
    View("consent", Consent, ConsentRead, Permission.PEOPLE_READ, versioned=False, part_of=_OF_A_PERSON), "recorded_at"
)
EXPLANATIONS_OF: Collection = _of_person(
    View("explanation", Explanation, ExplanationRead, Permission.PEOPLE_READ, versioned=False, part_of=_OF_A_PERSON),
    "recorded_at",
)


PERSON_MERGES = View("person_merge", PersonMerge, PersonMergeRead, Permission.PEOPLE_READ, versioned=False)
PERSON_MERGES_LIST: Collection = _of_person(PERSON_MERGES, "recorded_at")


_CANDIDATE_COLUMNS = ("id", "given_name", "family_name", "known_as", "date_of_birth", "establishment")


def candidates(*, by_identifier: bool, by_name: bool, by_birth: bool) -> Plan:
    """People who share an identifier, a name by letter or by sound, or a date of birth: the newest 200, for
    `rules.similarity` to judge. Parameters: those of `CandidateQuery`."""

    def build() -> Select[Any]:
        person: Row = aliased(Person)
        identifier: Row = aliased(PersonIdentifier)
        ways: list[ColumnElement[bool]] = []
        if by_identifier:
            held = select_columns(identifier.person_id).where(
                identifier.charity_id == Context.charity,
                func.concat(identifier.scheme, ":", identifier.value)
                == func.any(bindparam("held", type_=ARRAY(Text()))),
                identifier.value == func.any(bindparam("values", type_=ARRAY(Text()))),
            )
            ways.append(person.id.in_(held))
        if by_name:
            ways.append(person.name_keys.overlap(bindparam("names", type_=ARRAY(Text()))))
        if by_birth:
            ways.append(person.date_of_birth == bindparam("birth", type_=Date()))
        one = func.json_build_object(
            "scheme", identifier.scheme, "value", identifier.value, "verified", identifier.verified
        )
        identifiers = (
            select_columns(func.json_agg(one))
            .where(identifier.person_id == person.id, identifier.charity_id == Context.charity)
            .correlate(person)
            .scalar_subquery()
        )
        columns = [getattr(person, name) for name in _CANDIDATE_COLUMNS]
        return (
            select_columns(*columns, identifiers.label("identifiers"))
            .where(person.charity_id == Context.charity, person.merged_into_id.is_(None), or_(*ways))
            .order_by(desc(person.id))
            .limit(200)
        )

    return compile_select(build, audited="person.searched")
