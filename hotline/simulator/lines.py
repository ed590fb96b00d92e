"""A published number and where the carrier asks what to do when it is called."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hotline.simulator.document import Fetch


@dataclass(frozen=True)
class Line:
    """A number at the carrier, with its webhooks."""

    number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    voice_method: str = "POST"
    label: str = ""
    label_en: str = ""
    group: str = ""
    sid: str = ""

    @property
    def fallback(self) -> Fetch | None:
        """Where to go when the application fails."""
        return Fetch("fallback", "POST", self.voice_fallback_url) if self.voice_fallback_url else None

    def with_sid(self, sid: str) -> Line:
        """Return it with the carrier's identifier."""
        return replace(self, sid=sid)


def at(webhook: str, number: str, label: str = "", label_en: str = "", group: str = "") -> Line:
    """Return a line whose webhooks are the three addresses of an application at ``webhook``."""
    base = webhook.rstrip("/") + "/carrier"
    return Line(
        number,
        voice_url=f"{base}/voice",
        voice_fallback_url=f"{base}/fallback",
        status_callback=f"{base}/status",
        label=label,
        label_en=label_en,
        group=group,
    )
