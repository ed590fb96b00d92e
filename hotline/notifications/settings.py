"""A tenant's channels as somebody sets them: checked by pydantic, the address tried by Apprise and then sealed."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.notifications import channels
from hotline.notifications.models import CONSOLE, TELEPHONE, ChannelSetting
from hotline.notifications.quiet import Personal, parse_quiet
from hotline.notifications.words import Message
from hotline.vault import Vault


def _address(url: str) -> str:
    try:
        return channels.check(url)
    except channels.ChannelError as error:
        raise ValueError(str(error)) from None


def _free(code: str) -> str:
    if code in (CONSOLE, TELEPHONE):
        raise ValueError(f"“{code}” 是系统自己的渠道 (is a channel of the system's own)")
    return code


def _quiet(text: str) -> str:
    parse_quiet(text)
    return text.strip()


class ChannelForm(BaseModel):
    """What is set of a channel. Unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    code: Annotated[str, AfterValidator(_free)] = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name: str = Field(min_length=1, max_length=80)
    url: Annotated[str, AfterValidator(_address)] = Field(repr=False)
    """Its address with keys and passwords, e.g. ``wecombot://key``; never shown again."""
    station_id: UUID | None = None
    personal: Personal = "none"
    urgent_only: bool = False
    quiet: Annotated[str, AfterValidator(_quiet)] = "21:00-08:00"
    workdays_only: bool = False
    language: Literal["zh-CN", "en"] = "zh-CN"
    active: bool = True


def save(session: Session, vault: Vault, tenant_id: UUID, form: ChannelForm) -> ChannelSetting:
    """Create or change the tenant's channel of that code and return it."""
    row = session.scalars(
        select(ChannelSetting).where(ChannelSetting.tenant_id == tenant_id, ChannelSetting.code == form.code)
    ).first() or ChannelSetting(tenant_id=tenant_id, code=form.code)
    for name, value in form.model_dump(exclude={"code", "url"}).items():
        setattr(row, name, value)
    row.url_sealed = vault.seal(form.url)
    session.add(row)
    session.flush()
    return row


def try_out(form: ChannelForm, timeout: float = 8.0) -> None:
    """Send a test message by a channel before it is saved. Raises ChannelError. Hold no transaction meanwhile."""
    channels.send(form.url, Message("关爱帮扶热线", "渠道测试，收到即可。(A test of the channel.)"), timeout)
