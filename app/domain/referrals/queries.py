"""What may be asked about referrals: themselves as the charity or as the agency sees them, their history, the waiting
list, the ledger."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    desc,
    func,
    literal_column,
)
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.eligibility.models import EligibilityDecision
from app.domain.eligibility.queries import DECISIONS, newest_decision
from app.domain.kernel.access import Permission, Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import Collection, Context, Edge, Order, Plan, Row, View, compile_select
from app.domain.organisations.models import Client, Member
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.referrals.models import (
    Disposition,
    DispositionChange,
    HistoryEntry,
    Referral,
    ReferralRead,
    SubmittedReferralRead,
)
from app.domain.referrals.rules import open_steps, status_of


def _text(value: str) -> ColumnElement[str]:
    return literal_column("'" + value.replace("'", "''") + "'", Text())


def _status(disposition: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(*((disposition == _text(d), _text(status_of(d))) for d in Disposition))


def _links(row: Row, *, staff: bool) -> ColumnElement[Any]:
    base = func.concat(_text("/v1/referrals/"), row.id)
    parts: list[Any] = [_text("self"), base, _text("eligibility"), func.concat(base, _text("/eligibility"))]
    if not staff:
        withdraw = case(
            (row.disposition.in_([_text(d) for d in Disposition if d.open]), func.concat(base, _text("/withdraw")))
        )
        return func.json_strip_nulls(func.json_build_object(*parts, _text("withdraw"), withdraw), type_=JSON)
    parts += [_text("history"), func.concat(base, _text("/history"))]
    parts += [_text("person"), func.concat(_text("/v1/people/"), row.person_id)]
    steps = {step for d in Disposition for step in open_steps(d)}
    for step in sorted(steps):
        sources = [_text(d) for d in Disposition if step in open_steps(d)]
        address = func.concat(base, _text("/" + step.value.replace("_", "-")))
        parts += [_text(step.value), case((row.disposition.in_(sources), address))]
    return func.json_strip_nulls(func.json_build_object(*parts), type_=JSON)


def _recorder_name(row: Row) -> ColumnElement[Any]:
    member: Row = aliased(Member)
    client: Row = aliased(Client)
    return func.coalesce(
        select_columns(member.display_name)
        .where(member.id == row.recorded_by, member.charity_id == row.charity_id)
        .correlate_except(member)
        .scalar_subquery(),
        select_columns(client.name)
        .where(client.id == row.recorded_by, client.charity_id == row.charity_id)
        .correlate_except(client)
        .scalar_subquery(),
        type_=Text(),
    )


HISTORY_ENTRIES = View(
    "disposition_change",
    DispositionChange,
    HistoryEntry,
    Permission.PEOPLE_READ,
    computed={"recorded_by_name": _recorder_name},
    versioned=False,
)

REFERRALS = View(
    "referral",
    Referral,
    ReferralRead,
    Permission.REFERRALS_READ,
    computed={"status": lambda t: _status(t.disposition), "links": lambda t: _links(t, staff=True)},
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda r, p: p.id == r.person_id),
        "eligibility": Edge(lambda: DECISIONS, on=lambda r, d: newest_decision(r.id, d)),
        "history": Edge(
            lambda: HISTORY_ENTRIES,
            on=lambda r, h: h.referral_id == r.id,
            many=True,
            order=lambda h: [desc(h.sequence)],
            expand=True,
        ),
    },
)

def _as_sent(name: str) -> Callable[[Any], ColumnElement[Any]]:
    """As the agency sent it: what the charity has corrected since is not the agency's to see."""

    def column(row: Any) -> ColumnElement[Any]:
        sent: ColumnElement[Any] = row.submitted[name]
        return sent

    return column


SUBMITTED_REFERRALS = View(
    "submitted_referral",
    Referral,
    SubmittedReferralRead,
    Permission.REFERRALS_READ,
    computed={
        **{name: _as_sent(name) for name in ("source", "source_detail", "channel", "reason", "needs", "person")},
        "disposition": lambda t: t.disposition_for_partner,
        "status": lambda t: _status(t.disposition_for_partner),
        "links": lambda t: _links(t, staff=False),
    },
    # The decision on what the agency itself sent: a later one may rest on facts that others gave.
    edges={"eligibility": Edge(lambda: DECISIONS, on=lambda r, d: (d.referral_id == r.id) & (d.sequence == 1))},
    scope=lambda t: (t.charity_id == Context.charity, t.partner_id == Context.organisation),
)

_ORDERS = {
    "-received_on": Order(lambda t: [t.received_on], descending=True),
    "received_on": Order(lambda t: [t.received_on]),
    "-disposition_since": Order(lambda t: [t.disposition_since], descending=True),
    "disposition_since": Order(lambda t: [t.disposition_since]),
}

REFERRALS_LIST = Collection(
    REFERRALS,
    orders=_ORDERS,
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "partner_id": lambda t, value: t.partner_id == value,
        "disposition": lambda t, value: t.disposition == func.any(value),
        "source": lambda t, value: t.source == func.any(value),
        "received_from": lambda t, value: t.received_on >= value,
        "received_to": lambda t, value: t.received_on <= value,
        "reference": lambda t, value: t.reference == value,
        "partner_reference": lambda t, value: t.partner_reference == value,
    },
    filter_types={
        "programme_id": Uuid(),
        "person_id": Uuid(),
        "partner_id": Uuid(),
        "disposition": ARRAY(Text()),
        "source": ARRAY(Text()),
        "received_from": Date(),
        "received_to": Date(),
    },
)

SUBMITTED_REFERRALS_LIST = Collection(
    SUBMITTED_REFERRALS,
    orders={name: _ORDERS[name] for name in ("-received_on", "received_on")},
    filters={
        **{name: rule for name, rule in REFERRALS_LIST.filters.items() if name not in ("person_id", "partner_id", "source")},
        "disposition": lambda t, value: t.disposition_for_partner == func.any(value),
    },
    filter_types=REFERRALS_LIST.filter_types,
)


def referrals_for(actor: Actor) -> View:
    """The charity's own people see the referral; a partner sees what it sent."""
    return SUBMITTED_REFERRALS if actor.role is Role.REFERRER else REFERRALS


def referrals_list_for(actor: Actor) -> Collection:
    return SUBMITTED_REFERRALS_LIST if actor.role is Role.REFERRER else REFERRALS_LIST


HISTORY_OF = Collection(
    HISTORY_ENTRIES,
    orders={"sequence": Order(lambda t: [t.sequence])},
    filters={"referral_id": lambda t, value: t.referral_id == value},
    filter_types={"referral_id": Uuid()},
)


def waiting() -> Plan:
    """Who waits in a programme (parameter `programme`): the referral's JSON and the facts that the order looks at."""

    def build() -> Select[Any]:
        referral: Row = aliased(Referral)
        decision: Row = aliased(EligibilityDecision)
        end = (
            select_columns(decision.custody_end)
            .where(newest_decision(referral.id, decision), decision.charity_id == Context.charity)
            .correlate_except(decision)
            .scalar_subquery()
        )
        person: Row = aliased(PERSON_SUMMARIES.row)
        names = (
            select_columns(
                func.json_build_object(
                    *(part for name in PERSON_SUMMARIES.field_names() for part in (_text(name), getattr(person, name)))
                )
            )
            .where(person.id == referral.person_id, person.charity_id == Context.charity)
            .correlate_except(person)
            .scalar_subquery()
        )
        return select_columns(
            referral.id,
            referral.reference,
            referral.received_on,
            end.label("custody_end"),
            names.label("person"),
        ).where(
            referral.charity_id == Context.charity,
            referral.programme_id == bindparam("programme", type_=Uuid()),
            referral.disposition == _text(Disposition.WAITING),
        )

    return compile_select(build)


def ledger_clock() -> Plan:
    """The latest instant for which everything recorded is already visible; see `throughgate.ledger_clock`."""
    return compile_select(
        lambda: select_columns(
            func.throughgate.ledger_clock(literal_column("true"), type_=DateTime(timezone=True)).label("now")
        )
    )


def ledger() -> Plan:
    """How many of the referrals received from `from` to `to`, as recorded by `as_of`, stood where, by source.

    Each referral counts once, by the last change recorded by `as_of`: one that was entered later is not there yet.
    """

    def build() -> Select[Any]:
        referral: Row = aliased(Referral)
        change: Row = aliased(DispositionChange)
        stood = (
            select_columns(change.disposition)
            .where(
                change.referral_id == referral.id,
                change.charity_id == Context.charity,
                change.recorded_at <= bindparam("as_of", type_=DateTime(timezone=True)),
            )
            .order_by(desc(change.sequence))
            .limit(literal_column("1"))
            .lateral("stood")
        )
        return (
            select_columns(referral.source, stood.c.disposition, cast(func.count(), Integer).label("count"))
            .select_from(referral)
            .join(stood, literal_column("true"))
            .where(
                referral.charity_id == Context.charity,
                referral.programme_id == bindparam("programme", type_=Uuid()),
                referral.received_on >= bindparam("from", type_=Date()),
                referral.received_on <= bindparam("to", type_=Date()),
            )
            .group_by(referral.source, stood.c.disposition)
        )

    return compile_select(build)
