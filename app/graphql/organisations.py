"""Organisations, establishments and programmes through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_password
from app.domain.kernel.access import Permission
from app.domain.organisations import operations
from app.domain.organisations.models import (
    ChangeOrganisation,
    ChangeProgramme,
    CreateCharity,
    CreateProgramme,
    RegisterPartner,
    SetIntake,
)
from app.domain.organisations.queries import (
    ESTABLISHMENTS_LIST,
    ORGANISATIONS,
    ORGANISATIONS_LIST,
    PROGRAMMES,
    PROGRAMMES_LIST,
)
from app.graphql.roots import By, Change, Command, Many, One, offer
from app.visits import Visit

offer(
    One("organisation", ORGANISATIONS, "A charity or a partner agency."),
    By("organisationBy", ORGANISATIONS, "A charity by its id or by its three letters, or an agency by its id."),
    Many(
        "organisations",
        ORGANISATIONS_LIST,
        "The charity and its partner agencies; for a platform operator, all there are.",
    ),
    One("establishment", ESTABLISHMENTS_LIST.view, "An establishment by its agency id.", argument="agencyId"),
    Many(
        "establishments", ESTABLISHMENTS_LIST, "Prisons, and the movement states OUT and TRN, which are never prisons."
    ),
    One("programme", PROGRAMMES, "A programme."),
    Many("programmes", PROGRAMMES_LIST, "The charity's programmes."),
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


async def _create_charity(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.create_charity(
        session, actor=visit.actor, command=command.input, password_hash=command.prepared, now=visit.now
    )
    return row.id


offer(
    Change(
        "createCharity",
        ORGANISATIONS,
        _create_charity,
        "A new charity and its first manager, by the platform's operator, who then sees none of its data.",
        Permission.CHARITIES_WRITE,
        CreateCharity,
        prepare=lambda command: new_password(command.manager_password),
    ),
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
)
