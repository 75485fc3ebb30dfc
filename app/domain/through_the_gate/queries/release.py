"""What may be asked about plans of a release, and the facts behind the countdown. A mentor sees the plan of whom he mentors."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, Uuid, bindparam, cast, func, literal_column, or_, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.eligibility.facts import CustodyFacts as JudgedCustody
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
    attach,
    compile_select,
    text_literal,
)
from app.domain.kernel.rows import CivilDate
from app.domain.matching.models import Engagement
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.matching.writing_in import GOING_ON
from app.domain.organisations.models import Programme
from app.domain.people.models import CustodyFacts, Person
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.through_the_gate.models import (
    Accommodation,
    ContactPermission,
    GateSupport,
    ItemState,
    LicenceCondition,
    Placement,
    ProfessionalContact,
    ProfessionalRole,
    ReconnectCard,
    ReleasePlan,
    ReleasePlanEntry,
    ReleasePlanEntryRead,
    ReleasePlanItem,
    ReleasePlanItemRead,
    ReleasePlanRead,
)
from app.domain.through_the_gate.queries.contact import permission_counts
from app.domain.through_the_gate.queries.supervision import contact_counts

P = Permission


def _items_open(row: Row) -> ColumnElement[Any]:
    item: Row = aliased(ReleasePlanItem)
    return (
        select_columns(func.count())
        .where(item.plan_id == row.id, item.state == text_literal(ItemState.OPEN))
        .correlate_except(item)
        .scalar_subquery()
    )


def _due_on(row: Row) -> ColumnElement[Any]:
    plan: Row = aliased(ReleasePlan)
    return (
        select_columns(cast(plan.release_on + cast(row.day, Integer), Date()))
        .where(plan.id == row.plan_id)
        .correlate_except(plan)
        .scalar_subquery()
    )


RELEASE_PLANS: View = View(
    "release_plan",
    ReleasePlan,
    ReleasePlanRead,
    P.GATE_SUPPORT_READ,
    computed={"items_open": _items_open},
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True),
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda r, p: p.id == r.person_id, expand=True),
        "items": Edge(
            lambda: RELEASE_PLAN_ITEMS,
            on=lambda r, i: i.plan_id == r.id,
            many=True,
            order=lambda i: [i.day, i.nth],
            expand=True,
        ),
        "entries": Edge(
            lambda: RELEASE_PLAN_ENTRIES,
            on=lambda r, e: e.plan_id == r.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
RELEASE_PLAN_ITEMS: View = View(
    "release_plan_item",
    ReleasePlanItem,
    ReleasePlanItemRead,
    P.GATE_SUPPORT_READ,
    computed={"due_on": _due_on},
    versioned=False,
)
RELEASE_PLAN_ENTRIES: View = View(
    "release_plan_entry", ReleasePlanEntry, ReleasePlanEntryRead, P.GATE_SUPPORT_READ, versioned=False
)
RELEASE_PLANS_LIST = Collection(
    RELEASE_PLANS,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
        "release_by": lambda t, value: t.release_on <= value,
    },
    filter_shapes={"programme_id": UUID, "person_id": UUID, "engagement_id": UUID, "release_by": CivilDate},
)

attach(ENGAGEMENTS, release_plans=Connection(lambda: RELEASE_PLANS_LIST, on=lambda e, r: r.engagement_id == e.id))


@cache
def programme_there() -> Plan:
    """The programme (parameter `programme`), or no row."""

    def build() -> Select[Any]:
        programme: Row = aliased(Programme)
        return select_columns(programme.id).where(
            programme.charity_id == Context.charity, programme.id == bindparam("programme", type_=Uuid())
        )

    return compile_select(build)


_FACTS = tuple(JudgedCustody.model_fields)
_OUTSIDE = sorted(one for one in Accommodation if one.in_community)


@cache
def leaving() -> Plan:
    """Whom the programme's mentors have (parameter `programme`) who is not on record as outside: his dates, and what is on record
    for his release. One statement, however many there are."""

    def build() -> Select[Any]:
        engagement: Row = aliased(Engagement)
        person: Row = aliased(Person)
        facts: Row = aliased(CustodyFacts)
        plan: Row = aliased(ReleasePlan)
        support: Row = aliased(GateSupport)
        return (
            select_columns(
                engagement.id.label("engagement_id"),
                func.json_build_object(
                    *(
                        part
                        for name in PERSON_SUMMARIES.field_names()
                        for part in (text_literal(name), getattr(person, name))
                    )
                ).label("person"),
                *(getattr(facts, name) for name in _FACTS),
                plan.id.label("plan_id"),
                plan.expected_on,
                plan.sentence_started_on,
                plan.early_allocation,
                plan.first_accommodation,
                plan.accommodation_plan,
                _items_open(plan).label("items_open"),
                support.id.label("support_id"),
                support.offered_on,
                support.accepted_on,
                support.declined_on,
                _com(engagement).label("com"),
                _any(LicenceCondition, engagement).label("licence_asked"),
                _permitted(engagement).label("contact_permitted"),
                _card(support).label("card_works"),
            )
            .select_from(engagement)
            .join(person, person.id == engagement.person_id)
            .outerjoin(facts, (facts.person_id == engagement.person_id) & _is_newest(facts))
            .outerjoin(plan, plan.engagement_id == engagement.id)
            .outerjoin(support, (support.engagement_id == engagement.id) & support.ended_on.is_(None))
            .where(
                engagement.charity_id == Context.charity,
                engagement.programme_id == bindparam("programme", type_=Uuid()),
                engagement.state.in_([text_literal(one) for one in sorted(GOING_ON)]),
                ~_outside(engagement),
            )
        )

    return compile_select(build, audited="countdown.read")


def _is_newest(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(CustodyFacts)
    newer = (
        select_columns(true())
        .where(later.person_id == row.person_id, later.sequence > row.sequence)
        .correlate_except(later)
        .exists()
    )
    return ~newer


def _outside(engagement: Row) -> ColumnElement[Any]:
    placement: Row = aliased(Placement)
    return (
        select_columns(true())
        .where(
            placement.person_id == engagement.person_id,
            func.upper_inf(placement.days),
            placement.accommodation.in_([text_literal(one) for one in _OUTSIDE]),
        )
        .correlate_except(placement)
        .exists()
    )


def _com(engagement: Row) -> ColumnElement[Any]:
    contact: Row = aliased(ProfessionalContact)
    return (
        select_columns(contact.name)
        .where(
            contact.person_id == engagement.person_id,
            contact.role == text_literal(ProfessionalRole.COMMUNITY_OFFENDER_MANAGER),
            contact_counts(contact),
        )
        .limit(literal_column("1"))
        .correlate_except(contact)
        .scalar_subquery()
    )


def _any(table: type[Any], engagement: Row) -> ColumnElement[Any]:
    row: Row = aliased(table)
    return select_columns(true()).where(row.person_id == engagement.person_id).correlate_except(row).exists()


def _permitted(engagement: Row) -> ColumnElement[Any]:
    row: Row = aliased(ContactPermission)
    return (
        select_columns(true())
        .where(row.person_id == engagement.person_id, row.permitted, permission_counts(row))
        .correlate_except(row)
        .exists()
    )


def _card(support: Row) -> ColumnElement[Any]:
    card: Row = aliased(ReconnectCard)
    return (
        select_columns(true())
        .where(
            card.support_id == support.id,
            card.revoked_at.is_(None),
            # One that he has used did what it is for.
            or_(card.used_at.is_not(None), card.expires_on > bindparam("today", type_=Date())),
        )
        .correlate_except(card)
        .exists()
    )
