"""What is measured: the cases, the questions that each asks, and what the right answers are."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

import asyncpg

from bench.dataset import CHARITIES, CHARITY, DAYS, FIRST_DAY, PARTNERS, PROGRAMME, PROGRAMMES, REFERRAL, uid

PAGE = 50
_ONES, _LISTS = 20_000, 2_000


@dataclass(frozen=True)
class Case:
    """`history`: the answer shows each referral's history too; `graphql`: asked for through GraphQL only."""

    key: str
    title: str
    kind: Literal["one", "list", "write"]
    history: bool = False
    graphql: bool = False
    keyed: bool = False


CASES = {
    case.key: case
    for case in (
        Case("get", "get one referral with its person and newest decision", "one"),
        Case("list", "list of 50 of these", "list"),
        Case("push", "push a referral: all its rows, audit entry and event in one transaction", "write"),
        Case("push-key", "the same with an Idempotency-Key", "write", keyed=True),
        Case(
            "graphql-one", "GraphQL: one referral, person, newest decision, last 10 of its history", "one", True, True
        ),
        Case("graphql-list", "GraphQL: list of 50 with person, newest decision, history", "list", True, True),
    )
}


@dataclass(frozen=True)
class One:
    """A referral by its number."""

    number: int

    @property
    def id(self) -> UUID:
        return uid(REFERRAL, self.number)

    @property
    def charity(self) -> int:
        return self.number % CHARITIES


@dataclass(frozen=True)
class Many:
    """The 50 newest referrals of a programme that were received until a day."""

    programme: int
    until: date

    @property
    def charity(self) -> int:
        return self.programme * CHARITIES // PROGRAMMES

    @property
    def programme_id(self) -> UUID:
        return uid(PROGRAMME, self.programme)

    @property
    def charity_id(self) -> UUID:
        return uid(CHARITY, self.charity)


@dataclass(frozen=True)
class Push:
    """A new referral by an agency."""

    partner: int

    @property
    def charity(self) -> int:
        return self.partner * CHARITIES // PARTNERS

    @property
    def programme(self) -> int:
        return self.charity * PROGRAMMES // CHARITIES + self.partner % (PROGRAMMES // CHARITIES)


Question = One | Many | Push


def questions(case: Case, referrals: int) -> list[Question]:
    """The same for every contender and every run, in an order by chance."""
    dice = random.Random(case.kind)
    if case.kind == "one":
        return [One(number) for number in dice.sample(range(1, referrals + 1), min(_ONES, referrals))]
    if case.kind == "list":
        # In the later half of the days, so that every list has 50 rows.
        return [Many(dice.randrange(PROGRAMMES), day_of(dice.randrange(DAYS // 2, DAYS))) for _ in range(_LISTS)]
    return [Push(partner) for partner in range(PARTNERS)]


def day_of(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


@dataclass(frozen=True)
class Seen:
    """What of a referral must be right in whatever shape somebody answers."""

    id: str
    family_name: str
    outcome: str
    history: tuple[int, ...] = ()


_RIGHT = """
select r.id::text, p.family_name,
       (select d.outcome from eligibility_decision d where d.referral_id = r.id order by d.sequence desc limit 1),
       (select array_agg(h.sequence order by h.sequence desc) from disposition_change h where h.referral_id = r.id)
  from referral r join person p on p.id = r.person_id
"""


async def right_answer(connection: asyncpg.Connection, case: Case, question: Question) -> list[Seen]:
    """What PostgreSQL itself says."""
    if isinstance(question, One):
        rows: list[Any] = await connection.fetch(f"{_RIGHT} where r.id = $1", question.id)
    elif isinstance(question, Many):
        rows = await connection.fetch(
            f"{_RIGHT} where r.programme_id = $1 and r.received_on <= $2"
            f" order by r.received_on desc, r.id desc limit {PAGE}",
            question.programme_id,
            question.until,
        )
    else:
        raise TypeError("what is written is counted")
    return [Seen(row[0], row[1], row[2], tuple(row[3]) if case.history else ()) for row in rows]
