"""A TwiML document: parsed, checked, with its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

from hotline.simulator.transport import Reply

LARGEST_BYTES = 64 * 1024
XML_TYPES = ("text/xml", "application/xml", "text/html", "")
VERBS = frozenset(
    {"Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup", "Enqueue", "Conference"}
)
Element = ElementTree.Element


class DocumentError(Exception):
    """The document cannot be executed; ``code`` is Twilio's error code."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


@dataclass(frozen=True)
class Document:
    """The verbs of a response, and the address that relative ones refer to."""

    url: str
    verbs: tuple[Element, ...]

    def address(self, verb: Element, attribute: str, default: str = "") -> str:
        """Return an attribute's address made absolute, or ``default``."""
        value = (verb.get(attribute) or "").strip()
        return urljoin(self.url, value) if value else default


@dataclass(frozen=True)
class Fetch:
    """The next document is at an address."""

    kind: str
    method: str
    url: str
    extra: tuple[tuple[str, str], ...] = ()


Step = Fetch | Document
"""Where a call goes on."""


def parse(text: str | bytes, url: str) -> Document:
    """Return the document. Raises DocumentError when it is none."""
    size = len(text.encode() if isinstance(text, str) else text)
    if size > LARGEST_BYTES:
        raise DocumentError(11750, f"the document has {size} bytes, the limit is {LARGEST_BYTES}")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  (expat of Python 3.11 limits entity expansion)
    except ElementTree.ParseError as error:
        raise DocumentError(12100, f"no XML: {error}") from error
    if root.tag != "Response":
        raise DocumentError(12200, f"the root is <{root.tag}>, not <Response>")
    unknown = [verb.tag for verb in root if verb.tag not in VERBS]
    if unknown:
        raise DocumentError(12200, f"unknown verbs: {', '.join(unknown)}")
    return Document(url, tuple(root))


def from_reply(reply: Reply, url: str) -> Document:
    """Return the document in a webhook's answer; an empty answer is an empty document. Raises DocumentError."""
    if not reply.body.strip():
        return Document(url, ())
    if reply.content_type not in XML_TYPES:
        raise DocumentError(12300, f"content type {reply.content_type}")
    return parse(reply.body, url)


def number(verb: Element, attribute: str, default: float, lowest: float = 0.0, highest: float = 86_400.0) -> float:
    """Return a numeric attribute within its limits; what is no number is the default, as at Twilio."""
    try:
        value = float(verb.get(attribute, default))
    except ValueError:
        return default
    return min(highest, max(lowest, value))


def flag(verb: Element, attribute: str, *, default: bool = False) -> bool:
    """Return a true/false attribute."""
    return verb.get(attribute, str(default)).strip().lower() == "true"


def words(verb: Element, attribute: str, default: Iterable[str] = ()) -> frozenset[str]:
    """Return a space-separated attribute."""
    value = verb.get(attribute)
    return frozenset(default if value is None else value.split())


def method(verb: Element, attribute: str = "method") -> str:
    """Return POST or GET."""
    return "GET" if verb.get(attribute, "POST").upper() == "GET" else "POST"
