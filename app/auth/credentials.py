"""Passwords and client secrets: kept as digests only, and judged in the same time whether wrong or unknown.

A password is chosen by a person, so its digest is slow on purpose (Argon2id, RFC 9106). A client secret is
256 bits of chance that nobody can guess, so a plain SHA-256 of it is enough, and quick.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.kernel.errors import Unavailable, invalid

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # enough for any phrase; a limit, so that nobody makes us hash a megabyte
SECRET_PREFIX = "tg_secret_"  # noqa: S105 - what secret scanners look for, not a secret
_CHECKS_AT_ONCE = 2
_CHECKS_WAITING = 32

# Written out, so that a new release of the library cannot change them silently: 64 MiB, two passes, one lane
# (OWASP asks for at least 19 MiB, two passes, one lane). One lane, so that one check keeps one core busy.
_ARGON2ID = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=65_536, parallelism=1),))

# Two threads of our own, not a semaphore around shared ones: a check whose caller hangs up runs to its end,
# and a semaphore would let the next start beside it.
_threads = ThreadPoolExecutor(_CHECKS_AT_ONCE, thread_name_prefix="password")
_places = BoundedSemaphore(_CHECKS_AT_ONCE + _CHECKS_WAITING)

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether the password is right and, if its digest has older parameters, the digest to store instead."""

    ok: bool
    rehashed: str | None = None


def hash_password(password: str, *, pointer: str = "/password") -> str:
    """The Argon2id digest to store. Takes a tenth of a second: in the event loop use `new_password`.

    Raises `ValidationFailed` at `pointer` for fewer than 12 or more than 256 characters, or broken Unicode.
    """
    problem = _problem(password)
    if problem is not None:
        raise invalid(pointer, *problem)
    return _ARGON2ID.hash(password)


def check_password(password: str, stored: str | None) -> PasswordCheck:
    """Judge a password by the stored digest; `None` for a name that nobody has, which costs the same time.

    Raises nothing: a digest that is not Argon2's is never matched. Takes a tenth of a second, as above.
    """
    decoy = _decoy()
    if _problem(password) is not None:
        return PasswordCheck(ok=False)  # at once: the caller knows the length, and the name played no part
    try:
        right, rehashed = _ARGON2ID.verify_and_update(password, stored or decoy)
    except UnknownHashError:
        _ARGON2ID.verify(password, decoy)
        return PasswordCheck(ok=False)
    return PasswordCheck(right, rehashed) if right and stored else PasswordCheck(ok=False)


async def verify_password(password: str, stored: str | None) -> PasswordCheck:
    """`check_password`, two at a time at most. Raises `Unavailable` when too many are waiting."""
    return await _in_turn(check_password, password, stored)


async def new_password(password: str) -> str:
    """`hash_password`, in the same queue. Raises `ValidationFailed` and `Unavailable`."""
    return await _in_turn(hash_password, password)


def new_client_secret() -> tuple[str, str]:
    """A client's secret, to be shown once, and the digest to store."""
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    return secret, secret_digest(secret)


def secret_digest(secret: str) -> str:
    """SHA-256 in hexadecimal. Any text has one, also text that is not valid Unicode."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def digest_matches(secret: str, stored: str | None) -> bool:
    """Compare in constant time; `None` for a client that does not exist, which costs the same time."""
    same = hmac.compare_digest(secret_digest(secret), stored or "0" * 64)
    return same and stored is not None


async def _in_turn(work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Run in one of the two threads, so that a flood of log-ins leaves the machine to others."""
    if not _places.acquire(blocking=False):
        raise Unavailable("Too many log-ins at once.", headers={"Retry-After": "1"})
    try:
        future = _threads.submit(work, *arguments)
    except BaseException:
        _places.release()
        raise
    future.add_done_callback(lambda _: _places.release())
    return await asyncio.wrap_future(future)


def _problem(password: str) -> tuple[str, str] | None:
    """A code and a sentence. The text is taken as it comes: not trimmed, folded or cut (ASVS 5.0, 6.2.8)."""
    if len(password) < SHORTEST_PASSWORD:
        return "TOO_SHORT", f"A password has at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return "TOO_LONG", f"A password has at most {LONGEST_PASSWORD} characters."
    if any("\ud800" <= character <= "\udfff" for character in password):
        return "NOT_UNICODE", "A password is valid Unicode text."
    return None


@cache
def _decoy() -> str:
    """The digest of a password that nobody knows, with today's parameters, for names that nobody has."""
    return _ARGON2ID.hash(secrets.token_urlsafe(32))


def new_calendar_secret() -> tuple[str, bytes]:
    """What stands in a calendar's address, 256 bits of chance, and the digest to store."""
    secret = secrets.token_urlsafe(32)
    return secret, calendar_digest(secret)


def calendar_digest(secret: str) -> bytes:
    """By what a calendar is found: the database looks for the digest, so that no secret is ever compared."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are read as others
_CODE_LENGTH = 12


def new_code() -> tuple[str, bytes]:
    """What stands on a card, 60 bits of chance in groups of four, and the digest to store."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    return "-".join(letters[n : n + 4] for n in range(0, _CODE_LENGTH, 4)), code_digest(letters)


def code_digest(code: str) -> bytes:
    """By what a card is found, however its code was typed: small letters, spaces, hyphens, O for 0, I or L for 1."""
    plain = code.upper().translate(str.maketrans("OIL", "011", " -\t\u2010\u2011\u2013\u2014"))
    return hashlib.sha256(b"reconnect|" + plain.encode("utf-8", "surrogatepass")).digest()
