"""Every setting of the application, typed, frozen, with its help. Read from HOTLINE_* environment variables."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEV_KEY = "aG90bGluZS1kZXZlbG9wbWVudC1rZXktMzJieXRlcyE="
DEV_SECRET = "hotline-development-secret-not-for-production"  # noqa: S105  (refused with a real carrier)

_HOURS = r"^(([01]?\d|2[0-3]):[0-5]\d-([01]?\d|2[0-3]):[0-5]\d)?$"


class Settings(BaseSettings):
    """The settings; each field's description is its documentation (see docs/settings.md)."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", frozen=True, extra="ignore")

    production: bool = Field(
        False, description="Refuse to start with a simulated carrier or with secrets that stand in the source."
    )
    database_url: str = Field("", description="PostgreSQL URL; empty: the embedded server in the data folder.")
    database_patience_ms: int = Field(
        300, ge=50, le=10_000, description="Milliseconds after which a silent database is away and calls go on without."
    )
    redis_url: str = Field("", description="Redis or Valkey URL for the broker; empty: the embedded server.")
    data_dir: Path = Field(Path(".hotline"), description="Folder for the embedded servers, recordings and logs.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, ge=1, le=65535, description="Port of the web server; the simulator takes the next one.")
    public_url: str = Field(
        "", description="Address under which the carrier reaches us, without a trailing slash; empty: host and port."
    )
    carrier: Literal["simulator", "twilio", "signalwire", "somleng"] = Field(
        "simulator", description="Which carrier connects the calls (see hotline/telephony/capabilities.py)."
    )
    carrier_api_url: str = Field("", description="REST base address of the carrier; empty: the carrier's own.")
    carrier_account: str = Field("AC00000000000000000000000000000000", description="Account identifier there.")
    carrier_token: SecretStr = Field(
        SecretStr("simulated-carrier-token"),
        description="Token that signs webhooks and REST calls; two, comma-separated, while it is being changed.",
    )
    carrier_from: str = Field("", description="Number shown on calls we place; empty: the line that was called.")
    fallback_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Address under which others host the documents of hotline fallback export; empty: one file a line.",
    )
    vault_keys: SecretStr = Field(
        SecretStr(DEV_KEY), description="Fernet keys for personal data, comma-separated, newest first."
    )
    vault_pepper: SecretStr = Field(SecretStr(DEV_SECRET), description="Secret of the keyed hash of numbers.")
    secret_key: SecretStr = Field(SecretStr(DEV_SECRET), description="Secret that signs browser sessions.")
    duty_check_quiet: str = Field(
        "22:00-07:00",
        pattern=_HOURS,
        description="Local hours in which nobody is rung to confirm a duty, unless it begins in them; empty: none.",
    )
    handset_test_hours: str = Field(
        "10:00-16:00", pattern=_HOURS, description="Local hours in which handsets are rung as a test; empty: never."
    )
    handset_test_days: int = Field(
        7, ge=1, le=90, description="Days without any key pressed on a handset after which it is rung as a test."
    )
    default_language: Literal["zh-CN", "en"] = Field("zh-CN", description="Language of prompts and pages.")
    console_url: str = Field(
        "", description="Address under which people open the console, without a trailing slash; empty: the public one."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=9, description="How many proxies of our own stand in front and tell the visitor's address."
    )
    session_idle_minutes: int = Field(
        60,
        ge=5,
        le=1440,
        description="Minutes after which a browser that nobody uses is signed out; not while its owner is on duty.",
    )
    session_hours: int = Field(
        12,
        ge=1,
        le=168,
        description="Hours after which every browser must sign in again; a duty desk when the turn of duty ends.",
    )
    attachment_megabytes: int = Field(
        10, ge=1, le=25, description="Largest file that is kept with a ticket, in megabytes."
    )
    second_factor_for: str = Field(
        "", pattern=r"^[a-z, ]*$", description="Roles that must use a second factor, comma-separated; or all."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token with which Prometheus may read /metrics; empty: there is no such page."
    )
    bulletin_day: int = Field(
        1, ge=0, le=28, description="Day of the month on which last month's bulletins are drafted; 0: never."
    )
    export_hours: int = Field(48, ge=1, le=720, description="Hours after which the file of an export is thrown away.")
    oidc_issuer: str = Field(
        "",
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="Address of the identity provider (OpenID Connect), without /.well-known; empty: none.",
    )
    oidc_client_id: str = Field("", description="Our name at the identity provider.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Our secret at the identity provider.")
    oidc_claim: str = Field(
        "sub", min_length=1, description="Claim of the identity provider that names a person for good."
    )
    oidc_name: str = Field("统一身份认证", description="What the sign-in page calls the identity provider.")

    webhook_networks: str = Field(
        "", description="Private networks that webhooks may be sent to, comma-separated, such as 10.8.0.0/16."
    )

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, text: str) -> str:
        for part in filter(None, (part.strip() for part in text.split(","))):
            ip_network(part)
        return text

    @property
    def base_url(self) -> str:
        """The address the carrier signs and we put into webhooks."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def carrier_tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook, newest first."""
        return tuple(t.strip() for t in self.carrier_token.get_secret_value().split(",") if t.strip())

    @property
    def console_base_url(self) -> str:
        """The address that people have in their browser's bar."""
        return self.console_url.rstrip("/") or self.base_url

    @property
    def imports_dir(self) -> Path:
        """Folder in which uploaded files wait, sealed, to be confirmed."""
        return self.data_dir / "imports"

    @property
    def prompts_dir(self) -> Path:
        """Folder in which recordings of prompts are kept, and the last prompts that were read."""
        return self.data_dir / "prompts"

    @property
    def recordings_dir(self) -> Path:
        """Folder in which messages and memos are kept."""
        return self.data_dir / "recordings"

    @property
    def exports_dir(self) -> Path:
        """Folder in which lists wait as files until they are fetched, or their time is over."""
        return self.data_dir / "exports"


@lru_cache(maxsize=1)
def load() -> Settings:
    """Return the settings of this process. Raises pydantic.ValidationError naming the setting and the reason."""
    return Settings()
