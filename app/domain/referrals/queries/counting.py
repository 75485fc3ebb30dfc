"""The facts behind the waiting list and the ledger, one statement each."""

from functools import cache
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Select, Uuid, bindparam, cast, desc, func, literal_column
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.eligibility.models import EligibilityDecision
from app.domain.kernel.reading import Context, Plan, Row, compile_select, text_literal
from app.domain.organisations.models import Programme
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.referrals.models import Disposition, DispositionChange, Referral


@cache
def programme_terms() -> Plan:
    """What the order of a programme's waiting list goes by (parameter `programme`), or no row."""

    def build() -> Select[Any]:
        programme: Row = aliased(Programme)
        terms = (programme.minimum_length, programme.time_to_first_session, programme.warning_days)
        return select_columns(programme.id, *terms).where(
            programme.charity_id == Context.charity, programme.id == bindparam("programme", type_=Uuid())
        )

    return compile_select(build)


@cache
def waiting() -> Plan:
    """Who waits in a programme (parameter `programme`): the referral's JSON and the facts that the order looks at."""

    def build() -> Select[Any]:
        referral: Row = aliased(Referral)
        decision: Row = aliased(EligibilityDecision)
        end = (
            select_columns(decision.custody_end)
            .where(decision.referral_id == referral.id, decision.charity_id == Context.charity)
            .order_by(decision.sequence.desc())
            .limit(literal_column("1"))
            .correlate_except(decision)
            .scalar_subquery()
        )
        person: Row = aliased(PERSON_SUMMARIES.row)
        names = (
            select_columns(
                func.json_build_object(
                    *(
                        part
                        for name in PERSON_SUMMARIES.field_names()
                        for part in (text_literal(name), getattr(person, name))
                    )
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
            referral.disposition == text_literal(Disposition.WAITING),
        )

    return compile_select(build, audited="waiting_list.read")


@cache
def ledger_clock() -> Plan:
    """The latest instant for which everything recorded is already visible; see `throughgate.ledger_clock`."""
    return compile_select(
        lambda: select_columns(
            func.throughgate.ledger_clock(literal_column("true"), type_=DateTime(timezone=True)).label("now")
        )
    )


@cache
def ledger() -> Plan:
    """How many of the referrals received from `from` to `to`, as recorded by `as_of`, stood where, by source.

    Each referral counts once, by the last change recorded by `as_of`, with the source as it was known then: one that was
    entered later is not there yet.
    """

    def build() -> Select[Any]:
        referral: Row = aliased(Referral)
        change: Row = aliased(DispositionChange)
        stood = (
            select_columns(change.disposition, change.source)
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
            select_columns(stood.c.source, stood.c.disposition, cast(func.count(), Integer).label("count"))
            .select_from(referral)
            .join(stood, literal_column("true"))
            .where(
                referral.charity_id == Context.charity,
                referral.programme_id == bindparam("programme", type_=Uuid()),
                referral.received_on >= bindparam("from", type_=Date()),
                referral.received_on <= bindparam("to", type_=Date()),
            )
            .group_by(stood.c.source, stood.c.disposition)
        )

    return compile_select(build)
