"""What may be asked about referrals: themselves as the charity or as the agency sees them, their history, the waiting
list, the ledger."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Text,
    case,
    desc,
    func,
)
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.eligibility.queries import DECISIONS, DECISIONS_OF
from app.domain.kernel.access import Permission, Side
from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import Collection, Connection, Context, Edge, Order, Row, View, attach, text_literal
from app.domain.kernel.rows import CivilDate
from app.domain.organisations.models import Client, Member
from app.domain.organisations.queries import ORGANISATIONS, PROGRAMMES
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.referrals.models import (
    Disposition,
    DispositionChange,
    HistoryEntry,
    Referral,
    ReferralRead,
    Source,
    SubmittedReferralRead,
)
from app.domain.referrals.rules import open_steps, status_of


def _status(disposition: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(*((disposition == text_literal(d), text_literal(status_of(d))) for d in Disposition))


def _links(row: Row, *, staff: bool) -> ColumnElement[Any]:
    base = func.concat(text_literal("/v1/referrals/"), row.id)
    parts: list[Any] = [
        text_literal("self"),
        base,
        text_literal("eligibility"),
        func.concat(base, text_literal("/eligibility")),
    ]
    if not staff:
        withdraw = case(
            (
                row.disposition_for_partner.in_([text_literal(d) for d in Disposition if d.open]),
                func.concat(base, text_literal("/withdraw")),
            )
        )
        return func.json_strip_nulls(func.json_build_object(*parts, text_literal("withdraw"), withdraw), type_=JSON)
    parts += [text_literal("history"), func.concat(base, text_literal("/history"))]
    parts += [text_literal("person"), func.concat(text_literal("/v1/people/"), row.person_id)]
    steps = {step for d in Disposition for step in open_steps(d)}
    for step in sorted(steps):
        sources = [text_literal(d) for d in Disposition if step in open_steps(d)]
        address = func.concat(base, text_literal("/" + step.value.replace("_", "-")))
        parts += [text_literal(step.value), case((row.disposition.in_(sources), address))]
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
    edges={"referral": Edge(lambda: REFERRALS, on=lambda h, r: r.id == h.referral_id, expand=True)},
    versioned=False,
)

_OF_PROGRAMME = Edge(lambda: PROGRAMMES, on=lambda r, p: p.id == r.programme_id, expand=True)

REFERRALS: View = View(
    "referral",
    Referral,
    ReferralRead,
    Permission.REFERRALS_READ,
    side=Side.CHARITY,
    computed={
        "status": lambda t: _status(t.disposition),
        "links": lambda t: _links(t, staff=True),
        # A duplicate keeps the day that its agency is shown; the charity waits for nothing there.
        "information_due_on": lambda t: case(
            (t.disposition != text_literal(Disposition.DUPLICATE), t.information_due_on)
        ),
    },
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda r, p: p.id == r.person_id),
        "eligibility": Edge(
            lambda: DECISIONS, on=lambda r, d: d.referral_id == r.id, order=lambda d: [d.sequence.desc()]
        ),
        "history": Edge(
            lambda: HISTORY_ENTRIES,
            on=lambda r, h: h.referral_id == r.id,
            many=True,
            order=lambda h: [desc(h.sequence)],
            expand=True,
        ),
        "programme": _OF_PROGRAMME,
        "partner": Edge(lambda: ORGANISATIONS, on=lambda r, o: o.id == r.partner_id, expand=True),
        "duplicate_of": Edge(lambda: REFERRALS, on=lambda r, other: other.id == r.duplicate_of_id, expand=True),
    },
    connections={
        "decisions": Connection(lambda: DECISIONS_OF, on=lambda r, d: d.referral_id == r.id),
        "duplicates": Connection(lambda: REFERRALS_LIST, on=lambda r, other: other.duplicate_of_id == r.id),
    },
    # Two agencies may have the same reference of their own.
    lookups={"reference": ("reference",), "partner_reference": ("partner_id", "partner_reference")},
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
    side=Side.AGENCY,
    computed={
        **{name: _as_sent(name) for name in ("source", "source_detail", "channel", "reason", "needs", "person")},
        "disposition": lambda t: t.disposition_for_partner,
        "version": lambda t: t.version_for_partner,
        "status": lambda t: _status(t.disposition_for_partner),
        "links": lambda t: _links(t, staff=False),
    },
    # The decision on what the agency itself sent: a later one may rest on facts that others gave.
    edges={
        "eligibility": Edge(lambda: DECISIONS, on=lambda r, d: (d.referral_id == r.id) & (d.sequence == 1)),
        "programme": _OF_PROGRAMME,
    },
    lookups={"reference": ("reference",), "partner_reference": ("partner_reference",)},
    version="version_for_partner",
    scope=lambda t: (t.charity_id == Context.charity, t.partner_id == Context.organisation),
)

_ORDERS = {
    "-received_on": Order(lambda t: [t.received_on], descending=True),
    "received_on": Order(lambda t: [t.received_on]),
    "-disposition_since": Order(lambda t: [t.disposition_since], descending=True),
    "disposition_since": Order(lambda t: [t.disposition_since]),
}

REFERRALS_LIST: Collection = Collection(
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
    filter_shapes={
        "programme_id": UUID,
        "person_id": UUID,
        "partner_id": UUID,
        "disposition": list[Disposition],
        "source": list[Source],
        "received_from": CivilDate,
        "received_to": CivilDate,
    },
)

SUBMITTED_REFERRALS_LIST = Collection(
    SUBMITTED_REFERRALS,
    orders={name: _ORDERS[name] for name in ("-received_on", "received_on")},
    filters={
        **{
            name: rule
            for name, rule in REFERRALS_LIST.filters.items()
            if name not in ("person_id", "partner_id", "source")
        },
        "disposition": lambda t, value: t.disposition_for_partner == func.any(value),
    },
    filter_shapes=REFERRALS_LIST.filter_shapes,
)


def referrals_for(actor: Actor) -> View:
    """The charity's own people see the referral; a partner sees what it sent."""
    return SUBMITTED_REFERRALS if actor.role.side is Side.AGENCY else REFERRALS


def referrals_list_for(actor: Actor) -> Collection:
    return SUBMITTED_REFERRALS_LIST if actor.role.side is Side.AGENCY else REFERRALS_LIST


HISTORY_OF = Collection(
    HISTORY_ENTRIES,
    orders={"sequence": Order(lambda t: [t.sequence])},
    filters={"referral_id": lambda t, value: t.referral_id == value},
    filter_shapes={"referral_id": UUID},
)

# What earlier steps' things have referrals for.
attach(PROGRAMMES, referrals=Connection(lambda: REFERRALS_LIST, on=lambda p, r: r.programme_id == p.id))
attach(PEOPLE, referrals=Connection(lambda: REFERRALS_LIST, on=lambda p, r: r.person_id == p.id))
attach(ORGANISATIONS, referrals=Connection(lambda: REFERRALS_LIST, on=lambda o, r: r.partner_id == o.id))
