"""Members and API clients: who gets in, as what, and from when on no longer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, count_up_authority, load, load_version, touch
from app.domain.kernel.errors import Conflict, NotFound, invalid
from app.domain.kernel.rows import new_id
from app.domain.organisations.models import (
    ChangeClient,
    ChangeMember,
    Client,
    ClientSecret,
    CreateClient,
    CreateMember,
    Member,
    Organisation,
    OrganisationKind,
    Standing,
)

ROTATION_OVERLAP = timedelta(days=7)
"""How long the older secret still works after a new one was made, unless it is ended at once."""

FOR_PEOPLE_ONLY = frozenset({Permission.CONCERNS_READ, Permission.RESTRICTED_NOTES_READ, Permission.ACCT_READ})
"""What no program reads: whoever may make one could otherwise read by it what is not for him."""


async def create_member(
    session: AsyncSession, *, actor: Actor, command: CreateMember, password_hash: str, now: datetime
) -> Member:
    """Somebody who will log in. A partner's people are referrers, a charity's are not."""
    require(actor, Permission.MEMBERS_WRITE)
    organisation = await _organisation(session, actor, command.organisation_id)
    _check_roles(organisation, command.roles, "/roles")
    member = Member.model_validate(
        command.model_dump(exclude={"password", "organisation_id"})
        | {"charity_id": actor.charity_id, "organisation_id": organisation.id, "password_hash": password_hash}
        | {"created_at": now, "updated_at": now, "created_by": actor.subject_id}
    )
    session.add(member)
    await session.flush()
    await audit.record(session, "member.created", member.id, command.model_fields_set - {"password"})
    await events.tell(session, actor, "member.created", member, now)
    return member


async def change_member(
    session: AsyncSession,
    *,
    actor: Actor,
    member_id: UUID,
    change: ChangeMember,
    password_hash: str | None,
    version: int | None,
    now: datetime,
) -> Member:
    """Rename, give other roles, suspend, set a password. Tokens issued before any of the last three stop working."""
    require(actor, Permission.MEMBERS_WRITE)
    member = await load_version(session, Member, member_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True, exclude={"password"}, exclude_none=True)
    if change.roles is not None:
        _check_roles(await load(session, Organisation, member.organisation_id, actor=actor), change.roles, "/roles")
    if member.id == actor.subject_id and ({"roles", "standing"} & set(changes)):
        raise Conflict("You cannot change your own roles or standing.", cure="Ask another manager to do it.")
    changed = apply(member, changes, now=now)
    if password_hash is not None:  # nobody here can read the one before it, so it is not compared
        if not changed:
            touch(member, now=now)
        member.password_hash = password_hash
        changed.append("password_hash")
    if {"roles", "standing", "password_hash"} & set(changed):
        count_up_authority(session, member, actor=actor)
    session.add(member)
    await session.flush()
    await audit.record(session, "member.changed", member.id, changed)
    await events.tell(session, actor, "member.changed", member, now)
    return member


async def create_client(
    session: AsyncSession, *, actor: Actor, command: CreateClient, now: datetime, id: UUID | None = None
) -> Client:
    """A program that will authenticate with a secret. Its scopes must be within its role."""
    require(actor, Permission.CLIENTS_WRITE)
    organisation = await _organisation(session, actor, command.organisation_id)
    _check_roles(organisation, [command.role], "/role")
    _check_scopes(command.role, command.scopes)
    client = Client.model_validate(
        command.model_dump(exclude={"organisation_id"})
        | {"id": id or new_id(), "charity_id": actor.charity_id, "organisation_id": organisation.id}
        | {"created_at": now, "updated_at": now, "created_by": actor.subject_id}
    )
    session.add(client)
    await session.flush()
    await audit.record(session, "client.created", client.id, command.model_fields_set)
    await events.tell(session, actor, "client.created", client, now)
    return client


async def change_client(
    session: AsyncSession, *, actor: Actor, client_id: UUID, change: ChangeClient, version: int | None, now: datetime
) -> Client:
    """Rename, narrow or widen, suspend, revoke. REVOKED is final; all but the name end the tokens issued before."""
    require(actor, Permission.CLIENTS_WRITE)
    client = await load_version(session, Client, client_id, actor=actor, version=version)
    if client.standing == Standing.REVOKED:
        raise Conflict("This client is revoked for good.", cure="Create a new client.")
    if change.scopes is not None:
        _check_scopes(Role(client.role), change.scopes)
    changed = apply(client, change.model_dump(exclude_unset=True, exclude_none=True), now=now)
    if {"scopes", "standing", "trusted_documents_only"} & set(changed):
        count_up_authority(session, client, actor=actor)
    session.add(client)
    await session.flush()
    await audit.record(session, "client.changed", client.id, changed)
    await events.tell(session, actor, "client.changed", client, now)
    return client


async def add_secret(
    session: AsyncSession, *, actor: Actor, client_id: UUID, digest: str, end_others_now: bool, now: datetime
) -> ClientSecret:
    """A new secret. The newest of the others works for seven days more, so that a program can change over; any third
    ends now, and with `end_others_now` all do. Two at once are safe: the client's row is locked."""
    require(actor, Permission.CLIENTS_WRITE)
    client = await load(session, Client, client_id, actor=actor, lock=True)
    if client.standing == Standing.REVOKED:
        raise Conflict("This client is revoked for good.", cure="Create a new client.")
    valid = (
        await session.exec(
            select(ClientSecret.id, ClientSecret.expires_at)
            .where(ClientSecret.client_id == client_id)
            .order_by(col(ClientSecret.created_at).desc(), col(ClientSecret.id).desc())
        )
    ).all()
    for position, (secret_id, expires_at) in enumerate(valid):
        end = now if end_others_now or position > 0 else now + ROTATION_OVERLAP
        if expires_at is None or expires_at > end:
            await session.exec(update(ClientSecret).where(col(ClientSecret.id) == secret_id).values(expires_at=end))
    secret = ClientSecret(
        charity_id=actor.charity_id, client_id=client_id, digest=digest, created_at=now, created_by=actor.subject_id
    )
    session.add(secret)
    touch(client, now=now)
    if end_others_now:
        count_up_authority(session, client, actor=actor)
    session.add(client)
    await session.flush()
    await audit.record(session, "client.secret_issued", client_id)
    await events.tell(session, actor, "client.secret_issued", client, now)
    return secret


async def _organisation(session: AsyncSession, actor: Actor, organisation_id: UUID | None) -> Organisation:
    try:
        return await load(session, Organisation, organisation_id or actor.organisation_id, actor=actor)
    except NotFound:
        raise invalid("/organisation_id", "UNKNOWN_ORGANISATION", "There is no such organisation here.") from None


def _check_roles(organisation: Organisation, roles: list[Role], pointer: str) -> None:
    partner = organisation.kind == OrganisationKind.PARTNER
    wrong = [role for role in roles if (role == Role.REFERRER) is not partner or role == Role.PLATFORM_OPERATOR]
    if wrong:
        raise invalid(
            pointer, "ROLE_NOT_FOR_ORGANISATION", "A partner agency's are referrers; a charity's have its other roles."
        )


def _check_scopes(role: Role, scopes: list[Permission]) -> None:
    beyond = [scope for scope in scopes if scope not in ROLE_PERMISSIONS[role]]
    if beyond:
        inside = ", ".join(sorted(p.value for p in ROLE_PERMISSIONS[role]))
        raise invalid("/scopes", "SCOPE_BEYOND_ROLE", f"The role {role.value} has these scopes: {inside}.")
    if apart := sorted(scope.value for scope in scopes if scope in FOR_PEOPLE_ONLY):
        raise invalid("/scopes", "FOR_PEOPLE_ONLY", f"Only somebody who has logged in has these: {', '.join(apart)}.")
