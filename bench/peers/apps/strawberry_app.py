"""GraphQL as the guides teach it: Strawberry's router in FastAPI, SQLAlchemy's async ORM, a DataLoader for each edge."""

import datetime
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import strawberry
from fastapi import FastAPI
from sqlalchemy import Date, DateTime, ForeignKey, String, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from strawberry.dataloader import DataLoader
from strawberry.fastapi import GraphQLRouter
from strawberry.types import Info

engine = create_async_engine(os.environ["BENCH_DSN"].replace("postgresql:", "postgresql+asyncpg:"), pool_size=8)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {str: String, datetime.datetime: DateTime(timezone=True), datetime.date: Date, dict: JSONB}


class PersonRow(Base):
    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    given_name: Mapped[str | None]
    family_name: Mapped[str | None]
    date_of_birth: Mapped[datetime.date | None]
    establishment: Mapped[str | None]


class ReferralRow(Base):
    __tablename__ = "referral"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    charity_id: Mapped[UUID]
    programme_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reference: Mapped[str]
    received_on: Mapped[datetime.date]
    disposition: Mapped[str]


class DecisionRow(Base):
    __tablename__ = "eligibility_decision"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    sequence: Mapped[int]
    outcome: Mapped[str]
    reasons: Mapped[Any] = mapped_column(JSONB)
    custody_end: Mapped[datetime.date | None]
    evaluated_on: Mapped[datetime.date]


class ChangeRow(Base):
    __tablename__ = "disposition_change"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    sequence: Mapped[int]
    disposition: Mapped[str]
    step: Mapped[str]
    effective_on: Mapped[datetime.date]
    recorded_at: Mapped[datetime.datetime]


@strawberry.type
class Person:
    id: UUID
    given_name: str | None
    family_name: str | None
    date_of_birth: datetime.date | None
    establishment: str | None


@strawberry.type
class Reason:
    code: str
    detail: str


@strawberry.type
class Decision:
    outcome: str
    evaluated_on: datetime.date
    custody_end: datetime.date | None
    reasons: list[Reason]


@strawberry.type
class HistoryEntry:
    sequence: int
    disposition: str
    step: str
    effective_on: datetime.date
    recorded_at: datetime.datetime


@strawberry.type
class Referral:
    id: UUID
    reference: str
    received_on: datetime.date
    disposition: str
    person_id: strawberry.Private[UUID]

    @strawberry.field
    async def person(self, info: Info) -> Person | None:
        return await info.context["person"].load(self.person_id)

    @strawberry.field
    async def eligibility(self, info: Info) -> Decision | None:
        return await info.context["eligibility"].load(self.id)

    @strawberry.field
    async def history(self, info: Info) -> list[HistoryEntry]:
        return await info.context["history"].load(self.id)


def _referral(row: ReferralRow) -> Referral:
    return Referral(
        id=row.id,
        reference=row.reference,
        received_on=row.received_on,
        disposition=row.disposition,
        person_id=row.person_id,
    )


@strawberry.type
class Query:
    @strawberry.field
    async def referral(self, info: Info, id: UUID) -> Referral | None:
        async with sessions() as session:
            row = await session.get(ReferralRow, id)
        return _referral(row) if row else None

    @strawberry.field
    async def referrals(
        self, info: Info, charity_id: UUID, programme_id: UUID, received_to: datetime.date, first: int = 50
    ) -> list[Referral]:
        wanted = (
            select(ReferralRow)
            .where(
                ReferralRow.charity_id == charity_id,
                ReferralRow.programme_id == programme_id,
                ReferralRow.received_on <= received_to,
            )
            .order_by(ReferralRow.received_on.desc(), ReferralRow.id.desc())
            .limit(first)
        )
        async with sessions() as session:
            found = (await session.scalars(wanted)).all()
        return [_referral(row) for row in found]


class Loaders:
    """A session for each batch: the loaders of a request run side by side, and a session is for one task at a time."""

    async def people(self, keys: list[UUID]) -> list[Person | None]:
        async with sessions() as session:
            rows = (await session.scalars(select(PersonRow).where(PersonRow.id.in_(keys)))).all()
        names = ("id", "given_name", "family_name", "date_of_birth", "establishment")
        found = {row.id: Person(**{name: getattr(row, name) for name in names}) for row in rows}
        return [found.get(key) for key in keys]

    async def decisions(self, keys: list[UUID]) -> list[Decision | None]:
        newest = (
            select(DecisionRow)
            .where(DecisionRow.referral_id.in_(keys))
            .distinct(DecisionRow.referral_id)
            .order_by(DecisionRow.referral_id, DecisionRow.sequence.desc())
        )
        async with sessions() as session:
            rows = (await session.scalars(newest)).all()
        found = {
            row.referral_id: Decision(
                outcome=row.outcome,
                evaluated_on=row.evaluated_on,
                custody_end=row.custody_end,
                reasons=[Reason(code=reason["code"], detail=reason["detail"]) for reason in row.reasons],
            )
            for row in rows
        }
        return [found.get(key) for key in keys]

    async def history(self, keys: list[UUID]) -> list[list[HistoryEntry]]:
        ordered = select(ChangeRow).where(ChangeRow.referral_id.in_(keys)).order_by(ChangeRow.sequence.desc())
        async with sessions() as session:
            rows = (await session.scalars(ordered)).all()
        found: dict[UUID, list[HistoryEntry]] = defaultdict(list)
        names = ("sequence", "disposition", "step", "effective_on", "recorded_at")
        for row in rows:
            found[row.referral_id].append(HistoryEntry(**{name: getattr(row, name) for name in names}))
        return [found[key] for key in keys]


async def context() -> dict[str, Any]:
    loaders = Loaders()
    return {
        "person": DataLoader(loaders.people),
        "eligibility": DataLoader(loaders.decisions),
        "history": DataLoader(loaders.history),
    }


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
app.include_router(GraphQLRouter(strawberry.Schema(Query), context_getter=context), prefix="/graphql")
