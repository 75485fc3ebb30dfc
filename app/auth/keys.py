"""The keys that sign access tokens: made, kept, published, rotated and revoked in one file.

The ring is a JSON file for its owner only. It is replaced as a whole (temporary file, fsync, rename), so that
no reader sees half of it and a power cut leaves the old or the new one. Who changes it takes a lock first: so
two processes that start at once make one ring, not two.

Every process looks at the file's identity (one `stat`) before it signs and before it checks a signature, and
reads the file only when that has changed. A rotation or revocation by the operator's command is thus known
everywhere at the next signature, and to a cache of checked tokens within a second. A file that is missing,
damaged or open to others is an error until it is mended: keys that cannot be read may have been revoked.
"""

import fcntl
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Algorithm = Literal["RS256", "ES256"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Stamp = tuple[int, int, int]
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

LONGEST_TOKEN = timedelta(hours=1)
# A key outlives the tokens that it signed: the longest of them, and two minutes for clocks that disagree.
RETIREMENT = LONGEST_TOKEN + timedelta(minutes=2)
_SECOND = timedelta(seconds=1)
_RSA_BITS = 2048


class KeyRingError(RuntimeError):
    """The key file cannot be used. The sentence says what is wrong and what the operator can do."""


class KeyState(StrEnum):
    """NEXT is published but does not sign yet; SIGNING signs; RETIRED only verifies, until `retire_after`."""

    NEXT = "next"
    SIGNING = "signing"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair. `kid` is its RFC 7638 thumbprint, so the same id is always the same key."""

    kid: str
    alg: Algorithm
    state: KeyState
    created_at: datetime
    retire_after: datetime | None
    private: PrivateKey = field(repr=False, compare=False)
    public: PublicKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, alg: Algorithm, state: KeyState, *, now: datetime) -> Self:
        """A new pair: RSA of 2048 bits, or an elliptic-curve key on P-256 (RFC 7518, 3.3 and 3.4)."""
        private: PrivateKey
        if alg == "RS256":
            private = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        else:
            private = ec.generate_private_key(ec.SECP256R1())
        return cls(_thumbprint(private.public_key()), alg, state, now, None, private, private.public_key())

    def usable(self, now: datetime) -> bool:
        return self.retire_after is None or now < self.retire_after

    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 7517)."""
        return {**_jwk_members(self.public), "use": "sig", "alg": self.alg, "kid": self.kid}

    def to_record(self) -> dict[str, Any]:
        private = self.private.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
        end = self.retire_after and str(self.retire_after)
        times = {"created_at": str(self.created_at), "retire_after": end}
        return {"state": self.state.value, **times, "private": private.decode("ascii")}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Raises `ValueError`, `TypeError` or `KeyError` for a record that is not one of ours."""
        private = pem.load_pem_private_key(record["private"].encode("ascii"), password=None)
        alg: Algorithm
        if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= _RSA_BITS:
            alg = "RS256"
        elif isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
            alg = "ES256"
        else:
            raise ValueError("neither RSA of 2048 bits or more nor P-256")
        state = KeyState(record["state"])
        retire_after = datetime.fromisoformat(record["retire_after"]) if state is KeyState.RETIRED else None
        created_at, public = datetime.fromisoformat(record["created_at"]), private.public_key()
        return cls(_thumbprint(public), alg, state, created_at, retire_after, private, public)


class KeyRing:
    """The keys as last read from the file. Make one with `load_or_create` and share it."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        """Reads an existing file. Raises `KeyRingError`."""
        self._path, self._looked_at = path, now
        self._read_as: Stamp | None = None
        self.generation = 0
        self._follow()

    @classmethod
    def load_or_create(cls, path: Path, *, now: datetime, alg: Algorithm = "RS256") -> Self:
        """The ring in this file; makes it (and its folder, 0700), with one signing key, if there is none.

        RS256 is the default as RFC 9068 (2.1) asks every server to support it. Raises `KeyRingError`.
        """
        if not os.path.exists(path):
            with _locked(path):
                if not os.path.exists(path):  # another process may have made it while we waited
                    _write(path, [SigningKey.generate(alg, KeyState.SIGNING, now=now)])
        return cls(path, now=now)

    def signing(self) -> SigningKey:
        """The key that signs now. Raises `KeyRingError`."""
        self._follow()
        return self._signing

    def find(self, kid: str, *, now: datetime) -> SigningKey | None:
        """The key with this id if tokens signed by it may still be accepted. Raises `KeyRingError`."""
        self._follow()
        key = self._keys.get(kid)
        return key if key is not None and key.usable(now) else None

    def jwks(self, *, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The public keys that verify tokens now or will soon, as a JWK Set (RFC 7517, section 5)."""
        self._follow()
        return {"keys": [key.jwk() for key in self._keys.values() if key.usable(now)]}

    def reload_if_changed(self, *, now: datetime) -> bool:
        """As `find` does, but at most once a second: for callers that hold on to what they checked."""
        if -_SECOND < now - self._looked_at < _SECOND:
            return False
        changed = self._follow()
        self._looked_at = now  # only after success: a ring that cannot be read is an error on every call
        return changed

    def publish_next(self, *, now: datetime, alg: Algorithm = "RS256") -> SigningKey:
        """Publish, once, the key that the next rotation will sign with: for verifiers that cache our JWKS."""

        def step(keys: list[SigningKey]) -> list[SigningKey]:
            ready = any(key.state is KeyState.NEXT for key in keys)
            return keys if ready else [*keys, SigningKey.generate(alg, KeyState.NEXT, now=now)]

        return next(key for key in self._change(step) if key.state is KeyState.NEXT)

    def rotate(self, *, now: datetime, alg: Algorithm = "RS256") -> SigningKey:
        """Sign with the published next key, or else with a new one, from now on. Returns it.

        The old key stays published and verifies until all of its tokens have expired. Raises `KeyRingError`.
        """

        def step(keys: list[SigningKey]) -> list[SigningKey]:
            kept = [key for key in keys if key.usable(now) and key.state is not KeyState.SIGNING]
            old = next(key for key in keys if key.state is KeyState.SIGNING)
            old = replace(old, state=KeyState.RETIRED, retire_after=now + RETIREMENT)
            return _with_signing_key([*kept, old], alg, now)

        return self._change(step)[0]

    def revoke(self, kid: str, *, now: datetime, alg: Algorithm = "RS256") -> SigningKey:
        """Refuse a key, and every token that it signed, from now on. If it was signing, another takes over.

        Returns the one that signs now. Raises `KeyRingError` if there is no such key.
        """

        def step(keys: list[SigningKey]) -> list[SigningKey]:
            if all(key.kid != kid for key in keys):
                raise KeyRingError("The ring has no key with this id.")
            return _with_signing_key([key for key in keys if key.kid != kid], alg, now)

        return self._change(step)[0]

    def _change(self, step: Callable[[list[SigningKey]], list[SigningKey]]) -> list[SigningKey]:
        with _locked(self._path):
            keys = step(_read(self._path)[1])
            _write(self._path, keys)
        self._follow()
        return keys

    def _follow(self) -> bool:
        """Read the file if it is not the one that was read last."""
        try:
            if _stamp(os.stat(self._path)) == self._read_as:
                return False
        except OSError as error:
            raise _unusable(self._path, error) from error
        stamp, keys = _read(self._path)
        self._keys = {key.kid: key for key in keys}
        self._signing = next(key for key in keys if key.state is KeyState.SIGNING)
        self._read_as, self.generation = stamp, self.generation + 1
        return True


def _with_signing_key(keys: list[SigningKey], alg: Algorithm, now: datetime) -> list[SigningKey]:
    """The same keys, first the one that signs: the one there is, or the published next one, or a new one."""
    by_state = {key.state: key for key in keys}
    key = by_state.get(KeyState.SIGNING) or by_state.get(KeyState.NEXT)
    key = replace(key or SigningKey.generate(alg, KeyState.SIGNING, now=now), state=KeyState.SIGNING)
    return [key, *(other for other in keys if other.kid != key.kid)]


def _jwk_members(key: PublicKey) -> dict[str, str]:
    """The members that make the key what it is (RFC 7518, 6.2.1 and 6.3.1): what RFC 7638 hashes."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"e": _uint(numbers.e), "kty": "RSA", "n": _uint(numbers.n)}
    point = key.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _uint(point.x, 32), "y": _uint(point.y, 32)}


def _uint(number: int, size: int = 1) -> str:
    return _b64(number.to_bytes(max(size, (number.bit_length() + 7) // 8), "big"))


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _thumbprint(key: PublicKey) -> str:
    canonical = json.dumps(_jwk_members(key), separators=(",", ":"), sort_keys=True)
    return _b64(hashlib.sha256(canonical.encode("ascii")).digest())


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> tuple[Stamp, list[SigningKey]]:
    try:
        with open(path, "rb") as file:
            found, content = os.fstat(file.fileno()), file.read()
        folder_mode = path.parent.stat().st_mode
    except OSError as error:
        raise _unusable(path, error) from error
    if found.st_mode & 0o077:
        raise KeyRingError(f"The key file {path} is open to other users: run `chmod 600 {path}`.")
    if folder_mode & 0o022:
        raise KeyRingError(f"Other users can replace the key file {path}: run `chmod 700 {path.parent}`.")
    try:
        keys = [SigningKey.from_record(record) for record in json.loads(content)["keys"]]
        states = [key.state for key in keys]
        if states.count(KeyState.SIGNING) != 1 or len({key.kid for key in keys}) != len(keys):
            raise ValueError("not a ring")
    except Exception:  # whatever the parsers say, and without showing what they read
        cure = "restore it, or move it away to start with a new key (everyone then logs in again)"
        raise KeyRingError(f"The key file {path} is damaged: {cure}.") from None
    return _stamp(found), keys


def _write(path: Path, keys: list[SigningKey]) -> None:
    draft = path.with_name(path.name + ".new")
    content = json.dumps({"keys": [key.to_record() for key in keys]}, indent=1)
    draft.unlink(missing_ok=True)  # left by a process that was killed; we hold the lock
    with open(draft, "x", encoding="ascii", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # the rename itself must survive a power cut
    os.close(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among those who change this file. An operating-system error within becomes `KeyRingError`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path.with_name(path.name + ".lock"), "a", encoding="ascii", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise _unusable(path, error) from error


def _private(path: str, flags: int) -> int:
    """Open for the folder's owner only, also when root runs the operator's command."""
    descriptor = os.open(path, flags, 0o600)
    if os.geteuid() == 0:
        folder = os.stat(Path(path).parent)
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def _unusable(path: Path, error: OSError) -> KeyRingError:
    return KeyRingError(f"The key file {path} cannot be used: {error.strerror}.")
