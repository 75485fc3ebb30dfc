"""What the log-in asks the database before anybody is signed in: credentials on file, and failures of late."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Role
from app.domain.organisations.models import Client, ClientSecret, LogInAttempts, Member, Organisation, Standing

FREE_FAILURES_BY_NAME = 5
FREE_FAILURES_BY_ADDRESS = 30
MOST_CHARITIES = 3
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class ClientOnFile:
    """A client that may get tokens, with the digests of its valid secrets."""

    id: UUID
    charity_id: UUID
    organisation_id: UUID
    role: Role
    scopes: frozenset[str]
    authority: int
    documents_only: bool
    digests: tuple[str, ...]


@dataclass(frozen=True)
class MemberOnFile:
    """A member who may log in."""

    id: UUID
    charity_id: UUID
    organisation_id: UUID
    roles: tuple[Role, ...]
    authority: int
    password_hash: str | None


async def client_on_file(session: AsyncSession, *, client_id: UUID, now: datetime) -> ClientOnFile | None:
    """The client if it and its organisation are active; None otherwise, whatever the reason."""
    charity = aliased(Organisation)
    found = await session.exec(
        select(Client)
        .join(Organisation, col(Organisation.id) == col(Client.organisation_id))
        .join(charity, col(charity.id) == col(Client.charity_id))
        .where(
            Client.id == client_id, Client.standing == Standing.ACTIVE, col(Organisation.active), col(charity.active)
        )
    )
    client = found.first()
    if client is None:
        return None
    digests = await session.exec(
        select(ClientSecret.digest).where(
            ClientSecret.client_id == client_id,
            or_(col(ClientSecret.expires_at).is_(None), col(ClientSecret.expires_at) > now),
        )
    )
    return ClientOnFile(
        id=client.id,
        charity_id=client.charity_id,
        organisation_id=client.organisation_id,
        role=Role(client.role),
        scopes=frozenset(client.scopes),
        authority=client.authority,
        documents_only=client.trusted_documents_only,
        digests=tuple(digests.all()),
    )


async def client_used(session: AsyncSession, *, client_id: UUID, now: datetime) -> None:
    """Remember the day's use, at most once a minute, so that a busy client does not write at every token."""
    recently = col(Client.last_used_at) > now - timedelta(minutes=1)
    await session.exec(
        update(Client)
        .where(col(Client.id) == client_id, ~recently | col(Client.last_used_at).is_(None))
        .values(last_used_at=now)
    )


async def members_on_file(session: AsyncSession, *, email: str, charity_code: str | None) -> list[MemberOnFile]:
    """The active members of this user name: usually one, at most three, as somebody may belong to several charities. The
    password decides between them; nobody is kept out because another charity has added the same address."""
    charity = Organisation.__table__.alias("charity")  # type: ignore[attr-defined]
    statement = (
        select(Member)
        .join(Organisation, col(Organisation.id) == col(Member.organisation_id))
        .join(charity, charity.c.id == col(Member.charity_id))
        .where(
            Member.email == email.strip().lower(),
            Member.standing == Standing.ACTIVE,
            col(Organisation.active),
            charity.c.active,
        )
        .order_by(col(Member.created_at), col(Member.id))
        .limit(MOST_CHARITIES)
    )
    if charity_code is not None:
        statement = statement.where(charity.c.code == charity_code.strip().upper())
    return [
        MemberOnFile(
            id=member.id,
            charity_id=member.charity_id,
            organisation_id=member.organisation_id,
            roles=tuple(Role(role) for role in member.roles),
            authority=member.authority,
            password_hash=member.password_hash,
        )
        for member in (await session.exec(statement)).all()
    ]


async def rehashed(session: AsyncSession, *, member_id: UUID, password_hash: str) -> None:
    """Keep a password's newer hash."""
    await session.exec(update(Member).where(col(Member.id) == member_id).values(password_hash=password_hash))


def attempt_digest(kind: str, value: str) -> str:
    """What is counted under: names and addresses that were tried are not kept."""
    return hashlib.sha256(f"{kind}|{value.strip().lower()}".encode()).hexdigest()


def names_tried(email: str, members: Sequence[MemberOnFile]) -> list[str]:
    """Under what a failure is counted beside the address: each member it may have been aimed at, or the name if there is
    none. Counting by member keeps one charity's account from clearing the count of another's."""
    return [attempt_digest("member", str(member.id)) for member in members] or [attempt_digest("name", email)]


async def wait_for(session: AsyncSession, *, tried: Sequence[str], address: str, now: datetime) -> timedelta:
    """How long these names or this address must wait after failures of late: nothing for a few, then twice as long each
    time, never more than fifteen minutes."""
    free = dict.fromkeys(tried, FREE_FAILURES_BY_NAME) | {attempt_digest("address", address): FREE_FAILURES_BY_ADDRESS}
    found = await session.exec(select(LogInAttempts).where(col(LogInAttempts.digest).in_(free)))
    longest = timedelta(0)
    for attempts in found:
        beyond = attempts.failures - free[attempts.digest]
        if beyond >= 0:
            pause = min(LONGEST_WAIT, timedelta(seconds=2 ** min(beyond, 10)))
            longest = max(longest, attempts.last_failed_at + pause - now)
    return longest


async def failed(session: AsyncSession, *, tried: Sequence[str], address: str, now: datetime) -> None:
    """Count a failure under each name and the address; two at once are both counted. After a quiet hour the count starts
    anew."""
    table = LogInAttempts.__table__  # type: ignore[attr-defined]
    for digest in sorted({*tried, attempt_digest("address", address)}):
        fresh = insert(table).values(digest=digest, failures=1, last_failed_at=now)
        quiet = table.c.last_failed_at < now - timedelta(hours=1)
        counted = case((quiet, 1), else_=table.c.failures + 1)
        await session.exec(
            fresh.on_conflict_do_update(index_elements=["digest"], set_={"failures": counted, "last_failed_at": now})
        )


async def succeeded(session: AsyncSession, *, member_id: UUID) -> None:
    """Forget the failures of this member; those of the address, and of others of the name, stay."""
    digest = attempt_digest("member", str(member_id))
    await session.exec(delete(LogInAttempts).where(col(LogInAttempts.digest) == digest))
