"""The key ring: one file, for its owner only, never half-written, and rotated without losing a token."""

import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.auth.keys import LONGEST_TOKEN, RETIREMENT, KeyRing, KeyRingError, KeyState, SigningKey

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "ring.json"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    """ES256, for speed; what is proven here does not depend on the algorithm."""
    return KeyRing.load_or_create(path, now=NOW, alg="ES256")


def test_a_new_ring_signs_with_rs256_and_keeps_its_key_to_its_owner(path: Path) -> None:
    ring = KeyRing.load_or_create(path, now=NOW)
    key = ring.signing()
    assert (key.alg, key.state, key.created_at, key.retire_after) == ("RS256", KeyState.SIGNING, NOW, None)
    assert isinstance(key.private, rsa.RSAPrivateKey)
    assert key.private.key_size >= 2048
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert KeyRing.load_or_create(path, now=NOW).signing() == key


def test_modes_do_not_depend_on_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.load_or_create(path, now=NOW, alg="ES256")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_private_is_published_or_printed(path: Path) -> None:
    ring = KeyRing.load_or_create(path, now=NOW)
    ring.rotate(now=NOW, alg="ES256")
    for jwk in ring.jwks(now=NOW)["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()
    text = repr(ring.signing()) + str(ring.signing()) + json.dumps(ring.jwks(now=NOW))
    assert "PRIVATE" not in text
    assert "private" not in text


def test_the_published_keys_are_the_keys_that_sign(path: Path) -> None:
    ring = KeyRing.load_or_create(path, now=NOW)
    ring.rotate(now=NOW, alg="ES256")
    published = {jwk["alg"]: jwk for jwk in ring.jwks(now=NOW)["keys"]}

    def number(text: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")

    rs256, es256 = published["RS256"], published["ES256"]
    assert set(rs256) == {"kty", "use", "alg", "kid", "n", "e"}
    assert set(es256) == {"kty", "use", "alg", "kid", "crv", "x", "y"}
    assert {jwk["use"] for jwk in published.values()} == {"sig"}
    old, new = ring.find(rs256["kid"], now=NOW), ring.find(es256["kid"], now=NOW)
    assert old is not None
    assert new is not None
    assert old.public == rsa.RSAPublicNumbers(number(rs256["e"]), number(rs256["n"])).public_key()
    point = ec.EllipticCurvePublicNumbers(number(es256["x"]), number(es256["y"]), ec.SECP256R1())
    assert new.public == point.public_key()
    assert (len(es256["x"]), len(es256["y"])) == (43, 43)  # RFC 7518, 6.2.1.2: the full 32 octets


def test_the_key_id_is_the_thumbprint_of_rfc_7638() -> None:
    """The example of RFC 7638, section 3.1."""
    from app.auth.keys import _thumbprint

    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    modulus = int.from_bytes(base64.urlsafe_b64decode(n + "=" * (-len(n) % 4)), "big")
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    assert _thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_an_elliptic_key_id_is_the_thumbprint_too(ring: KeyRing) -> None:
    jwk = ring.signing().jwk()
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest()
    assert jwk["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_rotation_signs_with_a_new_key_and_publishes_both(ring: KeyRing) -> None:
    old = ring.signing()
    new = ring.rotate(now=NOW, alg="ES256")
    assert new.kid != old.kid
    assert ring.signing() == new
    assert [jwk["kid"] for jwk in ring.jwks(now=NOW)["keys"]] == [new.kid, old.kid]
    end = NOW + RETIREMENT
    assert RETIREMENT > LONGEST_TOKEN
    assert ring.find(old.kid, now=end - SECOND) is not None
    assert ring.find(old.kid, now=end) is None
    assert [jwk["kid"] for jwk in ring.jwks(now=end)["keys"]] == [new.kid]


def test_keys_past_their_end_leave_the_file_at_the_next_rotation(ring: KeyRing, path: Path) -> None:
    ring.rotate(now=NOW, alg="ES256")
    ring.rotate(now=NOW + SECOND, alg="ES256")
    assert len(json.loads(path.read_text())["keys"]) == 3
    ring.rotate(now=NOW + RETIREMENT, alg="ES256")
    assert len(json.loads(path.read_text())["keys"]) == 3  # the first has gone


def test_a_next_key_is_published_before_it_signs(ring: KeyRing) -> None:
    old = ring.signing()
    ready = ring.publish_next(now=NOW, alg="ES256")
    assert ready.state is KeyState.NEXT
    assert ring.publish_next(now=NOW, alg="ES256") == ready
    assert ring.signing() == old
    assert [jwk["kid"] for jwk in ring.jwks(now=NOW)["keys"]] == [old.kid, ready.kid]
    assert ring.rotate(now=NOW).kid == ready.kid
    assert ring.signing() == replace(ready, state=KeyState.SIGNING)


def test_a_revoked_key_is_gone_and_another_signs(ring: KeyRing) -> None:
    old = ring.signing()
    new = ring.revoke(old.kid, now=NOW, alg="ES256")
    assert new.kid != old.kid
    assert ring.signing() == new
    assert ring.find(old.kid, now=NOW) is None
    assert [jwk["kid"] for jwk in ring.jwks(now=NOW)["keys"]] == [new.kid]


def test_revoking_takes_the_next_key_if_it_must_and_no_other_if_it_need_not(ring: KeyRing) -> None:
    old, ready = ring.signing(), ring.publish_next(now=NOW, alg="ES256")
    assert ring.revoke(old.kid, now=NOW).kid == ready.kid
    new = ring.rotate(now=NOW, alg="ES256")
    assert ring.revoke(ready.kid, now=NOW) == new
    assert ring.find(ready.kid, now=NOW) is None


def test_revoking_an_unknown_key_changes_nothing(ring: KeyRing, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyRingError, match="no key with this id"):
        ring.revoke("nobody", now=NOW)
    assert path.read_bytes() == before


def test_another_process_changes_are_seen(ring: KeyRing, path: Path) -> None:
    """Two rings on one file stand for two processes: nothing else is shared."""
    other = KeyRing.load_or_create(path, now=NOW)
    old = ring.signing()
    new = other.rotate(now=NOW, alg="ES256")
    assert ring.find(new.kid, now=NOW) is not None  # an id that it has not heard of yet
    assert ring.signing() == new
    other.revoke(old.kid, now=NOW)
    assert ring.find(old.kid, now=NOW) is None


def test_the_cheap_look_is_taken_once_a_second(ring: KeyRing, path: Path) -> None:
    other = KeyRing.load_or_create(path, now=NOW)
    generation = ring.generation
    other.rotate(now=NOW, alg="ES256")
    assert not ring.reload_if_changed(now=NOW + SECOND / 2)
    assert ring.generation == generation
    assert ring.reload_if_changed(now=NOW + SECOND)
    assert ring.generation == generation + 1
    other.rotate(now=NOW, alg="ES256")
    assert not ring.reload_if_changed(now=NOW + 1.5 * SECOND)
    assert ring.reload_if_changed(now=NOW + 2 * SECOND)
    assert not ring.reload_if_changed(now=NOW + 5 * SECOND)  # looked, and nothing had changed


def test_a_clock_set_back_does_not_stop_the_looking(ring: KeyRing, path: Path) -> None:
    KeyRing.load_or_create(path, now=NOW).rotate(now=NOW, alg="ES256")
    assert ring.reload_if_changed(now=NOW - timedelta(days=1))


def test_unknown_ids_do_not_make_it_read_the_file(ring: KeyRing) -> None:
    generation = ring.generation
    assert all(ring.find(f"unknown-{n}", now=NOW) is None for n in range(100))
    assert ring.generation == generation


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_open_to_others_is_refused(ring: KeyRing, path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyRingError, match=r"open to other users: run `chmod 600 "):
        KeyRing.load_or_create(path, now=NOW)


def test_a_folder_where_others_can_write_is_refused(ring: KeyRing, path: Path) -> None:
    path.parent.chmod(0o770)
    with pytest.raises(KeyRingError, match=r"run `chmod 700 "):
        KeyRing.load_or_create(path, now=NOW)


WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)
FOREIGN = ec.generate_private_key(ec.SECP384R1())


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pem = serialization
    return key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()).decode()


GOOD = SigningKey.generate("ES256", KeyState.SIGNING, now=NOW).to_record()
DAMAGED: dict[str, object] = {
    "no keys": {"keys": []},
    "not an object": [],
    "no signing key": {"keys": [{**GOOD, "state": "next"}]},
    "two signing keys": {"keys": [GOOD, SigningKey.generate("ES256", KeyState.SIGNING, now=NOW).to_record()]},
    "one key twice": {"keys": [GOOD, {**GOOD, "state": "next"}]},
    "an unknown state": {"keys": [GOOD, {**GOOD, "state": "lost"}]},
    "retired without an end": {"keys": [{**GOOD, "state": "retired"}]},
    "a weak key": {"keys": [{**GOOD, "private": _pem(WEAK)}]},
    "a curve that is not ours": {"keys": [{**GOOD, "private": _pem(FOREIGN)}]},
    "a key that is none": {"keys": [{**GOOD, "private": "-----BEGIN PRIVATE KEY-----"}]},
    "a member missing": {"keys": [{"private": GOOD["private"]}]},
}


@pytest.mark.parametrize("content", [json.dumps(ring) for ring in DAMAGED.values()], ids=list(DAMAGED))
def test_a_damaged_ring_is_one_clear_sentence(ring: KeyRing, path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(KeyRingError, match="is damaged: restore it") as caught:
        KeyRing.load_or_create(path, now=NOW)
    assert "PRIVATE" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 64, b"\xff\xfe", b"[" * 100_000, b"null"])
def test_rubbish_is_damage_too(ring: KeyRing, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(KeyRingError, match="is damaged"):
        ring.signing()
    with pytest.raises(KeyRingError, match="is damaged"):
        ring.find("any", now=NOW)  # again: it does not go on with what it remembers


def test_a_missing_ring_is_refused_until_it_is_back(ring: KeyRing, path: Path) -> None:
    kept, later = path.with_name("kept"), NOW + SECOND
    path.rename(kept)
    for _ in range(2):
        with pytest.raises(KeyRingError, match="cannot be used: No such file"):
            ring.reload_if_changed(now=later)
    kept.rename(path)
    ring.reload_if_changed(now=later)
    assert ring.find(ring.signing().kid, now=NOW) is not None


def test_a_ring_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KeyRingError, match="cannot be used"):
        KeyRing.load_or_create(tmp_path / "file" / "ring.json", now=NOW)


def test_a_failed_write_leaves_the_old_ring(ring: KeyRing, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, key = path.read_bytes(), ring.signing()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("app.auth.keys.os.fsync", full)
        with pytest.raises(KeyRingError, match="No space left"):
            ring.rotate(now=NOW, alg="ES256")
    assert path.read_bytes() == before
    assert ring.signing() == key
    assert ring.rotate(now=NOW, alg="ES256").kid != key.kid  # over the draft that was left behind


def test_processes_that_start_at_once_make_one_ring(path: Path) -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path; from app.auth.keys import KeyRing;"
        "print(KeyRing.load_or_create(Path(sys.argv[1]), now=datetime.now(UTC), alg='ES256').signing().kid)"
    )
    command = [sys.executable, "-c", program, str(path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert all(process.returncode == 0 for process in started)


def test_rotations_at_once_lose_no_key(ring: KeyRing, path: Path) -> None:
    first = ring.signing().kid

    def rotate(_: int) -> str:
        return KeyRing(path, now=NOW).rotate(now=NOW, alg="ES256").kid

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(rotate, range(8)))
    assert {jwk["kid"] for jwk in ring.jwks(now=NOW)["keys"]} == {first, *made}


def test_what_root_writes_belongs_to_the_service(ring: KeyRing, path: Path) -> None:
    """Else a rotation by root's command would lock the service out of its own keys."""
    owner = 12345 if os.geteuid() == 0 else os.getuid()  # only root can give files away
    for file in (path.parent, *path.parent.iterdir()):
        os.chown(file, owner, -1)
    ring.rotate(now=NOW, alg="ES256")
    assert {file.stat().st_uid for file in path.parent.iterdir()} == {owner}
