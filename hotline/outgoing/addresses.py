"""Where may be sent to: https at a public address, or a network that the operator names; judged at every sending.

The name is resolved once and the connection goes to the address that was judged, so that a name which points
elsewhere a moment later (DNS rebinding) gains nothing. No redirect is followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import certifi
import urllib3
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = 2000
"""Characters of an address."""
TIMEOUT = Timeout(connect=3.0, read=8.0)
"""Seconds."""
_ENOUGH = 200
"""Bytes of a refusal that are kept, for whoever looks for the reason."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressError(ValueError):
    """Nothing may be sent there; the message says why in Chinese and English."""


class SendError(Exception):
    """It did not arrive; the message says why, without the address. ``status``: of the answer, if there was one."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Parts:
    """An address taken apart; ``host`` without brackets."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """The host as the header and the pages name it."""
        named = f"[{self.host}]" if ":" in self.host else self.host
        return named if self.port == (443 if self.secure else 80) else f"{named}:{self.port}"


@dataclass(frozen=True)
class Target:
    """An address that may be sent to, with the IP address that was judged."""

    parts: Parts
    ip: str


def networks(text: str) -> Sequence[Network]:
    """Return the networks of a comma-separated list. Raises ValueError for what is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def read(url: str) -> Parts:
    """Return an address taken apart. Raises AddressError."""
    try:
        found = parse_url(url)
    except LocationParseError:
        found = parse_url("")
    if found.scheme not in ("https", "http") or not found.host or len(url) > LONGEST or not url.isprintable():
        raise AddressError("不是可用的地址，应写成 https://… (not an address such as https://…)")
    if found.auth or " " in url:
        raise AddressError("地址里不能带用户名、密码或空格 (no user name, password or blank in the address)")
    secure = found.scheme == "https"
    return Parts(secure, found.host.strip("[]"), found.port or (443 if secure else 80), found.request_uri)


def judge(url: str, allowed: Sequence[Network]) -> Target:
    """Return where an address leads. Raises AddressError for what may not be sent to, SendError for an unknown name."""
    parts = read(url)
    ips = _resolved(parts)
    named = all(any(_plain(ip) in network for network in allowed) for ip in ips)
    if not named and not all(_plain(ip).is_global and not ip.is_multicast for ip in ips):
        raise AddressError(
            "该地址在内网，须由运维在 HOTLINE_WEBHOOK_NETWORKS 中放行"
            " (the address is in a private network, which HOTLINE_WEBHOOK_NETWORKS does not name)"
        )
    if not parts.secure and not named:
        raise AddressError("须以 https:// 开头 (it must begin with https://)")
    return Target(parts, str(ips[0]))


def post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """Send a body and return the status. Raises SendError for anything but 2xx. Hold no transaction meanwhile."""
    try:
        with _pool(target) as pool:
            answer = pool.urlopen(
                "POST", target.parts.path, body=body, headers={**headers, "Host": target.parts.shown}, redirect=False,
                retries=False, preload_content=False,
            )  # fmt: skip
            said = b"" if answer.status < 300 else answer.read(_ENOUGH)
            answer.close()
    except (HTTPError, OSError) as error:
        raise SendError(type(error).__name__) from error
    if not 200 <= answer.status < 300:
        raise SendError(f"HTTP {answer.status} {said.decode(errors='replace')}".strip(), answer.status)
    return int(answer.status)


def _pool(target: Target) -> urllib3.HTTPConnectionPool:
    if not target.parts.secure:
        return urllib3.HTTPConnectionPool(target.ip, target.parts.port, timeout=TIMEOUT, retries=False)
    trust = ssl.create_default_context()  # the machine's own authorities, an intranet's among them,
    trust.load_verify_locations(certifi.where())  # and the public ones, where the machine has none
    host = target.parts.host
    return urllib3.HTTPSConnectionPool(
        target.ip, target.parts.port, timeout=TIMEOUT, retries=False, ssl_context=trust, server_hostname=host,
        assert_hostname=host,
    )  # fmt: skip


def _resolved(parts: Parts) -> list[Address]:
    """Return the IP addresses of a host: its own where it is one."""
    try:
        return [ipaddress.ip_address(parts.host)]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(parts.host, parts.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError("the name is not known") from error
    return [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in found]


def _plain(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
