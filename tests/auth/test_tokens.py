"""Access tokens: what is issued verifies, and nothing else does.

Hostile tokens are put together by hand, with `cryptography` alone, so that nothing they prove rests on jose.
"""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from app.auth import tokens
from app.auth.keys import RETIREMENT, Algorithm, KeyRing, KeyState, PrivateKey, SigningKey
from app.auth.tokens import VerifiedTokens, issue, to_actor, verify
from app.domain.kernel.access import Permission, Role
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.errors import Unauthenticated, Unavailable

NOW = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)
IAT = int(NOW.timestamp())
SECOND = timedelta(seconds=1)
LIFETIME = timedelta(minutes=10)
ISSUER = "https://api.throughgate.example"
SUBJECT = UUID("0195f0a0-0000-7000-8000-000000000001")
CHARITY = UUID("0195f0a0-0000-7000-8000-000000000002")
PARTNER = UUID("0195f0a0-0000-7000-8000-000000000003")

Json = dict[str, object]
CLAIMS: Json = {
    "iss": ISSUER,
    "aud": ISSUER,
    "sub": str(SUBJECT),
    "client_id": "belmont-intake",
    "kind": "CLIENT",
    "role": "referrer",
    "authority": 3,
    "scope": "referrals:read referrals:write",
    "charity": str(CHARITY),
    "organisation": str(PARTNER),
    "iat": IAT,
    "exp": IAT + 600,
    "jti": "jSgmKuYyFUBZLk8dHqSx0g",
}


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """Two keys that verify: ES256, which signs now, and RS256, which has just retired."""
    made = KeyRing.load_or_create(tmp_path_factory.mktemp("ring") / "keys" / "ring.json", now=NOW)
    made.rotate(now=NOW, alg="ES256")
    return made


@pytest.fixture
def own_ring(tmp_path: Path) -> KeyRing:
    return KeyRing.load_or_create(tmp_path / "keys" / "ring.json", now=NOW, alg="ES256")


def key_of(ring: KeyRing, alg: Algorithm) -> SigningKey:
    kid = next(jwk["kid"] for jwk in ring.jwks(now=NOW)["keys"] if jwk["alg"] == alg)
    key = ring.find(kid, now=NOW)
    assert key is not None
    return key


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signature_of(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def text_of(part: Json | str | bytes) -> bytes:
    if isinstance(part, bytes):
        return part
    return (part if isinstance(part, str) else json.dumps(part)).encode()


def forge(key: SigningKey, claims: Json | str | bytes = CLAIMS, header: Json | str | bytes | None = None) -> str:
    """A token truly signed by the key, whatever its header and claims say."""
    header = {"typ": "at+jwt", "alg": key.alg, "kid": key.kid} if header is None else header
    message = f"{b64(text_of(header))}.{b64(text_of(claims))}"
    return f"{message}.{b64(signature_of(key.private, message.encode()))}"


def assert_refused(ring: KeyRing, token: object, *, now: datetime = NOW) -> None:
    """By both doors, always alike, and without repeating anything."""
    for judge in (
        lambda: verify(ring, token, issuer=ISSUER, now=now),  # type: ignore[arg-type]
        lambda: VerifiedTokens(ring, issuer=ISSUER).check(token, now=now),  # type: ignore[arg-type]
    ):
        with pytest.raises(Unauthenticated) as caught:
            judge()
        assert caught.value.detail == "The access token is not valid."
        assert caught.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def new_token(ring: KeyRing, *, now: datetime = NOW, lifetime: timedelta = LIFETIME) -> str:
    return issue(
        ring,
        issuer=ISSUER,
        subject=SUBJECT,
        client_id="belmont-intake",
        kind=ActorKind.CLIENT,
        role=Role.REFERRER,
        authority=3,
        scopes={"referrals:write", "referrals:read"},
        charity=CHARITY,
        organisation=PARTNER,
        lifetime=lifetime,
        now=now,
    )


# What we issue


def part(token: str, index: int) -> Json:
    text = token.split(".")[index]
    found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert isinstance(found, dict)
    return found


def test_a_token_is_as_rfc_9068_asks(ring: KeyRing) -> None:
    token = new_token(ring)
    assert part(token, 0) == {"typ": "at+jwt", "alg": "ES256", "kid": ring.signing().kid}
    claims = part(token, 1)
    assert claims.pop("jti") != part(new_token(ring), 1)["jti"]
    assert claims == {name: value for name, value in CLAIMS.items() if name != "jti"}


def test_what_is_issued_verifies_and_becomes_the_actor(ring: KeyRing) -> None:
    token = new_token(ring)
    claims = verify(ring, token, issuer=ISSUER, now=NOW)
    assert (claims.issuer, claims.subject, claims.client_id) == (ISSUER, SUBJECT, "belmont-intake")
    assert (claims.issued_at, claims.expires_at - claims.issued_at) == (NOW.replace(microsecond=0), LIFETIME)
    assert claims.kid == ring.signing().kid
    expected = Actor(
        subject_id=SUBJECT,
        kind=ActorKind.CLIENT,
        role=Role.REFERRER,
        authority=3,
        permissions=frozenset({Permission.REFERRALS_READ, Permission.REFERRALS_WRITE}),
        charity_id=CHARITY,
        organisation_id=PARTNER,
    )
    assert to_actor(claims) == expected
    assert VerifiedTokens(ring, issuer=ISSUER).check(token, now=NOW) == (claims, expected)


def test_a_limit_to_trusted_documents_is_said_only_where_there_is_one(ring: KeyRing) -> None:
    """Tokens of before there were limits say nothing, and their holders were not limited."""
    assert "documents_only" not in part(new_token(ring), 1)
    assert to_actor(verify(ring, forge(ring.signing(), CLAIMS), issuer=ISSUER, now=NOW)).documents_only is False
    limited = forge(ring.signing(), {**CLAIMS, "documents_only": True})
    assert to_actor(verify(ring, limited, issuer=ISSUER, now=NOW)).documents_only is True


def test_scopes_never_widen_a_role(ring: KeyRing) -> None:
    token = forge(ring.signing(), {**CLAIMS, "scope": "people:read referrals:read audit:read no:such"})
    assert to_actor(verify(ring, token, issuer=ISSUER, now=NOW)).permissions == {Permission.REFERRALS_READ}


def test_no_scope_permits_nothing(ring: KeyRing) -> None:
    token = forge(ring.signing(), {**CLAIMS, "scope": ""})
    assert to_actor(verify(ring, token, issuer=ISSUER, now=NOW)).permissions == frozenset()


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_forger_of_these_tests_can_make_a_good_token(ring: KeyRing, alg: Algorithm) -> None:
    """Else the refusals below would prove nothing."""
    token = forge(key_of(ring, alg))
    assert verify(ring, token, issuer=ISSUER, now=NOW).subject == SUBJECT


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+JWT"])
def test_the_type_is_a_media_type_in_any_case(ring: KeyRing, typ: str) -> None:
    key = ring.signing()
    token = forge(key, header={"typ": typ, "alg": key.alg, "kid": key.kid})
    assert verify(ring, token, issuer=ISSUER, now=NOW).subject == SUBJECT


def test_unknown_claims_are_ignored(ring: KeyRing) -> None:
    """RFC 7519, 4: so that the release before this one accepts the tokens of this one, and the reverse."""
    assert verify(ring, forge(ring.signing(), {**CLAIMS, "new": [1]}), issuer=ISSUER, now=NOW)


@pytest.mark.parametrize(
    "lifetime", [timedelta(0), -SECOND, timedelta(hours=1, seconds=1), timedelta(milliseconds=900)]
)
def test_a_life_that_verify_would_refuse_is_not_issued(ring: KeyRing, lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="a life that we do not give"):
        new_token(ring, lifetime=lifetime)


def test_a_token_too_long_to_verify_is_not_issued(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "TOKEN_BYTES", 300)
    with pytest.raises(ValueError, match="too long"):
        new_token(ring)


def test_the_largest_token_that_we_issue_fits(tmp_path: Path) -> None:
    ring = KeyRing.load_or_create(tmp_path / "keys" / "ring.json", now=NOW)  # RS256 has the longer signature
    token = issue(
        ring,
        issuer="https://" + "a" * 240,
        subject=SUBJECT,
        client_id="c" * 128,
        kind=ActorKind.MEMBER,
        role=Role.DATA_PROTECTION_LEAD,
        authority=2**63 - 1,
        scopes=[permission.value for permission in Permission],
        charity=CHARITY,
        organisation=PARTNER,
        lifetime=timedelta(hours=1),
        now=NOW,
    )
    assert len(token) < tokens.TOKEN_BYTES
    assert verify(ring, token, issuer="https://" + "a" * 240, now=NOW).authority == 2**63 - 1


# Time


def test_a_token_lives_from_its_issue_to_its_expiry(ring: KeyRing) -> None:
    token, start = new_token(ring), NOW.replace(microsecond=0)
    for now in (start, start - 30 * SECOND, start + LIFETIME - SECOND):
        assert verify(ring, token, issuer=ISSUER, now=now)
    for now in (start + LIFETIME, start + timedelta(days=400), start - 31 * SECOND):
        assert_refused(ring, token, now=now)


def test_the_wall_clock_plays_no_part(ring: KeyRing) -> None:
    for now in (datetime(2001, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)):
        assert verify(ring, new_token(ring, now=now), issuer=ISSUER, now=now)
        assert_refused(ring, new_token(ring, now=NOW), now=now)


# Claims, each truly signed by our own key

REMOVED = object()
BAD_CLAIMS: dict[str, list[object]] = {
    "iss": [REMOVED, None, "", "https://other.example", ISSUER + "/", [ISSUER], {"": ISSUER}, 1],
    "aud": [REMOVED, None, "", "https://other.example", [ISSUER], [ISSUER, "x"], {ISSUER: 1}, 1, True],
    "sub": [
        REMOVED,
        None,
        "",
        "not-a-uuid",
        "{" + str(SUBJECT) + "}",
        SUBJECT.hex,
        "urn:uuid:" + str(SUBJECT),
        7,
        str(SUBJECT).upper(),
        [str(SUBJECT)],
        str(SUBJECT) + "\n",
    ],
    "client_id": [REMOVED, None, "", 1, ["c"], "c" * 129, "line\nbreak", "nul\0", "\u00e9", "tab\t"],
    "kind": [REMOVED, None, "", "client", "ADMIN", 1, ["CLIENT"]],
    "role": [REMOVED, None, "", "admin", "REFERRER", "tg_referrer", 1, ["referrer"], {"referrer": 1}],
    "authority": [REMOVED, None, "3", 3.0, -1, 2**63, True, [3], 10**400],
    "scope": [REMOVED, None, 1, ["referrals:read"], " referrals:read", "a  b", "a ", "a\tb", 'a"b', "a\\b", "a\n"],
    "charity": [REMOVED, None, "", "x", 1, CHARITY.hex, [str(CHARITY)]],
    "organisation": [REMOVED, None, "", "x", 1, PARTNER.hex, [str(PARTNER)]],
    "iat": [REMOVED, None, str(IAT), float(IAT), True, IAT + 32, IAT - 4000, -1, 10**30, [IAT]],
    "exp": [REMOVED, None, str(IAT + 600), IAT + 600.0, True, IAT, IAT - 1, IAT + 3601, -1, 10**30, [IAT + 600]],
    "nbf": [None, str(IAT), IAT + 1, float(IAT), True],
    "jti": [REMOVED, None, "", 1, ["j"], "j" * 129, "j\0"],
    "documents_only": [None, False, 0, 1, "true", "", [True], {}],
    "at_hash": ["x"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_CLAIMS.items() for value in values])
def test_a_claim_that_is_missing_or_wrong_is_refused(ring: KeyRing, name: str, value: object) -> None:
    claims = {**CLAIMS, name: value}
    if value is REMOVED:
        del claims[name]
    assert_refused(ring, forge(ring.signing(), claims))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1.7e9", "17e8", "-0", "1" * 1500])
@pytest.mark.parametrize("name", ["exp", "iat", "authority"])
def test_numbers_that_json_should_not_have_are_refused(ring: KeyRing, name: str, number: str) -> None:
    claims = json.dumps({**CLAIMS, name: 0}).replace(f'"{name}": 0', f'"{name}": {number}')
    if (name, number) != ("authority", "-0"):  # JSON's minus nought is nought
        assert_refused(ring, forge(ring.signing(), claims))


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_a_claim_given_twice_is_refused(ring: KeyRing, name: str) -> None:
    """RFC 7519, 4. Same or different, first or last: two parsers must never see two tokens in one."""
    good = json.dumps(CLAIMS)[1:-1]
    for twin in (CLAIMS[name], None, "x"):
        member = json.dumps({name: twin})[1:-1]
        assert_refused(ring, forge(ring.signing(), "{" + good + ", " + member + "}"))
        assert_refused(ring, forge(ring.signing(), "{" + member + ", " + good + "}"))


def test_a_claim_given_twice_in_another_spelling_is_refused(ring: KeyRing) -> None:
    claims = json.dumps(CLAIMS)[:-1] + ', "\\u0072ole": "manager"}'
    assert_refused(ring, forge(ring.signing(), claims))


@pytest.mark.parametrize(
    "claims",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"\xff\xfe",
        b"{}",
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
        b"[" * 2500,
        b'{"a":' * 400 + b"1" + b"}" * 400,
    ],
)
def test_claims_that_are_not_our_object_are_refused(ring: KeyRing, claims: bytes) -> None:
    assert_refused(ring, forge(ring.signing(), claims))


# Headers and keys


def test_alg_none_is_refused(ring: KeyRing) -> None:
    for alg in ("none", "None", "NONE", "nOnE", ""):
        head = b64(json.dumps({"typ": "at+jwt", "alg": alg, "kid": ring.signing().kid}).encode())
        body = b64(json.dumps(CLAIMS).encode())
        signature = forge(ring.signing()).split(".")[2]
        for token in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{signature}", f"{head}.{body}.AA"):
            assert_refused(ring, token)


def public_forms(key: SigningKey) -> list[bytes]:
    """Whatever of the public key somebody may take for a shared secret."""
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    text = key.public.public_bytes(pem, info)
    forms = [text, text.strip(), key.public.public_bytes(der, info), json.dumps(key.jwk()).encode(), b""]
    if isinstance(key.public, rsa.RSAPublicKey):
        forms.append(key.public.public_bytes(pem, serialization.PublicFormat.PKCS1))
    return forms


@pytest.mark.parametrize("owner", ["RS256", "ES256"])
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_hmac_with_the_public_key_is_refused(ring: KeyRing, alg: str, owner: Algorithm) -> None:
    """CVE-2024-33663, algorithm confusion: also when the header claims the key's own algorithm."""
    key, hash_name = key_of(ring, owner), alg.replace("HS", "sha")
    for said in (alg, owner):
        head = b64(json.dumps({"typ": "at+jwt", "alg": said, "kid": key.kid}).encode())
        message = f"{head}.{b64(json.dumps(CLAIMS).encode())}"
        for secret in public_forms(key):
            signature = hmac.new(secret, message.encode(), hash_name).digest()
            assert_refused(ring, f"{message}.{b64(signature)}")


@pytest.mark.parametrize(
    "alg", ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "rs256", "es256", "dir"]
)
@pytest.mark.parametrize("owner", ["RS256", "ES256"])
def test_any_algorithm_but_the_keys_own_is_refused(ring: KeyRing, alg: str, owner: Algorithm) -> None:
    key = key_of(ring, owner)
    if alg != owner:
        assert_refused(ring, forge(key, header={"typ": "at+jwt", "alg": alg, "kid": key.kid}))


def test_another_hash_under_the_right_name_is_refused(ring: KeyRing) -> None:
    key = key_of(ring, "RS256")
    assert isinstance(key.private, rsa.RSAPrivateKey)
    message = forge(key).rpartition(".")[0]
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    for signature in (
        key.private.sign(message.encode(), padding.PKCS1v15(), hashes.SHA512()),
        key.private.sign(message.encode(), pss, hashes.SHA256()),
    ):
        assert_refused(ring, f"{message}.{b64(signature)}")


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_another_key_with_our_id_is_refused(ring: KeyRing, alg: Algorithm) -> None:
    ours, theirs = key_of(ring, alg), SigningKey.generate(alg, KeyState.SIGNING, now=NOW)
    assert_refused(ring, forge(theirs, header={"typ": "at+jwt", "alg": alg, "kid": ours.kid}))
    assert_refused(ring, forge(theirs))


def test_a_swapped_key_id_is_refused(ring: KeyRing) -> None:
    rs256, es256 = key_of(ring, "RS256"), key_of(ring, "ES256")
    for signer, named in ((rs256, es256), (es256, rs256)):
        for alg in (signer.alg, named.alg):
            assert_refused(ring, forge(signer, header={"typ": "at+jwt", "alg": alg, "kid": named.kid}))


@pytest.mark.parametrize("kid", ["", "unknown", "../../etc/passwd", "' OR 1=1 --", "\0", "\u00e9", None, 1, True, []])
def test_an_unknown_key_id_is_refused(ring: KeyRing, kid: object) -> None:
    assert_refused(ring, forge(ring.signing(), header={"typ": "at+jwt", "alg": "ES256", "kid": kid}))


@pytest.mark.parametrize("name", ["typ", "alg", "kid"])
@pytest.mark.parametrize("value", [REMOVED, None, 1, ["at+jwt"], {"a": 1}, True])
def test_a_header_member_missing_or_not_text_is_refused(ring: KeyRing, name: str, value: object) -> None:
    key = ring.signing()
    header: Json = {"typ": "at+jwt", "alg": key.alg, "kid": key.kid, name: value}
    if value is REMOVED:
        del header[name]
    assert_refused(ring, forge(key, header=header))


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "at-jwt", "at+jwt ", " at+jwt", "application/jwt", "id+jwt", "", "at+JWT\0"]
)
def test_another_type_is_refused(ring: KeyRing, typ: str) -> None:
    key = ring.signing()
    assert_refused(ring, forge(key, header={"typ": typ, "alg": key.alg, "kid": key.kid}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("crit", ["exp"]),
        ("crit", ["b64"]),
        ("crit", []),
        ("b64", False),
        ("b64", True),
        ("jku", "https://evil.example/jwks.json"),
        ("x5u", "https://evil.example/cert"),
        ("x5c", ["MIIB"]),
        ("jwk", {"kty": "oct", "k": "AA"}),
        ("x5t", "AA"),
        ("x5t#S256", "AA"),
        ("cty", "JWT"),
        ("zip", "DEF"),
        ("enc", "A256GCM"),
        ("p2c", 2**31),
        ("epk", {}),
        ("iss", ISSUER),
        ("", ""),
    ],
)
def test_any_other_header_member_is_refused(ring: KeyRing, name: str, value: object) -> None:
    key = ring.signing()
    header: Json = {"typ": "at+jwt", "alg": key.alg, "kid": key.kid, name: value}
    assert_refused(ring, forge(key, header=header))


def test_a_key_that_the_token_brings_along_is_refused(ring: KeyRing) -> None:
    theirs = SigningKey.generate("ES256", KeyState.SIGNING, now=NOW)
    header: Json = {"typ": "at+jwt", "alg": "ES256", "kid": theirs.kid, "jwk": theirs.jwk()}
    assert_refused(ring, forge(theirs, header=header))


def test_a_header_member_given_twice_is_refused(ring: KeyRing) -> None:
    """RFC 7515, 4: names must be unique, in whatever spelling."""
    key = ring.signing()
    good = json.dumps({"typ": "at+jwt", "alg": key.alg, "kid": key.kid})[1:-1]
    for member in ('"alg": "none"', f'"alg": "{key.alg}"', '"kid": "x"', '"typ": "JWT"', f'"\\u0061lg": "{key.alg}"'):
        assert_refused(ring, forge(key, header="{" + good + ", " + member + "}"))
        assert_refused(ring, forge(key, header="{" + member + ", " + good + "}"))


BOMBS = [
    b"[" * 2900,
    b"[" * 7900,
    b'{"a":' * 1500 + b"1" + b"}" * 1500,
    b'{"a":' * 80 + b"1" + b"}" * 80,
    b"[" * 250 + b"]" * 250,
    b'{"typ":"at+jwt","alg":"ES256","kid":' + b"[" * 400 + b"]" * 400 + b"}",
    b'{"kid":"' + b"x" * 600 + b'"}',
    b" " * 600 + b"{}",
    b'{"typ":"at+jwt","alg":"ES256","kid":' + b"9" * 400 + b"}",
    b"null",
    b"",
    b"\xff",
    b'"text"',
    b'{"typ":"at+jwt",}',
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("header", BOMBS, ids=range(len(BOMBS)))
def test_a_header_bomb_is_refused(ring: KeyRing, header: bytes) -> None:
    assert_refused(ring, forge(ring.signing(), header=header))


def test_a_header_in_another_encoding_is_refused(ring: KeyRing) -> None:
    key = ring.signing()
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        header = json.dumps({"typ": "at+jwt", "alg": key.alg, "kid": key.kid}).encode(encoding)
        assert_refused(ring, forge(key, header=header))


def test_a_bomb_deep_in_the_stack_is_refused(ring: KeyRing) -> None:
    token = forge(ring.signing(), header=BOMBS[4])

    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
        else:
            assert_refused(ring, token)

    deeper(600)


# Signatures and spelling


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_damaged_signature_is_refused(ring: KeyRing, alg: Algorithm) -> None:
    key = key_of(ring, alg)
    message, _, text = forge(key).rpartition(".")
    signature = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    damaged = [
        signature[:-1],
        signature[1:],
        signature + b"\0",
        b"\0" + signature,
        signature[::-1],
        b"\0",
        signature[:32],
    ]
    damaged += [bytes(len(signature)), b"\xff" * len(signature), os.urandom(len(signature))]
    for place in range(0, len(signature), 7):
        damaged.append(signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :])
    for wrong in damaged:
        assert_refused(ring, f"{message}.{b64(wrong)}")


def test_a_der_signature_is_refused(ring: KeyRing) -> None:
    """RFC 7518, 3.4: the two numbers side by side, 64 octets, not their DER."""
    key = key_of(ring, "ES256")
    message = forge(key).rpartition(".")[0]
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    assert_refused(ring, f"{message}.{b64(key.private.sign(message.encode(), ec.ECDSA(hashes.SHA256())))}")


def test_parts_of_two_good_tokens_make_no_third(ring: KeyRing) -> None:
    first = forge(ring.signing()).split(".")
    second = forge(ring.signing(), {**CLAIMS, "role": "manager"}).split(".")
    assert_refused(ring, ".".join([first[0], second[1], first[2]]))
    assert_refused(ring, ".".join([first[0], first[1], second[2]]))


SPELLINGS: dict[str, Callable[[str], object]] = {
    "none": lambda _: None,
    "empty": lambda _: "",
    "bytes": lambda token: token.encode(),
    "number": lambda _: 1,
    "list": lambda token: [token],
    "dots": lambda _: "..",
    "space before": lambda token: " " + token,
    "space after": lambda token: token + " ",
    "line break after": lambda token: token + "\n",
    "line break within": lambda token: token.replace(".", ".\n", 1),
    "space within": lambda token: token.replace(".", " .", 1),
    "bearer": lambda token: "Bearer " + token,
    "padded": lambda token: token + "==",
    "padded header": lambda token: token.replace(".", "=.", 1),
    "two parts": lambda token: token.rpartition(".")[0],
    "four parts": lambda token: token + ".AA",
    "five parts, as a JWE": lambda token: token + ".AA.AA",
    "a dot too many": lambda token: token + ".",
    "a dot before": lambda token: "." + token,
    "no claims": lambda token: token.split(".")[0] + ".." + token.split(".")[2],
    "no header": lambda token: "." + token.partition(".")[2],
    "one character more": lambda token: token + "A",
    "standard alphabet": lambda token: token.replace("-", "+").replace("_", "/") + "+",
    "not ASCII": lambda token: token + "\u00e9",
    "full width": lambda token: token.replace("e", "\uff45", 1),
    "zero width": lambda token: token[:10] + "\u200b" + token[10:],
    "lone surrogate": lambda token: token + "\ud800",
    "nul": lambda token: token + "\0",
    "huge": lambda token: token + "A" * 5000,
    "huge rubbish": lambda _: "A" * 1_000_000,
    "huge claims": lambda token: token.replace(".", "." + "A" * 4096, 1),
    "nested header of 7.9 kB": lambda token: b64(b"[" * 5925) + "." + token.partition(".")[2],
    "JSON serialisation": lambda token: json.dumps({"payload": token.split(".")[1]}),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=list(SPELLINGS))
def test_another_spelling_is_refused(ring: KeyRing, spell: Callable[[str], object]) -> None:
    assert_refused(ring, spell(forge(ring.signing())))


def test_a_signed_token_longer_than_four_kilobytes_is_refused(ring: KeyRing) -> None:
    token = forge(ring.signing(), {**CLAIMS, "more": "x" * 4000})
    assert len(token) > 4096
    assert_refused(ring, token)


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_unused_bits_of_the_last_character_count(ring: KeyRing, alg: Algorithm) -> None:
    """base64 decoders ignore them, so up to 16 spellings of one signature would pass for one token."""
    token = forge(key_of(ring, alg))
    assert verify(ring, token, issuer=ISSUER, now=NOW)
    for character in ALPHABET:
        if character != token[-1]:
            assert_refused(ring, token[:-1] + character)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_no_character_can_be_changed_or_lost(ring: KeyRing, alg: Algorithm) -> None:
    token = forge(key_of(ring, alg))
    for place, character in enumerate(token):
        other = ALPHABET[(ALPHABET.find(character) + 1) % 64]
        for wrong in (token[:place] + other + token[place + 1 :], token[:place] + token[place + 1 :]):
            with pytest.raises(Unauthenticated):
                verify(ring, wrong, issuer=ISSUER, now=NOW)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), character=st.characters())
def test_no_character_can_be_replaced_by_any_other(ring: KeyRing, data: st.DataObject, character: str) -> None:
    token = forge(ring.signing())
    place = data.draw(st.integers(0, len(token) - 1))
    if token[place] != character:
        assert_refused(ring, token[:place] + character + token[place + 1 :])


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary() | ANY_JSON)
def test_nothing_at_all_raises_anything_else(ring: KeyRing, token: object) -> None:
    assert_refused(ring, token)


@settings(max_examples=300, deadline=None)
@given(header=st.binary(max_size=200) | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_no_header_at_all_raises_anything_else(ring: KeyRing, header: bytes) -> None:
    assert_refused(ring, forge(ring.signing(), header=header))


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(CLAIMS)), value=ANY_JSON)
def test_no_claim_at_all_raises_anything_else(ring: KeyRing, name: str, value: object) -> None:
    token = forge(ring.signing(), {**CLAIMS, name: value})
    try:
        claims = verify(ring, token, issuer=ISSUER, now=NOW)
    except Unauthenticated:
        return
    assert name in {"client_id", "jti", "scope", "authority", "iat", "exp"}
    assert to_actor(claims).permissions <= {Permission.REFERRALS_READ, Permission.REFERRALS_WRITE}


# Rotation, revocation and what was verified before


def test_the_old_keys_tokens_verify_until_they_expire(own_ring: KeyRing) -> None:
    cache = VerifiedTokens(own_ring, issuer=ISSUER)
    token, start = new_token(own_ring, lifetime=timedelta(hours=1)), NOW.replace(microsecond=0)
    cache.check(token, now=NOW)
    own_ring.rotate(now=NOW, alg="RS256")
    assert part(new_token(own_ring), 0)["alg"] == "RS256"
    for now in (NOW, start + timedelta(hours=1) - SECOND):
        assert verify(own_ring, token, issuer=ISSUER, now=now)
        assert cache.check(token, now=now)
    assert_refused(own_ring, token, now=start + timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        cache.check(token, now=start + timedelta(hours=1))


def test_a_revoked_keys_tokens_fail_at_once_also_when_cached(own_ring: KeyRing) -> None:
    cache, token = VerifiedTokens(own_ring, issuer=ISSUER), new_token(own_ring)
    assert cache.check(token, now=NOW)
    own_ring.revoke(own_ring.signing().kid, now=NOW, alg="ES256")
    with pytest.raises(Unauthenticated):
        cache.check(token, now=NOW)
    assert_refused(own_ring, token)
    assert len(cache) == 0
    assert cache.check(new_token(own_ring), now=NOW)


def test_another_process_revocation_reaches_the_cache_within_a_second(own_ring: KeyRing, tmp_path: Path) -> None:
    cache, token = VerifiedTokens(own_ring, issuer=ISSUER), new_token(own_ring)
    assert cache.check(token, now=NOW)
    other = KeyRing.load_or_create(tmp_path / "keys" / "ring.json", now=NOW)
    other.revoke(other.signing().kid, now=NOW, alg="ES256")
    with pytest.raises(Unauthenticated):
        verify(own_ring, token, issuer=ISSUER, now=NOW)
    with pytest.raises(Unauthenticated):
        cache.check(token, now=NOW + SECOND)


def test_another_process_rotation_is_known_at_its_first_token(own_ring: KeyRing, tmp_path: Path) -> None:
    """Under load: not one good token is refused, in either process, while unknown ids rain down."""
    other = KeyRing.load_or_create(tmp_path / "keys" / "ring.json", now=NOW)
    here, there = VerifiedTokens(own_ring, issuer=ISSUER), VerifiedTokens(other, issuer=ISSUER)
    stranger = SigningKey.generate("ES256", KeyState.SIGNING, now=NOW)
    for turn in range(6):
        with pytest.raises(Unauthenticated):
            here.check(forge(stranger), now=NOW)
        (other if turn % 2 else own_ring).rotate(now=NOW, alg="ES256")
        for ring in (own_ring, other):
            token = new_token(ring)
            assert here.check(token, now=NOW)
            assert there.check(token, now=NOW)


def test_a_retired_keys_forged_late_token_ends_with_the_key(own_ring: KeyRing) -> None:
    """Whoever stole a retired key can sign until its end, but not past it, also not by way of the cache."""
    stolen = own_ring.signing()
    own_ring.rotate(now=NOW, alg="ES256")
    cache, end = VerifiedTokens(own_ring, issuer=ISSUER), NOW + RETIREMENT
    late = end - SECOND
    token = forge(stolen, {**CLAIMS, "iat": int(late.timestamp()), "exp": int(late.timestamp()) + 3600})
    assert cache.check(token, now=late)
    with pytest.raises(Unauthenticated):
        cache.check(token, now=end)


def test_the_cache_gives_what_verify_gives(ring: KeyRing) -> None:
    cache, token = VerifiedTokens(ring, issuer=ISSUER), new_token(ring)
    first = cache.check(token, now=NOW)
    assert cache.check(token, now=NOW) is first
    assert first.claims == verify(ring, token, issuer=ISSUER, now=NOW)
    assert first.actor == to_actor(first.claims)


def test_the_cache_holds_no_token_and_not_too_many(ring: KeyRing) -> None:
    cache = VerifiedTokens(ring, issuer=ISSUER, capacity=3)
    made = [new_token(ring) for _ in range(5)]
    first = cache.check(made[0], now=NOW)
    for token in made[1:]:
        cache.check(token, now=NOW)
        assert cache.check(made[0], now=NOW) is first  # used again and again, so it stays
    assert len(cache) == 3
    assert all(key in {hashlib.sha256(token.encode()).digest() for token in made} for key in cache._entries)


def test_refusals_are_not_remembered(ring: KeyRing) -> None:
    cache = VerifiedTokens(ring, issuer=ISSUER)
    for n in range(50):
        with pytest.raises(Unauthenticated):
            cache.check(f"x{n}", now=NOW)
    assert len(cache) == 0


def test_a_check_that_a_revocation_overtakes_is_not_remembered(
    own_ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, token = VerifiedTokens(own_ring, issuer=ISSUER), new_token(own_ring)
    original = tokens._verify

    def overtaken(*arguments: object) -> object:
        answer = original(*arguments)  # type: ignore[arg-type]
        own_ring.revoke(answer[1].kid, now=NOW, alg="ES256")
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(tokens, "_verify", overtaken)
        cache.check(token, now=NOW)
    assert len(cache) == 0
    with pytest.raises(Unauthenticated):
        cache.check(token, now=NOW)


def test_a_ring_that_cannot_be_read_is_our_fault_not_the_callers(own_ring: KeyRing, tmp_path: Path) -> None:
    cache, token, later = VerifiedTokens(own_ring, issuer=ISSUER), new_token(own_ring), NOW + SECOND
    cache.check(token, now=NOW)
    path = tmp_path / "keys" / "ring.json"
    path.write_text("{")
    asked: list[Callable[[], object]] = [
        lambda: verify(own_ring, token, issuer=ISSUER, now=later),
        lambda: cache.check(token, now=later),
        lambda: new_token(own_ring),
    ]
    for ask in asked:
        with pytest.raises(Unavailable) as caught:
            ask()
        assert str(path) not in caught.value.detail
        assert caught.value.headers == {"Retry-After": "5"}


def test_a_cached_check_costs_next_to_nothing(ring: KeyRing) -> None:
    cache, token = VerifiedTokens(ring, issuer=ISSUER), new_token(ring)
    cache.check(token, now=NOW)
    rounds = []
    for _ in range(5):
        start = time.thread_time()
        for _ in range(2000):
            cache.check(token, now=NOW)
        rounds.append((time.thread_time() - start) / 2000)
    assert min(rounds) < 20e-6  # about 2 microseconds on a quiet machine


# What is never loaded

PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from app.auth.keys import KeyRing
from app.auth.tokens import VerifiedTokens, issue, to_actor, verify
from app.domain.kernel.access import Role
from app.domain.kernel.actor import ActorKind

now = datetime.now(UTC)
ring = KeyRing.load_or_create(Path(sys.argv[1]), now=now)
for alg in ("RS256", "ES256"):
    if ring.signing().alg != alg:
        ring.rotate(now=now, alg=alg)
    assert ring.signing().alg == alg
    token = issue(ring, issuer="i", subject=uuid4(), client_id="c", kind=ActorKind.MEMBER, role=Role.MENTOR,
                  authority=1, scopes=[], charity=uuid4(), organisation=uuid4(),
                  lifetime=timedelta(minutes=10), now=now)
    to_actor(verify(ring, token, issuer="i", now=now))
    VerifiedTokens(ring, issuer="i").check(token, now=now)
    try:
        verify(ring, token[:-4] + "AAAA", issuer="i", now=now)
    except Exception:
        pass
roots = {name.partition(".")[0] for name in sys.modules}
assert {"jose", "cryptography"} <= roots
print(sorted(roots & {"ecdsa", "rsa", "pyasn1", "sqlalchemy", "fastapi", "starlette"}),
      sorted(name for name in sys.modules if name in {"jose.backends.ecdsa_backend", "jose.backends.rsa_backend"}))
"""


def test_the_packages_ecdsa_and_rsa_are_never_imported(tmp_path: Path) -> None:
    """CVE-2024-23342 is in `ecdsa`, which python-jose brings along: its code must not run here."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path / "keys" / "ring.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[] []", "")


def test_without_the_cryptography_backend_nothing_starts() -> None:
    """jose would go on with `ecdsa` and `rsa` without a word; we do not."""
    program = "import sys; sys.modules['jose.backends.cryptography_backend'] = None; import app.auth.tokens"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "cryptography_backend" in done.stderr.splitlines()[-1]
