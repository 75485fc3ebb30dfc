"""The token endpoint as a client sees it (RFC 6749, 7517, 8414, 9068), and what it gives away to somebody who guesses."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI

from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from tests.conftest import Clock
from tests.security.rows import Rows
from tests.world import PASSWORD, CharityWorld, World, client

_numbers = iter(range(1, 250))


@pytest.fixture(scope="module")
async def charity(world: World) -> CharityWorld:
    return world.a


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """From an address of its own, as failures are counted by address too."""
    transport = httpx.ASGITransport(app=app, client=(f"203.0.113.{next(_numbers)}", 1))
    async with httpx.AsyncClient(transport=transport, base_url=app.state.services.settings.issuer) as client:
        yield client


@pytest.fixture
def moved(clock: Clock) -> Iterator[Clock]:
    yield clock
    clock.fixed = None


async def ask(http: httpx.AsyncClient, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
    return await http.post("/oauth/token", data=form, headers=headers)


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def claims_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return part(answer.json()["access_token"], 1)


def part(token: str, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decoded(token.split(".")[number]))
    return found


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def new_client(charity: CharityWorld, **more: Any) -> tuple[str, str]:
    body = {"name": f"Program {uuid4()}", "role": "coordinator", "scopes": ["programmes:read", "people:read"], **more}
    made = (await charity.manager.post("/v1/clients", body)).json()["id"]
    return made, await new_secret(charity, made)


async def new_secret(charity: CharityWorld, client_id: str, query: str = "") -> str:
    answer = await charity.manager.post(f"/v1/clients/{client_id}/secrets{query}")
    assert answer.status_code == 201, answer.text
    secret: str = answer.json()["client_secret"]
    return secret


async def test_a_program_gets_a_token_by_basic_and_by_form(charity: CharityWorld, http: httpx.AsyncClient) -> None:
    client_id, secret = str(charity.machine.id), charity.machine_secret
    by_basic = await ask(http, basic(client_id, secret), grant_type="client_credentials")
    by_form = await ask(http, grant_type="client_credentials", client_id=client_id, client_secret=secret)
    for answer in (by_basic, by_form):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        body = answer.json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
        assert set(body) == {"access_token", "token_type", "expires_in", "scope"}, "there is no refresh token"
        claims = claims_of(answer)
        assert claims["sub"] == claims["client_id"] == client_id
        assert set(claims["scope"].split()) == charity.machine.scopes
        listed = await http.get("/v1/referrals", headers={"Authorization": f"Bearer {body['access_token']}"})
        assert listed.status_code == 200
    assert claims_of(by_basic)["jti"] != claims_of(by_form)["jti"]


async def test_a_member_gets_a_token_by_password_for_one_of_their_roles(
    charity: CharityWorld, http: httpx.AsyncClient
) -> None:
    email = f"two-roles-{uuid4()}@aaa.example"
    body = {"display_name": "Two roles", "email": email, "roles": ["mentor", "analyst"], "password": PASSWORD}
    assert (await charity.manager.post("/v1/members", body)).status_code == 201
    login = {"grant_type": "password", "username": email, "password": PASSWORD}
    assert claims_of(await ask(http, **login))["role"] == "mentor"
    assert (
        claims_of(await ask(http, **{**login, "username": f" {email.upper()} "}, role="analyst"))["role"] == "analyst"
    )
    for role in ("manager", "superuser", "tg_mentor"):
        answer = await ask(http, **login, role=role)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    for code, status in (("AAA", 200), ("aaa", 200), ("BBB", 400)):
        assert (await ask(http, **login, charity=code)).status_code == status


async def test_scopes_asked_for_narrow_the_token_and_never_widen_it(
    charity: CharityWorld, http: httpx.AsyncClient
) -> None:
    client_id, secret = await new_client(charity)
    who = basic(client_id, secret)
    grant = {"grant_type": "client_credentials"}
    for asked, granted in (
        ("people:read", "people:read"),
        ("people:read people:write", "people:read"),
        ("  ", "people:read programmes:read"),
        ("programmes:read  people:read", "people:read programmes:read"),
    ):
        answer = await ask(http, who, **grant, scope=asked)
        assert answer.json()["scope"] == granted
        assert claims_of(answer)["scope"] == granted
    for asked in ("people:write", "no-such-scope", "people:read no-such-scope", "*", "people:read\tpeople:writ"):
        answer = await ask(http, who, **grant, scope=asked)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), asked


async def test_an_unknown_client_a_wrong_secret_and_a_revoked_client_are_answered_alike(
    charity: CharityWorld, http: httpx.AsyncClient
) -> None:
    revoked, its_secret = await new_client(charity)
    suspended, other_secret = await new_client(charity)
    without = (
        await charity.manager.post(
            "/v1/clients", {"name": "No secret yet", "role": "mentor", "scopes": ["programmes:read"]}
        )
    ).json()["id"]
    for one, standing in ((revoked, "REVOKED"), (suspended, "SUSPENDED")):
        path = f"/v1/clients/{one}"
        assert (await charity.manager.step(path, {"standing": standing}, method="PATCH", of=path)).status_code == 200
    known = str(charity.machine.id)
    answers = [
        await ask(http, basic(name, secret), grant_type="client_credentials")
        for name, secret in (
            (str(uuid4()), charity.machine_secret),
            (known, "wrong"),
            (known, ""),
            (known, charity.machine_secret[:-1]),
            (known, charity.machine_secret + "x"),
            (revoked, its_secret),
            (suspended, other_secret),
            (without, ""),
            (without, "0" * 64),
            ("not-a-uuid", "wrong"),
            ("' or 1=1 --", "' or 1=1 --"),
            ("", ""),
            (str(charity.manager.id), PASSWORD),  # a member is no client
        )
    ]
    answers.append(await ask(http, {"Authorization": "Basic !!!"}, grant_type="client_credentials"))
    answers.append(await ask(http, grant_type="client_credentials"))
    first = answers[0]
    assert (first.status_code, first.json()["error"]) == (401, "invalid_client")
    assert first.headers["www-authenticate"] == 'Basic realm="throughgate"'
    for answer in answers:
        assert (answer.status_code, answer.content) == (401, first.content)
        assert {n: v for n, v in answer.headers.items() if n != "request-id"} == {
            n: v for n, v in first.headers.items() if n != "request-id"
        }


async def test_an_unknown_name_a_wrong_password_and_a_suspended_member_are_answered_alike(
    charity: CharityWorld, http: httpx.AsyncClient
) -> None:
    email = f"suspended-{uuid4()}@aaa.example"
    body = {"display_name": "Suspended", "email": email, "roles": ["mentor"], "password": PASSWORD}
    path = f"/v1/members/{(await charity.manager.post('/v1/members', body)).json()['id']}"
    assert (await charity.manager.step(path, {"standing": "SUSPENDED"}, method="PATCH", of=path)).status_code == 200
    answers = [
        await ask(http, grant_type="password", username=name, password=password)
        for name, password in (
            (f"nobody-{uuid4()}@aaa.example", PASSWORD),
            ("analyst@aaa.example", "a-wrong-password"),
            ("analyst@aaa.example", "short"),
            (email, PASSWORD),
        )
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}
    assert answers[0].json()["error"] == "invalid_grant"


async def test_hostile_names_are_names_that_nobody_has(http: httpx.AsyncClient) -> None:
    for name in (
        "' or '1'='1",
        "x'; drop table member; --",
        "%",
        "_@aaa.example",
        "manager@aaa.example'--",
        "\ud7ff\u0130",
    ):
        answer = await ask(http, grant_type="password", username=name, password="a-password-of-some-length")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), name
    for raw in (b"username=a%00b", b"username=a\x00b", b"username=manager%40aaa.example%00"):
        content = b"grant_type=password&password=a-password-of-some-length&" + raw
        answer = await http.post(
            "/oauth/token", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 400
    # What is not UTF-8 at all is not a name either, and no reason to fall over.
    content = b"grant_type=password&password=%ff%fe-of-some-length&username=%ed%a0%80"
    answer = await http.post(
        "/oauth/token", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code in (400, 422)


async def test_other_grants_other_methods_and_other_forms_are_refused(http: httpx.AsyncClient) -> None:
    for grant in ("authorization_code", "refresh_token", "implicit", "", "PASSWORD"):
        answer = await ask(http, grant_type=grant, username="a", password="b")
        assert answer.status_code in (400, 422), grant
    assert (await ask(http, grant_type="nonsense")).json()["error"] == "unsupported_grant_type"
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = await http.request(method, "/oauth/token")
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == "POST"
    # Credentials never stand in an address.
    answer = await http.post("/oauth/token?grant_type=password&username=analyst@aaa.example&password=" + PASSWORD)
    assert answer.status_code in (400, 415, 422)
    answer = await http.post("/oauth/token", json={"grant_type": "password"})
    assert answer.status_code in (400, 415, 422)


async def test_two_secrets_work_during_a_rotation_and_a_third_ends_the_first(
    charity: CharityWorld, http: httpx.AsyncClient, moved: Clock
) -> None:
    client_id, first = await new_client(charity)

    async def works(*secrets: str) -> list[bool]:
        answers = [await ask(http, basic(client_id, secret), grant_type="client_credentials") for secret in secrets]
        return [answer.status_code == 200 for answer in answers]

    second = await new_secret(charity, client_id)
    assert await works(first, second) == [True, True]
    shown = (await charity.manager.get(f"/v1/clients/{client_id}")).json()
    assert len(shown["secrets"]) == 2
    third = await new_secret(charity, client_id)
    assert await works(first, second, third) == [False, True, True]
    moved.fixed = datetime.now(UTC) + timedelta(days=7, minutes=1)
    assert await works(second, third) == [False, True]
    moved.fixed = None
    fourth = await new_secret(charity, client_id, "?end_others_now=true")
    assert await works(second, third, fourth) == [False, False, True]


async def test_a_secret_is_shown_once_and_kept_as_a_digest(charity: CharityWorld, rows: Rows) -> None:
    client_id, secret = await new_client(charity)
    assert secret.startswith("tg_secret_")
    assert len(secret) > 40
    for path in (f"/v1/clients/{client_id}", "/v1/clients?limit=100"):
        answer = await charity.manager.get(path)
        assert secret not in answer.text
        assert "digest" not in answer.text
    stored = await rows.sql.fetch("select s::text as s from client_secret s where client_id = $1::uuid", client_id)
    assert len(stored) == 1
    assert secret not in stored[0]["s"]
    for table in (*await rows.tables(), "log_in_attempts"):
        assert not await rows.one(f"select count(*) from {table} t where t::text like '%' || $1 || '%'", secret), table
    # A retry with a key would have to be answered with a stored secret, so there is none.
    key = {"Idempotency-Key": "the-same-again"}
    issued = [
        (await charity.manager.post(f"/v1/clients/{client_id}/secrets", headers=key)).json()["client_secret"]
        for _ in range(2)
    ]
    assert issued[0] != issued[1]


async def test_a_password_is_kept_as_an_argon2id_digest(rows: Rows, world: World) -> None:
    kept = await rows.sql.fetch("select password_hash from member where email like '%@aaa.example'")
    assert kept
    assert all(row["password_hash"].startswith("$argon2id$v=19$m=65536,t=2,p=1$") for row in kept)
    for table in (*await rows.tables(), "log_in_attempts"):
        assert not await rows.one(f"select count(*) from {table} t where t::text like '%' || $1 || '%'", PASSWORD), (
            table
        )


async def test_guessing_is_slowed_down_and_time_heals(
    charity: CharityWorld, http: httpx.AsyncClient, moved: Clock, rows: Rows
) -> None:
    """By name: five failures are free, then each wait is longer. The right password waits too, and works afterwards."""
    email = f"guessed-{uuid4()}@aaa.example"
    body = {"display_name": "Guessed", "email": email, "roles": ["mentor"], "password": PASSWORD}
    assert (await charity.manager.post("/v1/members", body)).status_code == 201
    start = moved.fixed = datetime.now(UTC)
    login = {"grant_type": "password", "username": email}
    for _ in range(5):
        assert (await ask(http, **login, password="a-wrong-password")).json()["error"] == "invalid_grant"
    for password in ("a-wrong-password", PASSWORD):
        answer = await ask(http, **login, password=password)
        assert (answer.status_code, answer.json()["error"]) == (429, "slow_down")
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= 5
    moved.fixed = start + timedelta(seconds=wait)
    assert (await ask(http, **login, password="a-wrong-password")).json()["error"] == "invalid_grant"
    longer = int((await ask(http, **login, password=PASSWORD)).headers["retry-after"])
    assert longer > wait
    moved.fixed += timedelta(seconds=longer)
    assert (await ask(http, **login, password=PASSWORD)).status_code == 200
    # A success forgets what went before, and nothing that was tried is kept as it was written.
    assert (await ask(http, **login, password="a-wrong-password")).json()["error"] == "invalid_grant"
    assert not await rows.one("select count(*) from log_in_attempts where digest like '%' || $1 || '%'", email)


async def test_one_address_cannot_try_name_after_name(http: httpx.AsyncClient, moved: Clock) -> None:
    """Thirty failures from one address, whatever the names; another address is not kept waiting. The passwords tried are
    too short to be anybody's, which is answered without the long digest."""
    moved.fixed = datetime.now(UTC)
    for number in range(30):
        answer = await ask(http, grant_type="password", username=f"n{number}@aaa.example", password="short")
        assert answer.json()["error"] == "invalid_grant"
    right = {"grant_type": "password", "username": "mentor@aaa.example", "password": PASSWORD}
    assert (await ask(http, **right)).status_code == 429
    elsewhere = httpx.ASGITransport(app=http._transport.app, client=("198.51.100.1", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=elsewhere, base_url=http.base_url) as other:
        assert (await ask(other, **right)).status_code == 200


async def test_the_metadata_says_what_is_there(http: httpx.AsyncClient) -> None:
    answer = await http.get("/.well-known/oauth-authorization-server")
    body = answer.json()
    issuer = str(http.base_url).rstrip("/")
    assert body["issuer"] == issuer
    assert body["token_endpoint"] == f"{issuer}/oauth/token"
    assert body["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
    assert set(body["grant_types_supported"]) == {"client_credentials", "password"}
    assert set(body["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "client_secret_post"}
    assert set(body["scopes_supported"]) == {p.value for p in Permission}
    assert answer.headers["cache-control"].startswith("public")


async def test_the_published_keys_are_public_and_verify_a_token_without_our_code(
    charity: CharityWorld, http: httpx.AsyncClient
) -> None:
    """With `cryptography` alone: the key that the header names, RSASSA-PKCS1-v1_5 with SHA-256 over header and claims."""
    who = basic(str(charity.machine.id), charity.machine_secret)
    token = (await ask(http, who, grant_type="client_credentials")).json()["access_token"]
    keys = (await http.get("/.well-known/jwks.json")).json()["keys"]
    for key in keys:
        assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}, "the public half and nothing of the private one"
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    header, claims = part(token, 0), part(token, 1)
    assert header.keys() == {"typ", "alg", "kid"}
    assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
    [jwk] = [key for key in keys if key["kid"] == header["kid"]]
    numbers = [int.from_bytes(decoded(jwk[name])) for name in ("e", "n")]
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    signed, _, signature = token.rpartition(".")
    public.verify(decoded(signature), signed.encode(), padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(decoded(signature), signed.encode() + b"x", padding.PKCS1v15(), SHA256())
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= claims.keys()
    assert claims["iss"] == claims["aud"] == str(http.base_url).rstrip("/")
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims["scope"].split()) <= {p.value for p in ROLE_PERMISSIONS[Role.REFERRER]}
    personal = {"name", "email", "display_name", "preferred_username"}
    assert not personal & claims.keys()


async def test_an_account_elsewhere_of_the_same_name_neither_keeps_anybody_out_nor_clears_a_count(world: World) -> None:
    """Another charity's manager may add anybody's address; that must not touch the member who had it first."""
    email, theirs = "shared@people.example", "another-password-for-tests"
    for manager, password in ((world.a.manager, PASSWORD), (world.b.manager, theirs)):
        body = {"display_name": "Shared", "email": email, "roles": ["mentor"], "password": password}
        assert (await manager.post("/v1/members", body)).status_code == 201

    async def sign_in(password: str, charity: str | None = None) -> int:
        form = {"grant_type": "password", "username": email, "password": password} | (
            {"charity": charity} if charity else {}
        )
        async with client(world.app) as http:
            return (await http.post("/oauth/token", data=form)).status_code

    assert await sign_in(PASSWORD) == 200
    answers = []
    for n in range(6):
        answers.append(await sign_in(f"wrong-guess-{n}", "AAA"))
        assert await sign_in(theirs, "BBB") == 200
    assert answers == [400] * 5 + [429]
