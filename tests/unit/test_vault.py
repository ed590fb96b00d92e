"""What is sealed opens with an older key too, and is found again by its hash."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from hotline.vault import Vault, VaultError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
NUMBER = "+8615400000001"


@given(st.text())
def test_what_is_sealed_opens(text: str) -> None:
    vault = Vault((NEW,), b"pepper")
    assert vault.open(vault.seal(text)) == text


def test_sealing_hides_the_text_and_never_repeats() -> None:
    vault = Vault((NEW,), b"pepper")
    first, second = vault.seal(NUMBER), vault.seal(NUMBER)
    assert first != second
    assert NUMBER.encode() not in first


def test_after_a_rotation_old_values_still_open() -> None:
    sealed = Vault((OLD,), b"pepper").seal(NUMBER)
    assert Vault((NEW, OLD), b"pepper").open(sealed) == NUMBER


def test_after_a_rotation_the_newest_key_seals() -> None:
    sealed = Vault((NEW, OLD), b"pepper").seal(NUMBER)
    assert Vault((NEW,), b"pepper").open(sealed) == NUMBER


def test_without_its_key_a_value_stays_closed() -> None:
    sealed = Vault((OLD,), b"pepper").seal(NUMBER)
    with pytest.raises(VaultError):
        Vault((NEW,), b"pepper").open(sealed)


def test_the_hash_outlives_a_rotation_of_keys() -> None:
    assert Vault((OLD,), b"pepper").fingerprint(NUMBER) == Vault((NEW, OLD), b"pepper").fingerprint(NUMBER)


def test_the_hash_is_stable_across_releases() -> None:
    expected = "b4d1a806484569529db7379be278c6fda9d28fc72dda842c7945f61118b03307"  # openssl dgst -sha256 -hmac pepper
    assert Vault((NEW,), b"pepper").fingerprint(NUMBER).hex() == expected


def test_the_hash_tells_numbers_and_peppers_apart() -> None:
    vault = Vault((NEW,), b"pepper")
    assert vault.fingerprint(NUMBER) != vault.fingerprint("+8615400000002")
    assert vault.fingerprint(NUMBER) != Vault((NEW,), b"other").fingerprint(NUMBER)
