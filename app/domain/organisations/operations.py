"""What may be done about who is here: charities and agencies, programmes and their intake."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load_version
from app.domain.kernel.errors import FieldError, IntakePaused, NotFound, PreconditionFailed, ValidationFailed, invalid
from app.domain.kernel.rows import new_id
from app.domain.organisations.models import (
    ChangeOrganisation,
    ChangeProgramme,
    CreateCharity,
    CreateProgramme,
    Intake,
    Member,
    Organisation,
    OrganisationKind,
    Programme,
    RegisterPartner,
    SetIntake,
)

_TRY_AGAIN_SECONDS = 3600


async def create_charity(
    session: AsyncSession,
    *,
    actor: Actor,
    command: CreateCharity,
    password_hash: str,
    now: datetime,
    id: UUID | None = None,
) -> Organisation:
    """A new tenant with its first manager. The operator who makes it sees none of its data."""
    require(actor, Permission.CHARITIES_WRITE)
    key = id or new_id()
    charity = Organisation(
        id=key,
        charity_id=key,
        kind=OrganisationKind.CHARITY,
        name=command.name,
        code=command.code,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(charity)
    await session.flush()
    session.add(
        Member(
            charity_id=key,
            organisation_id=key,
            display_name=command.manager_name,
            email=command.manager_email,
            roles=[Role.MANAGER],
            password_hash=password_hash,
            created_at=now,
            created_by=actor.subject_id,
            updated_at=now,
        )
    )
    await session.flush()
    await audit.record(session, "charity.created", key, ["name", "code"], charity_id=key)
    return charity


async def register_partner(
    session: AsyncSession, *, actor: Actor, command: RegisterPartner, now: datetime, id: UUID | None = None
) -> Organisation:
    """An agency that refers to this charity."""
    require(actor, Permission.ORGANISATIONS_WRITE)
    if actor.role is Role.PLATFORM_OPERATOR:
        require(actor, Permission.MEMBERS_WRITE)  # an agency belongs to a charity: only its manager registers one
    partner = Organisation(
        id=id or new_id(),
        charity_id=actor.charity_id,
        kind=OrganisationKind.PARTNER,
        name=command.name,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(partner)
    await session.flush()
    await audit.record(session, "partner.registered", partner.id, ["name"])
    await events.tell(session, actor, "partner.registered", partner, now)
    return partner


async def change_organisation(
    session: AsyncSession,
    *,
    actor: Actor,
    organisation_id: UUID,
    change: ChangeOrganisation,
    version: int | None,
    now: datetime,
) -> Organisation:
    """Rename or switch off. Nobody of an organisation that is not active gets in, from the next request on."""
    require(actor, Permission.ORGANISATIONS_WRITE)
    if actor.role is Role.PLATFORM_OPERATOR:
        found = await session.get(Organisation, organisation_id, with_for_update=True)
        if found is None:
            raise NotFound()
        if version is not None and found.version != version:
            raise PreconditionFailed()
    else:
        found = await load_version(session, Organisation, organisation_id, actor=actor, version=version)
    if change.active is False and organisation_id in (actor.organisation_id, actor.charity_id):
        raise invalid("/active", "OWN_ORGANISATION", "You cannot switch off your own organisation.")
    changed = apply(found, change.model_dump(exclude_unset=True, exclude_none=True), now=now)
    session.add(found)
    await session.flush()
    await audit.record(session, "organisation.changed", found.id, changed, charity_id=found.charity_id)
    await events.tell(session, actor, "organisation.changed", found, now, charity_id=found.charity_id)
    return found


async def create_programme(
    session: AsyncSession, *, actor: Actor, command: CreateProgramme, now: datetime, id: UUID | None = None
) -> Programme:
    """A new programme of the charity; its intake is open."""
    require(actor, Permission.PROGRAMMES_WRITE)
    programme = Programme.model_validate(
        command.model_dump()
        | {"id": id or new_id(), "charity_id": actor.charity_id, "created_at": now, "updated_at": now}
        | {"created_by": actor.subject_id}
    )
    session.add(programme)
    await session.flush()
    await audit.record(session, "programme.created", programme.id, command.model_fields_set)
    await events.tell(session, actor, "programme.created", programme, now)
    return programme


async def change_programme(
    session: AsyncSession,
    *,
    actor: Actor,
    programme_id: UUID,
    change: ChangeProgramme,
    version: int | None,
    now: datetime,
) -> Programme:
    """Change what a programme offers. Its policy has versions of its own."""
    require(actor, Permission.PROGRAMMES_WRITE)
    programme = await load_version(session, Programme, programme_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    missing = [name for name, value in changes.items() if value is None and name != "capacity"]
    if missing:
        raise ValidationFailed(errors=[FieldError(f"/{name}", "REQUIRED", "This cannot be null.") for name in missing])
    changed = apply(programme, changes, now=now)
    session.add(programme)
    await session.flush()
    await audit.record(session, "programme.changed", programme.id, changed)
    await events.tell(session, actor, "programme.changed", programme, now)
    return programme


async def set_intake(
    session: AsyncSession, *, actor: Actor, programme_id: UUID, command: SetIntake, version: int | None, now: datetime
) -> Programme:
    """Open or pause a programme's intake. Nobody who is already there is touched."""
    require(actor, Permission.PROGRAMMES_WRITE)
    programme = await load_version(session, Programme, programme_id, actor=actor, version=version)
    paused = command.intake is Intake.PAUSED
    if paused and command.reason is None:
        raise invalid("/reason", "REQUIRED", "Say why: partners will be told.")
    if paused and command.until is not None and command.until <= now:
        raise invalid("/until", "IN_THE_PAST", "Give a time to come, or leave it out.")
    changes = {
        "intake": command.intake,
        "intake_reason": command.reason if paused else None,
        "intake_until": command.until if paused else None,
    }
    changed = apply(programme, changes, now=now)
    session.add(programme)
    await session.flush()
    await audit.record(session, f"programme.intake_{command.intake.value}", programme.id, changed)
    await events.tell(session, actor, f"programme.intake_{command.intake.value}", programme, now)
    return programme


class TakesReferrals(Protocol):
    """What says whether a programme is open."""

    @property
    def intake(self) -> Intake: ...
    @property
    def intake_until(self) -> datetime | None: ...
    @property
    def intake_reason(self) -> str | None: ...


def check_open(programme: TakesReferrals, *, now: datetime) -> None:
    """Raises `IntakePaused` (409), with the time to try again, unless the programme takes new referrals now."""
    until = programme.intake_until
    if programme.intake == Intake.PAUSED and (until is None or until > now):
        wait = _TRY_AGAIN_SECONDS if until is None else max(1, int((until - now).total_seconds()))
        again = f" until {until.isoformat().replace('+00:00', 'Z')}" if until else ""
        raise IntakePaused(f"Intake is paused{again}: {programme.intake_reason}", headers={"Retry-After": str(wait)})
