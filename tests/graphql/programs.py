"""Programs with a secret, signed in at the token endpoint as in service, and the documents that they ask by hash."""

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.domain.organisations.access import FOR_PEOPLE_ONLY
from tests.graphql.door import NEW
from tests.world import CharityWorld, client

_texts = itertools.count(1)


def text(body: str = "{ programmes(first: 5) { edges { node { id name } } } }") -> str:
    """A document that nobody has asked before."""
    return f"{body} # {next(_texts)}"


def sha256(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def document_id(document: str) -> str:
    return f"sha256:{sha256(document)}"


def apollo(document: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(document)}}


def codes(answered: httpx.Response) -> list[str]:
    return [one["extensions"]["code"] for one in answered.json()["errors"]]


@dataclass
class Program:
    """A client of a charity. It gets a token when it has none, as a program would, and keeps it."""

    app: FastAPI
    charity: CharityWorld
    id: str
    secret: str
    kept: dict[str, str] = field(default_factory=dict)

    async def token(self, *, anew: bool = False, scope: str | None = None) -> str:
        if anew or "token" not in self.kept:
            form = {"grant_type": "client_credentials", "client_id": self.id, "client_secret": self.secret}
            async with client(self.app) as http:
                answered = await http.post("/oauth/token", data=form | ({"scope": scope} if scope else {}))
            assert answered.status_code == 200, answered.text
            self.kept["token"] = answered.json()["access_token"]
        return self.kept["token"]

    async def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self.token()}", **more.pop("headers", {})}
        async with client(self.app) as http:
            return await http.request(method, path, headers=headers, **more)

    async def send(self, body: dict[str, Any], *, accept: str = NEW) -> httpx.Response:
        return await self("POST", "/graphql", json=body, headers={"Accept": accept})

    async def ask(self, document: str, **more: Any) -> httpx.Response:
        """A registered document, by its id."""
        return await self.send({"documentId": document_id(document), **more})

    async def register(self, document: str, **more: Any) -> httpx.Response:
        """For itself."""
        path = f"/v1/clients/{self.id}/trusted-documents"
        return await self("POST", path, json={"document": document, **more})

    async def trust(self, document: str, **more: Any) -> dict[str, Any]:
        """Its charity's manager registers a document for it."""
        path = f"/v1/clients/{self.id}/trusted-documents"
        answered = await self.charity.manager.post(path, {"document": document, **more})
        assert answered.status_code == 201, answered.text
        made: dict[str, Any] = answered.json()
        return made

    async def change(self, **body: Any) -> httpx.Response:
        path = f"/v1/clients/{self.id}"
        return await self.charity.manager.step(path, body, method="PATCH", of=path)


async def program(charity: CharityWorld, role: Role = Role.COORDINATOR, **more: Any) -> Program:
    """A new one, with every scope of its role but those for clients."""
    scopes = sorted(p.value for p in ROLE_PERMISSIONS[role] - FOR_PEOPLE_ONLY if not p.value.startswith("clients:"))
    partner = {"organisation_id": str(charity.partner_id)} if role is Role.REFERRER else {}
    body = {"name": "Asks by hash", "role": role.value, "scopes": scopes, **partner, **more}
    made = await charity.manager.post("/v1/clients", body)
    assert made.status_code == 201, made.text
    secret = (await charity.manager.post(f"/v1/clients/{made.json()['id']}/secrets")).json()["client_secret"]
    return Program(charity.manager.app, charity, made.json()["id"], secret)
