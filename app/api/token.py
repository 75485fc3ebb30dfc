"""The token endpoint, its metadata and keys (RFC 6749, 8414, 7517, 9068)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.calls import JSON, services_of
from app.auth.credentials import digest_matches, verify_password
from app.auth.tokens import issue
from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role, narrow
from app.domain.kernel.actor import ActorKind
from app.domain.organisations import sign_in
from app.visits import Services

router = APIRouter(tags=["Authentication"])

MEMBER_CLIENT_ID = "throughgate-members"
"""The `client_id` in a member's token (RFC 9068 wants one): members' front ends are public clients."""


class TokenForm(BaseModel):
    """The form of a token request."""

    model_config = ConfigDict(extra="ignore")  # RFC 6749 section 3.2: unknown parameters are ignored
    grant_type: str = Field(max_length=100, description="`client_credentials` for programs, `password` for members.")
    client_id: str | None = Field(default=None, max_length=100, description="Or in the Authorization header (Basic).")
    client_secret: str | None = Field(
        default=None, max_length=300, description="Or in the Authorization header (Basic)."
    )
    username: str | None = Field(default=None, max_length=254, description="A member's e-mail address.")
    password: str | None = Field(default=None, max_length=256)
    scope: str | None = Field(
        default=None, max_length=2000, description="Space-separated; left out: all that you may have."
    )
    role: str | None = Field(
        default=None, max_length=40, description="Which of the member's roles; left out: the first."
    )
    charity: str | None = Field(default=None, max_length=3, description="The charity's code, if you belong to several.")


class TokenAnswer(BaseModel):
    """An access token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 -- a kind of token, not a token
    expires_in: int = Field(description="Seconds.")
    scope: str


class TokenError(BaseModel):
    """A refusal (RFC 6749 section 5.2)."""

    error: str
    error_description: str


class Refused(Exception):
    """Answered by `token` as RFC 6749 section 5.2 says."""

    def __init__(self, error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        self.body = orjson.dumps({"error": error, "error_description": description})
        self.status = status
        self.headers = headers or {}
        super().__init__(error)


@dataclass(frozen=True)
class Holder:
    """Who gets the token."""

    subject: UUID
    client_id: str
    kind: ActorKind
    role: Role
    authority: int
    charity: UUID
    organisation: UUID
    scopes: frozenset[str]
    documents_only: bool = False


@router.post(
    "/oauth/token",
    summary="Get an access token",
    responses={
        200: {"model": TokenAnswer, "description": "A token for ten minutes. There are no refresh tokens."},
        400: {"model": TokenError, "description": "The request was not accepted."},
        401: {"model": TokenError, "description": "The client was not accepted."},
        429: {"model": TokenError, "description": "Too many failures of late: wait for Retry-After seconds."},
    },
)
async def token(form: Annotated[TokenForm, Form()], request: Request) -> Response:
    """Exchange credentials for an access token. Programs use `client_credentials`; a charity's members without an
    identity provider use `password`. Unknown names and wrong secrets are answered alike."""
    services = services_of(request)
    try:
        if form.grant_type == "client_credentials":
            holder = await _client(services, request, form)
        elif form.grant_type == "password":
            holder = await _member(services, request, form)
        else:
            raise Refused("unsupported_grant_type", "Use client_credentials or password.")
        granted = _granted(holder, form.scope)
    except Refused as refused:
        return Response(refused.body, refused.status, {"Pragma": "no-cache", **refused.headers}, JSON)
    lifetime = services.settings.token_lifetime_seconds
    signed = issue(
        services.ring,
        issuer=services.settings.issuer,
        subject=holder.subject,
        client_id=holder.client_id,
        kind=holder.kind,
        role=holder.role,
        authority=holder.authority,
        scopes=granted,
        charity=holder.charity,
        organisation=holder.organisation,
        documents_only=holder.documents_only,
        lifetime=timedelta(seconds=lifetime),
        now=services.clock(),
    )
    answer = TokenAnswer(access_token=signed, expires_in=lifetime, scope=" ".join(sorted(granted)))
    return Response(answer.model_dump_json(), 200, {"Pragma": "no-cache"}, JSON)


async def _client(services: Services, request: Request, form: TokenForm) -> Holder:
    client_id, secret = _client_credentials(request, form)
    now = services.clock()
    try:
        key = UUID(client_id)
    except ValueError:
        key = UUID(int=0)
    async with services.database.authenticator() as session:
        client = await sign_in.client_on_file(session, client_id=key, now=now)
        digests = client.digests if client else ()
        # Every valid digest is compared, and one more for nobody: how long it takes tells nothing.
        matches = [digest_matches(secret, digest) for digest in (*digests, None)]
        if client is not None and any(matches):
            await sign_in.client_used(session, client_id=client.id, now=now)
    if client is None or not any(matches):
        raise Refused(
            "invalid_client", "The client was not accepted.", 401, {"WWW-Authenticate": 'Basic realm="throughgate"'}
        )
    return Holder(
        subject=client.id,
        client_id=str(client.id),
        kind=ActorKind.CLIENT,
        role=client.role,
        authority=client.authority,
        charity=client.charity_id,
        organisation=client.organisation_id,
        scopes=client.scopes,
        documents_only=client.documents_only,
    )


async def _member(services: Services, request: Request, form: TokenForm) -> Holder:
    if not form.username or not form.password:
        raise Refused("invalid_request", "Give username and password.")
    name = form.username
    address = request.client.host if request.client else "unknown"
    now = services.clock()
    async with services.database.authenticator() as session:
        candidates = await sign_in.members_on_file(session, email=name, charity_code=form.charity)
        tried = sign_in.names_tried(name, candidates)
        wait = await sign_in.wait_for(session, tried=tried, address=address, now=now)
    if wait > timedelta(0):
        seconds = str(int(wait.total_seconds()) + 1)
        raise Refused("slow_down", "Too many failures of late: wait.", 429, {"Retry-After": seconds})
    # Outside a transaction, as it takes long on purpose; for nobody as long as for somebody.
    checks = [await verify_password(form.password, one.password_hash) for one in candidates]
    if not candidates:
        await verify_password(form.password, None)
    accepted = [(one, check) for one, check in zip(candidates, checks, strict=True) if check.ok]
    async with services.database.authenticator() as session:
        if not accepted:
            await sign_in.failed(session, tried=tried, address=address, now=now)
        else:
            member, check = accepted[0]
            await sign_in.succeeded(session, member_id=member.id)
            if check.rehashed is not None:
                await sign_in.rehashed(session, member_id=member.id, password_hash=check.rehashed)
    if not accepted:
        raise Refused("invalid_grant", "The user name or password was not accepted.")
    if len(accepted) > 1:
        raise Refused("invalid_request", "You belong to several charities: give the code of one as `charity`.")
    role = _role(member.roles, form.role)
    return Holder(
        subject=member.id,
        client_id=MEMBER_CLIENT_ID,
        kind=ActorKind.MEMBER,
        role=role,
        authority=member.authority,
        charity=member.charity_id,
        organisation=member.organisation_id,
        scopes=frozenset(p.value for p in ROLE_PERMISSIONS[role]),
    )


def _role(roles: tuple[Role, ...], wanted: str | None) -> Role:
    if wanted is None:
        return roles[0]
    try:
        chosen = Role(wanted)
    except ValueError:
        chosen = None
    if chosen is None or chosen not in roles:
        raise Refused("invalid_request", "You do not have that role.")
    return chosen


def _granted(holder: Holder, asked: str | None) -> frozenset[str]:
    """Role ∩ the client's scopes ∩ what was asked for; an unknown scope or an empty rest is refused."""
    may = frozenset(p.value for p in narrow(holder.role, holder.scopes))
    if not asked or not asked.strip():
        return may
    wanted = frozenset(asked.split())
    if not wanted <= frozenset(p.value for p in Permission):
        raise Refused("invalid_scope", "There is no such scope: see /.well-known/oauth-authorization-server.")
    if not wanted & may:
        raise Refused("invalid_scope", "None of these scopes is yours to have.")
    return wanted & may


def _client_credentials(request: Request, form: TokenForm) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, secret = "", ""
        return name, secret
    return form.client_id or "", form.client_secret or ""


@router.get("/.well-known/jwks.json", summary="Read the public keys", responses={200: {"model": dict[str, Any]}})
async def jwks(request: Request) -> Response:
    """The keys that verify our tokens (RFC 7517). During a rotation there are two."""
    services = services_of(request)
    body = orjson.dumps(services.ring.jwks(now=services.clock()))
    return Response(body, 200, {"Cache-Control": "public, max-age=60"}, "application/json")


@router.get(
    "/.well-known/oauth-authorization-server", summary="Read the metadata", responses={200: {"model": dict[str, Any]}}
)
async def metadata(request: Request) -> Response:
    """What this authorisation server can do (RFC 8414)."""
    issuer = services_of(request).settings.issuer
    body = {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials", "password"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "response_types_supported": [],
        "scopes_supported": sorted(p.value for p in Permission),
        "service_documentation": f"{issuer}/docs",
    }
    return Response(orjson.dumps(body), 200, {"Cache-Control": "public, max-age=60"}, "application/json")
