"""The ways out of the house, by Apprise: e-mail, WeCom, DingTalk, Feishu, SMS gateways, webhooks.

Only services that carry a message over the network are let in: nothing that runs a program, writes to this machine
or reads a configuration from elsewhere. No redirect is followed, and nothing waits longer than the timeout.
"""

from __future__ import annotations

import logging
import threading
import warnings
from typing import TYPE_CHECKING

from hotline.notifications.words import Message

if TYPE_CHECKING:
    from apprise import NotifyBase

SERVICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "e-mail 电子邮件": ("mailto", ("mailto", "mailtos")),
    "WeCom 企业微信": ("wecombot", ("wecombot", "wechat", "wecom")),
    "DingTalk 钉钉": ("dingtalk", ("dingtalk",)),
    "Feishu 飞书": ("feishu", ("feishu", "lark")),
    "SMS gateway 短信网关": (
        "smseagle",
        ("smseagle", "smseagles", "clicksend", "msgbird", "sinch", "vonage", "nexmo", "plivo", "infobip"),
    ),
    "webhook": ("jsons", ("json", "jsons", "form", "forms", "xml", "xmls")),
}
"""What a channel may be -> (scheme to write, schemes taken)."""
SCHEMES = frozenset(scheme for _, schemes in SERVICES.values() for scheme in schemes)

_LONGEST_REASON = 300


class ChannelError(Exception):
    """A channel's address is not usable, or it did not take a message; the message says why, without secrets."""


def check(url: str) -> str:
    """Return a channel's address when Apprise can read it and its service is let in. Raises ChannelError."""
    _open(url, 1.0)
    return url


def send(url: str, message: Message, timeout: float = 8.0) -> None:
    """Send a message by the channel at ``url`` and return when it was taken. Raises ChannelError.

    ``timeout`` is in seconds, for connecting and for each wait for an answer. Hold no transaction meanwhile.
    """
    channel = _open(url, timeout)
    with _Reasons() as reasons:
        try:
            taken = channel.notify(body=message.body, title=message.title)
        except Exception as error:  # whatever a plugin raises, the outbox has to go on
            raise ChannelError(f"{channel.service_name}: {type(error).__name__}") from error
    if not taken:
        raise ChannelError(f"{channel.service_name}: {reasons.text() or 'not taken'}"[:_LONGEST_REASON])


def _open(url: str, timeout: float) -> NotifyBase:
    scheme = url.partition("://")[0].strip().lower()
    if scheme not in SCHEMES:
        names = "、".join(f"{name} {example}://" for name, (example, _) in SERVICES.items())
        raise ChannelError(f"“{scheme}” 不是可用的渠道，可以用 (not a channel that is let in; these are): {names}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a plugin imports imghdr
        import apprise

        asset = apprise.AppriseAsset(async_mode=False)
        with _Reasons() as reasons:
            channel = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if channel is None:
        raise ChannelError(f"渠道地址不完整 (the channel's address is incomplete): {reasons.text() or scheme}")
    channel.redirects = False  # whatever the address asks for
    channel.socket_connect_timeout = channel.socket_read_timeout = timeout
    return channel


class _Reasons(logging.Handler):
    """Collects what Apprise says about a failure in this thread; it hands back no more than a yes or no."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._said: list[str] = []
        self._logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line that this thread caused."""
        if record.thread == self._thread:
            self._said.append(record.getMessage())

    def text(self) -> str:
        """Return what was said, in one line."""
        return " ".join(" ".join(self._said).split())[:_LONGEST_REASON]

    def __enter__(self) -> _Reasons:
        # A quiet worker's root logger passes on errors only; Apprise gives its reasons as warnings.
        self._logger.setLevel(logging.WARNING)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
