"""Every setting is documented, and no real carrier is served with values everybody can read in the source."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from hotline.commands.checks import secrets_for
from hotline.commands.settings_page import REFUSED, page
from hotline.embedded.errors import EmbeddedError
from hotline.settings import Settings

PAGE = Path("docs/settings.md")
OWN = {
    "carrier": "twilio",
    "carrier_account": "AC" + "1" * 32,
    "carrier_token": SecretStr("our-own-token"),
    "vault_keys": SecretStr(Fernet.generate_key().decode()),
    "vault_pepper": SecretStr("a pepper of our very own"),
    "secret_key": SecretStr("a secret of our very own"),
    "public_url": "https://hotline.example",
}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    meaning = Settings.model_fields[name].description
    assert meaning and meaning.endswith(".") and len(meaning) > 15


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_real_carrier_needs_values_of_our_own(name: str) -> None:
    with pytest.raises(EmbeddedError, match=f"HOTLINE_{name.upper()}$"):
        secrets_for(Settings(**{**OWN, name: Settings.model_fields[name].default}))


def test_values_of_our_own_are_enough_and_the_simulator_needs_none() -> None:
    secrets_for(Settings(**OWN))
    secrets_for(Settings(carrier="simulator"))


@pytest.mark.parametrize("name", ["vault_pepper", "secret_key", "metrics_token"])
def test_a_secret_that_can_be_guessed_is_none(name: str) -> None:
    with pytest.raises(EmbeddedError, match=f"HOTLINE_{name.upper()}$"):
        secrets_for(Settings(**{**OWN, name: SecretStr("hotline")}))


def test_production_refuses_the_simulator_and_names_everything_at_once() -> None:
    with pytest.raises(EmbeddedError) as refused:
        secrets_for(Settings(production=True))
    named = {name for name in Settings.model_fields if f"HOTLINE_{name.upper()}" in str(refused.value)}
    assert named == {*REFUSED, "carrier"}
    secrets_for(Settings(**OWN, production=True))


def test_a_key_that_is_none_is_refused_even_for_the_simulator() -> None:
    with pytest.raises(EmbeddedError, match="HOTLINE_VAULT_KEYS"):
        secrets_for(Settings(vault_keys=SecretStr("not a key")))
