"""The demo charity: itself, its people, a partner agency with its program, and a programme for each seeded policy."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_password, secret_digest
from app.database import Database
from app.demo.credentials import email_of, members, new_credentials, read_credentials, write_credentials
from app.domain.eligibility.models import PublishPolicy
from app.domain.eligibility.operations import publish_policy
from app.domain.eligibility.seeded import load
from app.domain.kernel.access import ROLE_PERMISSIONS, Role, narrow
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.organisations.access import add_secret, create_client, create_member
from app.domain.organisations.bootstrap import found_platform
from app.domain.organisations.models import (
    Client,
    CreateCharity,
    CreateClient,
    CreateMember,
    CreateProgramme,
    Intake,
    Member,
    Organisation,
    Programme,
    RegisterPartner,
    SetIntake,
    Standing,
)
from app.domain.organisations.operations import create_charity, create_programme, register_partner, set_intake
from app.domain.organisations.sign_in import rehashed
from app.domain.referrals.models import DEMO_PROGRAMME_ID

CHARITY_ID = UUID("01900000-0000-7000-8000-00000000a001")
PARTNER_ID = UUID("01900000-0000-7000-8000-00000000a002")
CLIENT_ID = UUID("01900000-0000-7000-8000-00000000a003")
CHARITY_NAME = "Example Mentoring Charity (demo)"
CHARITY_CODE = "EXM"
POLICIES_FROM = date(2023, 1, 1)

# A policy's name, the programme's id, and what kind of programme it is: the demo bears no real charity's names.
PROGRAMMES: dict[str, tuple[UUID, str]] = {
    "belong-brixton": (UUID(DEMO_PROGRAMME_ID), "Mentoring in prison and through the gate, Brixton"),
    "amplify": (UUID("01900000-0000-7000-8000-00000000b002"), "Mentoring for young women from ethnic minorities"),
    "bounceback": (UUID("01900000-0000-7000-8000-00000000b003"), "Mentoring for training and work, Brixton"),
    "change4good": (UUID("01900000-0000-7000-8000-00000000b004"), "Mentoring through the chaplaincy, Brixton"),
    "me-time": (UUID("01900000-0000-7000-8000-00000000b005"), "Wellbeing support for young people leaving custody"),
    "me-time-east-of-england": (
        UUID("01900000-0000-7000-8000-00000000b006"),
        "Mentoring for people from ethnic minorities, East of England",
    ),
    "plan-a": (UUID("01900000-0000-7000-8000-00000000b007"), "Mentoring for children and young people"),
    "trailblazers": (UUID("01900000-0000-7000-8000-00000000b008"), "Mentoring for young men, Brixton"),
}
BRIXTON = "belong-brixton"
PAUSED = "amplify"


@dataclass(frozen=True)
class OnFile:
    """What is there of the demo: its members by role, its partner's program, whether the charity itself."""

    members: dict[Role, Member]
    client: Client | None
    charity: bool

    @property
    def complete(self) -> bool:
        return self.client is not None and self.members.keys() >= set(Role) - {Role.PLATFORM_OPERATOR}

    def actor(self, role: Role) -> Actor | None:
        """The demo's member as one who acts; None if somebody has taken this right away meanwhile."""
        member = self.members.get(role)
        if member is None or member.standing != Standing.ACTIVE or role not in member.roles:
            return None
        return _member(member, role)


@dataclass(frozen=True)
class DemoCharity:
    """Who can act for the demo charity and for its partner; None whose rights somebody has taken away."""

    coordinator: Actor | None
    mentor: Actor | None
    client: Actor | None
    manager: Actor | None


async def ensure_charity(database: Database, *, now: datetime, data_dir: Path) -> DemoCharity:
    """Make what is not there yet. The file of credentials is written before what it opens, so none can be lost; if
    somebody has removed it, everybody gets new ones."""
    there = await _on_file(database)
    try:
        kept = read_credentials(data_dir)
    except FileNotFoundError:
        kept = new_credentials(CLIENT_ID)
        write_credentials(data_dir, kept)
        await _give_new_credentials(database, there, kept, now=now)
        there = await _on_file(database)
    if not there.complete:
        hashed = await new_password(kept["password"])
        if not there.charity:
            await _make_charity(database, kept, hashed, now=now)
            there = await _on_file(database)
        await _people_it(database, there, kept, hashed, now=now)
        there = await _on_file(database)
    manager = there.actor(Role.MANAGER)
    if manager is not None:
        await _make_programmes(database, manager, now=now)
    named = kept | {"members": members(kept["password"], {role: there.members[role].id for role in there.members})}
    if named != kept:
        write_credentials(data_dir, named)
    return DemoCharity(
        there.actor(Role.COORDINATOR), there.actor(Role.MENTOR), _program(there.client), there.actor(Role.MANAGER)
    )


async def _on_file(database: Database) -> OnFile:
    emails = {email_of(role): role for role in Role}
    operator = email_of(Role.PLATFORM_OPERATOR)
    async with database.authenticator() as session:
        charity = await session.get(Organisation, CHARITY_ID)
        found = await session.exec(
            select(Member).where(
                or_(Member.charity_id == CHARITY_ID, Member.email == operator), col(Member.email).in_(emails)
            )
        )
        ours = {
            emails[member.email]: member
            for member in found
            if member.charity_id == CHARITY_ID or Role.PLATFORM_OPERATOR in member.roles
        }
        return OnFile(ours, await session.get(Client, CLIENT_ID), charity is not None)


async def _give_new_credentials(database: Database, there: OnFile, kept: dict[str, Any], *, now: datetime) -> None:
    if there.members:
        hashed = await new_password(kept["password"])
        async with database.authenticator() as session:
            for member in there.members.values():
                await rehashed(session, member_id=member.id, password_hash=hashed)
    manager = there.actor(Role.MANAGER)
    if there.client is not None and there.client.standing != Standing.REVOKED and manager is not None:
        async with database.write(manager) as session:
            await _issue(session, manager, kept, now=now)


async def _make_charity(database: Database, kept: dict[str, Any], hashed: str, *, now: datetime) -> None:
    async with database.bootstrap() as session:
        operator = await found_platform(
            session,
            operator_email=email_of(Role.PLATFORM_OPERATOR),
            operator_name="Demo platform operator",
            password_hash=hashed,
            now=now,
        )
    actor = _member(operator, Role.PLATFORM_OPERATOR)
    async with database.write(actor) as session:
        await create_charity(
            session,
            actor=actor,
            command=CreateCharity(
                name=CHARITY_NAME,
                code=CHARITY_CODE,
                manager_email=email_of(Role.MANAGER),
                manager_name=_display_name(Role.MANAGER),
                manager_password=kept["password"],
            ),
            password_hash=hashed,
            now=now,
            id=CHARITY_ID,
        )


async def _people_it(database: Database, there: OnFile, kept: dict[str, Any], hashed: str, *, now: datetime) -> None:
    """The partner agency, everybody's colleagues and the partner's program, in one transaction."""
    manager = _member(there.members[Role.MANAGER], Role.MANAGER)
    async with database.write(manager) as session:
        if await session.get(Organisation, PARTNER_ID) is None:
            partner = RegisterPartner(name="Example Offender Management Unit (demo)")
            await register_partner(session, actor=manager, command=partner, now=now, id=PARTNER_ID)
        for role in Role:
            if role in there.members or role is Role.PLATFORM_OPERATOR:
                continue
            command = CreateMember(
                display_name=_display_name(role),
                email=email_of(role),
                roles=[role],
                organisation_id=PARTNER_ID if role is Role.REFERRER else None,
                password=kept["password"],
            )
            await create_member(session, actor=manager, command=command, password_hash=hashed, now=now)
        if there.client is None:
            program = CreateClient(
                name="Example case system of the Offender Management Unit (demo)",
                role=Role.REFERRER,
                scopes=sorted(ROLE_PERMISSIONS[Role.REFERRER]),
                organisation_id=PARTNER_ID,
            )
            await create_client(session, actor=manager, command=program, now=now, id=CLIENT_ID)
            await _issue(session, manager, kept, now=now)


async def _issue(session: AsyncSession, manager: Actor, kept: dict[str, Any], *, now: datetime) -> None:
    digest = secret_digest(kept["client_secret"])
    await add_secret(session, actor=manager, client_id=CLIENT_ID, digest=digest, end_others_now=True, now=now)


async def _make_programmes(database: Database, manager: Actor, *, now: datetime) -> None:
    """A programme with its policy is made in one go; what its charity has changed since is left as it is."""
    async with database.write(manager) as session:
        have = set((await session.exec(select(Programme.id).where(Programme.charity_id == CHARITY_ID))).all())
        for name, (programme_id, kind) in PROGRAMMES.items():
            if programme_id not in have:
                await _make_programme(session, manager, name, programme_id, f"{kind} (demo)", now=now)


async def _make_programme(
    session: AsyncSession, manager: Actor, name: str, programme_id: UUID, title: str, *, now: datetime
) -> None:
    policy = load(name)
    place = policy.metadata.get("service_available_at")
    command = CreateProgramme(
        name=title,
        establishments=[place] if isinstance(place, str) else [],
        capacity=31 if name == BRIXTON else None,
        minimum_length="P3M",
        time_to_first_session="P14D",
    )
    await create_programme(session, actor=manager, command=command, now=now, id=programme_id)
    # The document keeps its source; its name is the demo's own, as no programme of somebody else is run here.
    document = policy.model_copy(update={"name": title})
    await publish_policy(
        session,
        actor=manager,
        programme_id=programme_id,
        command=PublishPolicy(document=document, valid_from=POLICIES_FROM),
        now=now,
    )
    if name == PAUSED:
        reason = "The programme has not said yet for which ages it is."
        pause = SetIntake(intake=Intake.PAUSED, reason=reason)
        await set_intake(session, actor=manager, programme_id=programme_id, command=pause, version=None, now=now)


def _display_name(role: Role) -> str:
    return f"Demo {role.value.replace('_', ' ')}"


def _member(member: Member, role: Role) -> Actor:
    return Actor(
        subject_id=member.id,
        kind=ActorKind.MEMBER,
        role=role,
        authority=member.authority,
        permissions=ROLE_PERMISSIONS[role],
        charity_id=member.charity_id,
        organisation_id=member.organisation_id,
    )


def _program(client: Client | None) -> Actor | None:
    if client is None or client.standing != Standing.ACTIVE:
        return None
    role = Role(client.role)
    return Actor(
        subject_id=client.id,
        kind=ActorKind.CLIENT,
        role=role,
        authority=client.authority,
        permissions=narrow(role, frozenset(client.scopes)),
        charity_id=client.charity_id,
        organisation_id=client.organisation_id,
    )
