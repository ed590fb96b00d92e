"""Passwords are kept as Argon2id, kept anew when that became cheap, and refused when they are easy to guess."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from hotline.accounts import passwords

GOOD = "四匹马 and a staple"


def test_what_is_kept_is_not_the_password_and_never_twice_the_same() -> None:
    first, second = passwords.keep(GOOD), passwords.keep(GOOD)
    assert first.startswith("$argon2id$") and GOOD not in first and first != second
    assert passwords.fits(GOOD, first) and passwords.fits(GOOD, second)
    assert not passwords.fits(GOOD + " ", first)


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$broken"])
def test_nothing_fits_where_nothing_proper_is_kept(kept: str) -> None:
    assert not passwords.fits("", kept) and not passwords.fits(GOOD, kept)


def test_nobody_learns_from_the_time_whether_there_is_a_password() -> None:
    kept = passwords.keep(GOOD)
    passwords.fits("x", "")

    def seconds(of: str) -> float:
        begun = time.perf_counter()
        passwords.fits("wrong password", of)
        return time.perf_counter() - begun

    real, none = min(seconds(kept) for _ in range(3)), min(seconds("") for _ in range(3))
    assert none > real / 3


def test_a_very_long_password_keeps_nobody_busy() -> None:
    assert not passwords.fits("x" * 10_000_000, passwords.keep(GOOD))


def test_what_was_kept_cheaply_is_kept_anew() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash(GOOD))
    assert not passwords.outdated(passwords.keep(GOOD))


@pytest.mark.parametrize(
    "weak", ["", "short", "password12345", "aaaaaaaaaaaaaaa", "zhang.min-2026", "1234567890", "x" * 201, "admin12345"]
)
def test_what_is_easy_to_guess_is_refused(weak: str) -> None:
    assert passwords.weakness(weak, "zhang.min")


@pytest.mark.parametrize("strong", [GOOD, "correct horse battery", "关爱烈士遗属的热线电话", "yvjip-ybje7-pzix8"])
def test_what_is_hard_to_guess_is_taken(strong: str) -> None:
    assert passwords.weakness(strong, "zhang.min") is None


def test_one_time_passwords_can_be_read_aloud() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50 and not any(letter in text for text in made for letter in "l1o0")
