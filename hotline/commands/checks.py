"""What must be right before anything is started; each wrong thing is one sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import redis
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hotline import settings as settings_module
from hotline.embedded.errors import EmbeddedError
from hotline.settings import DEV_KEY, DEV_SECRET, Settings

SHORTEST_SECRET = 24
"""Characters of a secret that cannot be guessed."""


def load_settings() -> Settings:
    """Return the settings of the environment. Raises EmbeddedError naming each wrong variable."""
    try:
        return settings_module.load()
    except ValidationError as error:
        wrong = "; ".join(f"HOTLINE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise EmbeddedError(f"设置有误，请检查环境变量 (wrong settings, check the environment): {wrong}") from None


def secrets_for(settings: Settings) -> None:
    """Refuse production, or a real carrier, with secrets that everybody can read in the source, or guess.

    Raises EmbeddedError naming each.
    """
    keys = [key.strip() for key in settings.vault_keys.get_secret_value().split(",") if key.strip()]
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        keys = []
    if not keys:
        raise EmbeddedError(
            "HOTLINE_VAULT_KEYS 不是有效的密钥，可用 hotline key 生成 (not valid Fernet keys; hotline key makes one)"
        )
    if settings.carrier == "simulator" and not settings.production:
        return
    default = {name: field.default for name, field in type(settings).model_fields.items()}
    wanting = {
        "HOTLINE_CARRIER": settings.carrier == "simulator",
        "HOTLINE_VAULT_KEYS": DEV_KEY in keys,
        "HOTLINE_VAULT_PEPPER": _weak(settings.vault_pepper),
        "HOTLINE_SECRET_KEY": _weak(settings.secret_key),
        "HOTLINE_CARRIER_TOKEN": settings.carrier_token == default["carrier_token"] or not settings.carrier_tokens,
        "HOTLINE_CARRIER_ACCOUNT": settings.carrier_account in ("", default["carrier_account"]),
        "HOTLINE_PUBLIC_URL": urlsplit(settings.public_url).scheme not in ("http", "https"),
        "HOTLINE_METRICS_TOKEN": 0 < len(settings.metrics_token.get_secret_value()) < SHORTEST_SECRET,
    }
    missing = ", ".join(name for name, bad in wanting.items() if bad)
    if missing:
        raise EmbeddedError(
            f"正式运行或连接真实运营商（{settings.carrier}）之前，请先设置您自己的值，密钥至少 {SHORTEST_SECRET} 个字符"
            f" (in production these need values of your own, secrets {SHORTEST_SECRET} characters or more): {missing}"
        )


def _weak(secret: SecretStr) -> bool:
    value = secret.get_secret_value()
    return value == DEV_SECRET or len(value) < SHORTEST_SECRET


def database_answers(url: str) -> None:
    """Raise EmbeddedError when ``url`` is no PostgreSQL database that lets us in."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise EmbeddedError(
            "HOTLINE_DATABASE_URL 不是数据库地址，应如 postgresql://用户:密码@主机:5432/库名"
            " (not a database URL; it looks like postgresql://user:password@host:5432/name)"
        ) from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise EmbeddedError(
            f"HOTLINE_DATABASE_URL 须为 PostgreSQL，而不是 {parsed.drivername}"
            " (must be PostgreSQL, the only database this works on)"
        )
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(plain, connect_timeout=5).close()
    except (psycopg.Error, UnicodeError) as error:
        shown = parsed.render_as_string(hide_password=True)
        reason = (str(error).strip().splitlines() or ["?"])[-1]
        raise EmbeddedError(
            f"无法连接数据库，请检查 HOTLINE_DATABASE_URL (the database does not let us in): {shown}: {reason}"
        ) from error


def broker_answers(url: str) -> None:
    """Raise EmbeddedError when ``url`` is no Redis or Valkey that lets us in."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as broker:
            broker.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        where = urlsplit(url)
        shown = f"{where.scheme}://{where.hostname or ''}:{where.port or ''}" if "://" in url else "?"
        raise EmbeddedError(
            f"无法连接 Redis/Valkey，请检查 HOTLINE_REDIS_URL (the broker does not let us in): {shown}: {error}"
        ) from error
