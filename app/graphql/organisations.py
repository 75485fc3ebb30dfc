"""Organisations, establishments, programmes, members and clients through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_password
from app.domain.kernel.access import Permission
from app.domain.organisations import access, operations
from app.domain.organisations.models import (
    ChangeClient,
    ChangeMember,
    ChangeOrganisation,
    ChangeProgramme,
    CreateClient,
    CreateMember,
    CreateProgramme,
    RegisterPartner,
    SetIntake,
)
from app.domain.organisations.queries import (
    CLIENTS,
    CLIENTS_LIST,
    ESTABLISHMENTS_LIST,
    MEMBERS,
    MEMBERS_LIST,
    ORGANISATIONS,
    ORGANISATIONS_LIST,
    PROGRAMMES,
    PROGRAMMES_LIST,
)
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

offer(
    One("organisation", ORGANISATIONS, "A charity or a partner agency."),
    Many("organisations", ORGANISATIONS_LIST, "The charity and its partner agencies."),
    One("establishment", ESTABLISHMENTS_LIST.view, "An establishment by its agency id.", argument="agencyId"),
    Many(
        "establishments", ESTABLISHMENTS_LIST, "Prisons, and the movement states OUT and TRN, which are never prisons."
    ),
    One("programme", PROGRAMMES, "A programme."),
    Many("programmes", PROGRAMMES_LIST, "The charity's programmes."),
    One("member", MEMBERS, "A person who logs in."),
    Many("members", MEMBERS_LIST, "Everybody who may log in."),
    One("client", CLIENTS, "A program with a secret."),
    Many("clients", CLIENTS_LIST, "Every program with access."),
)


async def _register_partner(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.register_partner(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _change_organisation(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.change_organisation(
        session,
        actor=visit.actor,
        organisation_id=command.id,
        change=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _create_programme(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.create_programme(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _change_programme(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.change_programme(
        session,
        actor=visit.actor,
        programme_id=command.id,
        change=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _set_intake(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.set_intake(
        session,
        actor=visit.actor,
        programme_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _create_member(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    hashed = await new_password(command.input.password)
    row = await access.create_member(
        session, actor=visit.actor, command=command.input, password_hash=hashed, now=visit.now
    )
    return row.id


async def _change_member(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    hashed = await new_password(command.input.password) if command.input.password is not None else None
    row = await access.change_member(
        session,
        actor=visit.actor,
        member_id=command.id,
        change=command.input,
        password_hash=hashed,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _create_client(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await access.create_client(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _change_client(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await access.change_client(
        session, actor=visit.actor, client_id=command.id, change=command.input, version=command.version, now=visit.now
    )
    return row.id


offer(
    Change(
        "registerPartner",
        ORGANISATIONS,
        _register_partner,
        "Register an agency that refers to this charity.",
        Permission.ORGANISATIONS_WRITE,
        RegisterPartner,
    ),
    Change(
        "changeOrganisation",
        ORGANISATIONS,
        _change_organisation,
        "Rename an organisation or switch it off.",
        Permission.ORGANISATIONS_WRITE,
        ChangeOrganisation,
        by_id=True,
    ),
    Change(
        "createProgramme",
        PROGRAMMES,
        _create_programme,
        "Create a programme with open intake.",
        Permission.PROGRAMMES_WRITE,
        CreateProgramme,
    ),
    Change(
        "changeProgramme",
        PROGRAMMES,
        _change_programme,
        "Change what a programme offers.",
        Permission.PROGRAMMES_WRITE,
        ChangeProgramme,
        by_id=True,
    ),
    Change(
        "setIntake",
        PROGRAMMES,
        _set_intake,
        "Open or pause a programme's intake.",
        Permission.PROGRAMMES_WRITE,
        SetIntake,
        by_id=True,
    ),
    Change(
        "createMember", MEMBERS, _create_member, "Add somebody who will log in.", Permission.MEMBERS_WRITE, CreateMember
    ),
    Change(
        "changeMember",
        MEMBERS,
        _change_member,
        "Rename, give other roles, suspend, set a password.",
        Permission.MEMBERS_WRITE,
        ChangeMember,
        by_id=True,
    ),
    Change("createClient", CLIENTS, _create_client, "Add a program.", Permission.CLIENTS_WRITE, CreateClient),
    Change(
        "changeClient",
        CLIENTS,
        _change_client,
        "Rename, change scopes, suspend or revoke for good.",
        Permission.CLIENTS_WRITE,
        ChangeClient,
        by_id=True,
    ),
)
