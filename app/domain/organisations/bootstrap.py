"""The first of all: the platform's own organisation and its first operator, before whom nobody could sign in."""

from datetime import datetime

from sqlalchemy import any_, func, literal, null
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit
from app.domain.kernel.access import Role
from app.domain.kernel.roles import AUTHENTICATOR, reading_role
from app.domain.kernel.rows import new_id
from app.domain.organisations.models import Member, Organisation, OrganisationKind

_LOCK = "throughgate platform"


async def found_platform(
    session: AsyncSession, *, operator_email: str, operator_name: str, password_hash: str, now: datetime
) -> Member:
    """The platform and its first operator, made once; whoever comes later gets the operator that is there, unchanged.

    Runs in `Database.bootstrap()`, where nobody is signed in. Two at once are safe: the second waits for the lock, and
    then finds what the first one made.
    """
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    found = await session.exec(select(Organisation.id).where(Organisation.kind == OrganisationKind.PLATFORM))
    if found.first() is not None:
        return await _first_operator(session)
    platform_id = new_id()
    platform = Organisation(
        id=platform_id,
        charity_id=platform_id,
        kind=OrganisationKind.PLATFORM,
        name="Throughgate",
        created_at=now,
        updated_at=now,
    )
    session.add(platform)
    await session.flush()  # its own row first: the operator's refers to it
    operator = Member.model_validate(
        {
            "charity_id": platform_id,
            "organisation_id": platform_id,
            "display_name": operator_name,
            "email": operator_email,
            "roles": [Role.PLATFORM_OPERATOR],
            "password_hash": password_hash,
            "created_at": now,
            "updated_at": now,
        }
    )
    session.add(operator)
    await session.flush()
    # An audit entry needs a doer, and from here on there is one: the operator himself.
    role = Role.PLATFORM_OPERATOR.value
    await session.exec(select(func.throughgate.enter(operator.id, role, operator.authority, null(), null(), null())))
    await audit.record(session, "platform.founded", platform_id, ["operator"])
    return operator


async def _first_operator(session: AsyncSession) -> Member:
    """An operator's role may add members and read none, so the log-in's role looks here."""
    await _act_as(session, AUTHENTICATOR)
    found = await session.exec(
        select(Member)
        .join(Organisation, col(Organisation.id) == col(Member.charity_id))
        .where(
            Organisation.kind == OrganisationKind.PLATFORM,
            literal(Role.PLATFORM_OPERATOR.value) == any_(col(Member.roles)),
        )
        .order_by(col(Member.created_at), col(Member.id))
        .limit(1)
    )
    operator = found.one()
    await _act_as(session, reading_role(Role.PLATFORM_OPERATOR))
    return operator


async def _act_as(session: AsyncSession, role: str) -> None:
    await session.exec(select(func.set_config("role", role, True)))
