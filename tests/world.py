"""Two charities, alike in everything but their canaries, made through the public door."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from app.auth.credentials import hash_password
from app.auth.tokens import issue
from app.domain.eligibility.seeded import load
from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.domain.kernel.actor import ActorKind
from app.domain.organisations.bootstrap import found_platform

PASSWORD = "a-password-for-tests"
STAFF = (
    Role.COORDINATOR,
    Role.SAFEGUARDING_LEAD,
    Role.MENTOR,
    Role.ANALYST,
    Role.DATA_PROTECTION_LEAD,
)
THREE_MONTHS: dict[str, Any] = load("belong-brixton").model_dump(mode="json", by_alias=True, exclude_none=True)


@dataclass
class Caller:
    """A front end signed in as somebody."""

    app: FastAPI
    role: Role
    id: UUID
    charity_id: UUID
    organisation_id: UUID
    kind: ActorKind = ActorKind.MEMBER
    authority: int = 1
    scopes: frozenset[str] | None = None

    def token(self, **more: Any) -> str:
        services = self.app.state.services
        scopes = self.scopes if self.scopes is not None else {p.value for p in ROLE_PERMISSIONS[self.role]}
        values: dict[str, Any] = {
            "issuer": services.settings.issuer,
            "subject": self.id,
            "client_id": "tests",
            "kind": self.kind,
            "role": self.role,
            "authority": self.authority,
            "scopes": scopes,
            "charity": self.charity_id,
            "organisation": self.organisation_id,
            "lifetime": timedelta(minutes=10),
            "now": datetime.now(UTC),
        }
        return issue(services.ring, **{**values, **more})

    async def __call__(
        self, method: str, path: str, *, json: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        async with client(self.app) as http:
            sent = {"Authorization": f"Bearer {self.token()}", **(headers or {})}
            return await http.request(method, path, json=json, headers=sent, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self("POST", path, json=json, **more)

    async def step(self, path: str, json: Any = None, *, method: str = "POST", of: str | None = None) -> httpx.Response:
        """Change a resource with the ETag that it has now; `of` is its own address where the step has another."""
        at = of or path.rsplit("/", 1)[0]
        tag = (await self.get(at)).headers["etag"]
        return await self(method, path, json=json, headers={"If-Match": tag})


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=app.state.services.settings.issuer)


@dataclass
class CharityWorld:
    """One charity: its people by role, a partner agency with a member and a program, a programme with a policy."""

    id: UUID
    staff: dict[Role, Caller]
    partner_id: UUID
    referrer: Caller
    machine: Caller
    machine_secret: str
    programme_id: str
    referrals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def manager(self) -> Caller:
        return self.staff[Role.MANAGER]

    @property
    def coordinator(self) -> Caller:
        return self.staff[Role.COORDINATOR]

    def everybody(self) -> list[Caller]:
        return [*self.staff.values(), self.referrer, self.machine]

    def referral(self, **more: Any) -> dict[str, Any]:
        """The body of a push that will be eligible."""
        return {
            "programme_id": self.programme_id,
            "source": "prison_offender_manager",
            "received_on": "2026-11-01",
            "person": {"given_name": "Testcase", "family_name": "Exampleson", "date_of_birth": "1990-01-31"},
            "custody": {"legal_status": "SENTENCED", "conditional_release_date": "2027-09-30"},
        } | more

    async def push(self, by: Caller | None = None, **more: Any) -> dict[str, Any]:
        answer = await (by or self.machine).post("/v1/referrals", self.referral(**more))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body


@dataclass
class World:
    app: FastAPI
    operator: Caller
    a: CharityWorld
    b: CharityWorld


async def build_world(app: FastAPI) -> World:
    now = datetime.now(UTC)
    hashed = hash_password(PASSWORD)
    async with app.state.services.database.bootstrap() as session:
        member = await found_platform(
            session,
            operator_email="operator@platform.example",
            operator_name="Example Operator",
            password_hash=hashed,
            now=now,
        )
        operator = Caller(app, Role.PLATFORM_OPERATOR, member.id, member.charity_id, member.organisation_id)
    return World(app, operator, await build_charity(app, operator, "AAA"), await build_charity(app, operator, "BBB"))


async def build_charity(app: FastAPI, operator: Caller, code: str) -> CharityWorld:
    """A charity with everybody in it, made as its operator and manager would make it."""
    low = code.lower()
    made = await _made(
        operator,
        "/v1/charities",
        {
            "name": f"Charity {code}",
            "code": code,
            "manager_email": f"manager@{low}.example",
            "manager_name": f"Manager {code}",
            "manager_password": PASSWORD,
        },
    )
    charity = UUID(made["id"])
    async with client(app) as http:
        form = {"grant_type": "password", "username": f"manager@{low}.example", "password": PASSWORD}
        token = (await http.post("/oauth/token", data=form)).json()["access_token"]
        claims = app.state.services.tokens.check(token, now=datetime.now(UTC)).claims
    manager = Caller(app, Role.MANAGER, claims.subject, charity, charity)
    staff = {Role.MANAGER: manager}
    for role in STAFF:
        staff[role] = await new_member(manager, role, f"{role.value}@{low}.example", None)
    partner = await _made(manager, "/v1/organisations", {"name": f"Partner {code}"})
    referrer = await new_member(manager, Role.REFERRER, f"referrer@{low}.example", partner["id"])
    machine = await _made(
        manager,
        "/v1/clients",
        {
            "name": f"Program {code}",
            "role": "referrer",
            "scopes": ["referrals:write", "referrals:read", "programmes:read", "eligibility:preview"],
            "organisation_id": partner["id"],
        },
    )
    secret = (await manager.post(f"/v1/clients/{machine['id']}/secrets")).json()["client_secret"]
    programme = await _made(manager, "/v1/programmes", {"name": f"Programme {code}", "establishments": ["BXI"]})
    await _made(
        manager,
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": THREE_MONTHS, "valid_from": "2020-01-01"},
    )
    return CharityWorld(
        id=charity,
        staff=staff,
        partner_id=UUID(partner["id"]),
        referrer=referrer,
        machine=Caller(
            app,
            Role.REFERRER,
            UUID(machine["id"]),
            charity,
            UUID(partner["id"]),
            kind=ActorKind.CLIENT,
            scopes=frozenset(machine["scopes"]),
        ),
        machine_secret=secret,
        programme_id=programme["id"],
    )


async def _made(by: Caller, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await by.post(path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def new_member(manager: Caller, role: Role, email: str, organisation_id: str | None = None) -> Caller:
    """Somebody more, who signs in with `PASSWORD`."""
    made = await _made(
        manager,
        "/v1/members",
        {
            "display_name": f"Example {role.value}",
            "email": email,
            "roles": [role.value],
            "password": PASSWORD,
            "organisation_id": organisation_id,
        },
    )
    organisation = UUID(organisation_id) if organisation_id else manager.charity_id
    return Caller(manager.app, role, UUID(made["id"]), manager.charity_id, organisation)
