"""Access tokens: signed JWTs after RFC 9068, issued and verified here, and the only place that imports jose.

python-jose accepts by default much that it should not: no `exp`, no `aud` although an audience is asked for,
unknown `crit` members, duplicate members; a nested header raises RecursionError before any check of it. So
a token is measured and its header read by our own rules first (RFC 8725), jose checks the signature with the
one algorithm of the one key that the header names, and every claim is then judged here against `now`, not by
jose's clock. Whatever goes wrong, the answer is one `Unauthenticated`, which repeats nothing of the token.

jose prefers the `cryptography` backend and silently falls back to the packages `ecdsa` (CVE-2024-23342) and
`rsa` if that cannot be imported. We import its classes by name, so that the service would not start instead.
"""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from jose import jwt
from jose.backends.cryptography_backend import CryptographyECKey, CryptographyRSAKey

from app.auth.keys import LONGEST_TOKEN, Algorithm, KeyRing, KeyRingError, PrivateKey, PublicKey, SigningKey
from app.domain.kernel.access import Role, narrow
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.errors import Unauthenticated, Unavailable

TOKEN_BYTES = 4096
HEADER_BYTES = 512
CLOCK_SKEW = timedelta(seconds=30)

_HEADER_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_HEADER_MEMBERS = frozenset({"typ", "alg", "kid"})
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_VISIBLE = re.compile(r"[\x20-\x7e]{1,128}")  # RFC 6749, appendix A.1: what a client id is made of
_SCOPE = re.compile(r"(?:[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*)?")  # RFC 6749, 3.3
_LARGEST_AUTHORITY = 2**63 - 1  # PostgreSQL's bigint

# `exp` and `nbf` are ours to judge, at `now`: jose would look at the wall clock.
_REQUIRED = {f"require_{claim}": True for claim in ("iss", "aud", "sub", "iat", "jti")}
_JOSE_OPTIONS = {**_REQUIRED, "verify_exp": False, "verify_nbf": False}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says (RFC 9068, 2.2, and ours: role, kind, authority, charity, organisation, documents_only)."""

    issuer: str
    subject: UUID
    client_id: str
    kind: ActorKind
    role: Role
    authority: int
    scopes: frozenset[str]
    charity: UUID
    organisation: UUID
    documents_only: bool
    issued_at: datetime
    expires_at: datetime
    jti: str
    kid: str


def issue(
    ring: KeyRing,
    *,
    issuer: str,
    subject: UUID,
    client_id: str,
    kind: ActorKind,
    role: Role,
    authority: int,
    scopes: Iterable[str],
    charity: UUID,
    organisation: UUID,
    lifetime: timedelta,
    now: datetime,
    documents_only: bool = False,
) -> str:
    """A signed access token for this holder, valid from `now` for `lifetime`.

    Raises `ValueError` if `verify` would refuse it, and `Unavailable` if the signing key cannot be read.
    """
    try:
        key = ring.signing()
    except KeyRingError as error:
        raise _unavailable() from error
    issued_at = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": str(subject),
        "client_id": client_id,
        "kind": kind.value,
        "role": role.value,
        "authority": authority,
        "scope": " ".join(sorted(scopes)),
        "charity": str(charity),
        "organisation": str(organisation),
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "jti": secrets.token_urlsafe(16),
        **({"documents_only": True} if documents_only else {}),
    }
    _judge(claims, key.kid, issuer=issuer, now=now)
    header = {"typ": "at+jwt", "kid": key.kid}
    token = jwt.encode(claims, _jose_key(key.alg, key.private), algorithm=key.alg, headers=header)
    if len(token) > TOKEN_BYTES:
        raise ValueError("the token would be too long")
    return token


def verify(ring: KeyRing, token: str | None, *, issuer: str, now: datetime) -> Claims:
    """What the token says, if it is ours, whole, signed by a key of the ring, and valid now.

    Raises `Unauthenticated` for any other token, always alike, and `Unavailable` if the ring cannot be read.
    """
    return _verify(ring, token, issuer, now)[0]


def to_actor(claims: Claims) -> Actor:
    """Who asks: the holder with the permissions of role ∩ scope."""
    return Actor(
        subject_id=claims.subject,
        kind=claims.kind,
        role=claims.role,
        authority=claims.authority,
        permissions=narrow(claims.role, claims.scopes),
        charity_id=claims.charity,
        organisation_id=claims.organisation,
        documents_only=claims.documents_only,
    )


class VerifiedToken(NamedTuple):
    claims: Claims
    actor: Actor


class VerifiedTokens:
    """Tokens verified before, found by their SHA-256: a busy client pays for one check, not for thousands.

    An entry never outlives its token or its key. All go when the ring changes, at most a second after another
    process revoked a key; the least recently used goes when there are too many. No token is kept.
    """

    def __init__(self, ring: KeyRing, *, issuer: str, capacity: int = 4096) -> None:
        self._ring, self._issuer, self._capacity = ring, issuer, capacity
        self._entries: OrderedDict[bytes, tuple[VerifiedToken, datetime]] = OrderedDict()
        self._generation, self._lock = ring.generation, Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def check(self, token: str | None, *, now: datetime) -> VerifiedToken:
        """As `verify`, with the actor."""
        if not isinstance(token, str) or len(token) > TOKEN_BYTES or not token.isascii():
            raise _refusal()
        try:
            self._ring.reload_if_changed(now=now)
        except KeyRingError as error:
            raise _unavailable() from error
        digest = hashlib.sha256(token.encode("ascii")).digest()
        with self._lock:
            generation = self._ring.generation
            if generation != self._generation:
                self._entries.clear()
                self._generation = generation
            if (entry := self._entries.get(digest)) is not None and now < entry[1]:
                self._entries.move_to_end(digest)
                return entry[0]
        return self._check_anew(token, digest, generation, now)

    def _check_anew(self, token: str, digest: bytes, generation: int, now: datetime) -> VerifiedToken:
        claims, key = _verify(self._ring, token, self._issuer, now)
        verified = VerifiedToken(claims, to_actor(claims))
        with self._lock:
            # If the ring has changed meanwhile, what was verified before the change must not outlive it here.
            if generation == self._generation == self._ring.generation:
                end = min(claims.expires_at, key.retire_after or claims.expires_at)
                self._entries[digest] = (verified, end)
                if len(self._entries) > self._capacity:
                    self._entries.popitem(last=False)
        return verified


def _verify(ring: KeyRing, token: str | None, issuer: str, now: datetime) -> tuple[Claims, SigningKey]:
    try:
        if not isinstance(token, str) or len(token) > TOKEN_BYTES or not _COMPACT.fullmatch(token):
            _refuse("not a compact JWS (RFC 7515, 7.1)")
        header, claims, _ = (_decode(part) for part in token.split("."))
        key = _key_named_by(header, ring, now)
        key_for_jose, options = _jose_key(key.alg, key.public), dict(_JOSE_OPTIONS)
        jwt.decode(token, key_for_jose, algorithms=[key.alg], audience=issuer, issuer=issuer, options=options)
        # Read once more, for jose keeps the last of duplicate members where ours refuses them.
        return _judge(_object(claims), key.kid, issuer=issuer, now=now), key
    except KeyRingError as error:
        raise _unavailable() from error
    except Exception:  # whatever a hostile token provokes in us, in jose or in cryptography
        raise _refusal() from None


def _key_named_by(header_bytes: bytes, ring: KeyRing, now: datetime) -> SigningKey:
    """The ring's key, if the header is as we write it: no key to fetch, nothing critical (RFC 8725, 3.10)."""
    if len(header_bytes) > HEADER_BYTES or header_bytes.count(b"{") != 1 or b"[" in header_bytes:
        _refuse("a header as we write it is short and flat")
    header = _object(header_bytes)
    if header.keys() != _HEADER_MEMBERS or not all(isinstance(value, str) for value in header.values()):
        _refuse("a header as we write it has three members")
    if header["typ"].lower() not in _HEADER_TYPES:
        _refuse("not an access token (RFC 9068, 4)")
    key = ring.find(header["kid"], now=now)
    if key is None or header["alg"] != key.alg:
        _refuse("no such key, or not its algorithm (RFC 8725, 3.1)")
    return key


def _judge(claims: dict[str, Any], kid: str, *, issuer: str, now: datetime) -> Claims:
    """Raises for a claim that is missing, malformed or untrue. Unknown claims are ignored (RFC 7519, 4)."""
    if claims["iss"] != issuer or claims["aud"] != issuer:
        _refuse("issued by or for another")
    issued, expires, authority = (_whole(claims[name]) for name in ("iat", "exp", "authority"))
    issued_at, expires_at = datetime.fromtimestamp(issued, UTC), datetime.fromtimestamp(expires, UTC)
    if not issued_at < expires_at <= issued_at + LONGEST_TOKEN:
        _refuse("a life that we do not give")
    if issued_at > now + CLOCK_SKEW or now >= expires_at or _whole(claims.get("nbf", 0)) > now.timestamp():
        _refuse("not valid now")
    client_id, jti, scope = claims["client_id"], claims["jti"], claims["scope"]
    ours = claims.get("documents_only", True) is True  # there only where it is so; older tokens never have it
    if not (ours and _VISIBLE.fullmatch(client_id) and _VISIBLE.fullmatch(jti) and _SCOPE.fullmatch(scope)):
        _refuse("not as we write them")
    return Claims(
        issuer=issuer,
        subject=_uuid(claims["sub"]),
        client_id=client_id,
        kind=ActorKind(claims["kind"]),
        role=Role(claims["role"]),
        authority=authority,
        scopes=frozenset(scope.split()),
        charity=_uuid(claims["charity"]),
        organisation=_uuid(claims["organisation"]),
        documents_only="documents_only" in claims,
        issued_at=issued_at,
        expires_at=expires_at,
        jti=jti,
        kid=kid,
    )


def _decode(part: str) -> bytes:
    """base64url without padding (RFC 7515, 2), in its one spelling: unused trailing bits must be zero."""
    decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if urlsafe_b64encode(decoded).rstrip(b"=") != part.encode("ascii"):
        _refuse("not the canonical spelling")
    return decoded


def _object(text: bytes) -> dict[str, Any]:
    value = json.loads(text.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse)
    return value if isinstance(value, dict) else _refuse("not an object")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _refuse("duplicate members (RFC 7519, 4)")


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_AUTHORITY:  # a bool is an int to isinstance
        _refuse("not a whole number")
    return value


def _uuid(value: str) -> UUID:
    parsed = UUID(value)
    return parsed if str(parsed) == value else _refuse("not the canonical spelling")


def _jose_key(alg: Algorithm, key: PublicKey | PrivateKey) -> CryptographyRSAKey | CryptographyECKey:
    return CryptographyRSAKey(key, alg) if alg == "RS256" else CryptographyECKey(key, alg)


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)  # the reason is for the reader of a debugger; `verify` tells nobody


def _refusal() -> Unauthenticated:
    return Unauthenticated(
        "The access token is not valid.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )


def _unavailable() -> Unavailable:
    return Unavailable("The signing keys cannot be read.", headers={"Retry-After": "5"})
