"""Passwords and client secrets."""

import asyncio
import base64
import hashlib
import re
import time
from statistics import median

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from app.auth import credentials
from app.auth.credentials import (
    PasswordCheck,
    check_password,
    digest_matches,
    hash_password,
    new_client_secret,
    new_password,
    secret_digest,
    verify_password,
)
from app.domain.kernel.errors import Unavailable, ValidationFailed

PASSWORD = "a long walk to the gate"
REFUSED = PasswordCheck(ok=False)


@pytest.fixture(scope="module")
def stored() -> str:
    return hash_password(PASSWORD)


def test_the_right_password_is_accepted_and_no_other(stored: str) -> None:
    assert stored.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert PASSWORD not in stored
    assert check_password(PASSWORD, stored) == PasswordCheck(ok=True)
    for wrong in ("A long walk to the gate", PASSWORD + " ", PASSWORD + "\0", PASSWORD[:-1], ""):
        assert check_password(wrong, stored) == REFUSED


def test_two_digests_of_one_password_differ(stored: str) -> None:
    assert hash_password(PASSWORD) != stored


def test_a_digest_with_older_parameters_comes_back_renewed() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    check = check_password(PASSWORD, old)
    assert check.ok
    assert check.rehashed is not None
    assert check_password(PASSWORD, check.rehashed) == PasswordCheck(ok=True)
    assert check_password("not the password", old) == REFUSED


@pytest.mark.parametrize("broken", ["", "x", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=65536,t=2,p=1$AAAA$"])
def test_a_broken_digest_matches_nothing(broken: str) -> None:
    assert check_password(PASSWORD, broken) == REFUSED


@pytest.mark.parametrize(
    ("password", "code"),
    [("x" * 11, "TOO_SHORT"), ("", "TOO_SHORT"), ("x" * 257, "TOO_LONG"), ("x" * 12 + "\udcff", "NOT_UNICODE")],
)
def test_a_password_out_of_bounds_is_named_and_never_matches(password: str, code: str, stored: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        hash_password(password, pointer="/new_password")
    assert [(error.pointer, error.code) for error in caught.value.errors] == [("/new_password", code)]
    assert check_password(password, stored) == REFUSED


@pytest.mark.parametrize("password", ["x" * 12, "x" * 256, "\u00e9" * 256, "\U0001f511" * 12, "with\0nul inside it"])
def test_bounds_count_characters_and_take_any_of_them(password: str) -> None:
    assert check_password(password, hash_password(password)).ok


def test_a_name_that_nobody_has_costs_as_much_as_a_wrong_password(stored: str) -> None:
    def cost(digest: str | None) -> float:
        start = time.thread_time()
        assert check_password("not the password", digest) == REFUSED
        return time.thread_time() - start

    cost(None)  # the decoy is made once
    known, unknown = ([cost(digest) for _ in range(5)] for digest in (stored, None))
    assert 0.5 < median(unknown) / median(known) < 2


def test_even_the_decoys_own_password_opens_nothing(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_decoy", lambda: stored)
    for nobody in (None, ""):
        assert check_password(PASSWORD, nobody) == REFUSED


async def test_passwords_are_judged_beside_the_event_loop(stored: str) -> None:
    assert await verify_password(PASSWORD, stored) == PasswordCheck(ok=True)
    assert await verify_password(PASSWORD, None) == REFUSED
    assert check_password(PASSWORD, await new_password(PASSWORD)).ok
    with pytest.raises(ValidationFailed):
        await new_password("short")


async def test_a_flood_runs_two_at_a_time_and_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def slow(_password: str, _stored: str | None) -> PasswordCheck:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return REFUSED

    monkeypatch.setattr(credentials, "check_password", slow)
    answers = await asyncio.gather(*(verify_password(PASSWORD, None) for _ in range(100)), return_exceptions=True)
    turned_away = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(turned_away) == 100 - 34
    assert all(answer.headers["Retry-After"] for answer in turned_away)
    assert answers.count(REFUSED) == 34
    assert most == 2
    assert await verify_password(PASSWORD, None) == REFUSED  # every place was given back


async def test_hanging_up_early_starts_no_third_check(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def slow(_password: str, _stored: str | None) -> PasswordCheck:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.05)
        running -= 1
        return REFUSED

    monkeypatch.setattr(credentials, "check_password", slow)
    for _ in range(10):
        asked = [asyncio.create_task(verify_password(PASSWORD, None)) for _ in range(5)]
        await asyncio.sleep(0.005)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    assert await verify_password(PASSWORD, None) == REFUSED
    assert most <= 2


def test_a_client_secret_is_256_bits_with_a_prefix_for_scanners() -> None:
    secret, digest = new_client_secret()
    assert re.fullmatch(r"tg_secret_[A-Za-z0-9_-]{43}", secret)
    assert len(base64.urlsafe_b64decode(secret.removeprefix("tg_secret_") + "=")) == 32
    assert digest == hashlib.sha256(secret.encode()).hexdigest()
    assert digest_matches(secret, digest)
    assert new_client_secret()[0] != secret


def test_no_other_secret_and_no_missing_client_matches() -> None:
    secret, digest = new_client_secret()
    for wrong in (secret[:-1], secret + "A", secret.upper(), "", digest, "\ud800", "t\u00e9l\u00e9"):
        assert not digest_matches(wrong, digest)
    assert not digest_matches(secret, None)
    assert not digest_matches(secret, "")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_has_a_digest_and_matches_only_that(text: str) -> None:
    assert digest_matches(text, secret_digest(text))
    assert not digest_matches(text + "x", secret_digest(text))
    assert not digest_matches(text, None)
