"""The routing policy as data: what may be set, within which limits. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TierKind = Literal["duty", "backup", "neighbour", "county", "volunteer", "partner"]

DEFAULT_CHAIN: tuple[TierKind, ...] = ("duty", "backup", "neighbour", "county", "volunteer", "partner")
"""Q21 s.12-14: the trunk from the township up, then the branches."""


class RoutingPolicy(BaseModel):
    """How a call falls through the 1+N chain. Unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain: tuple[TierKind, ...] = Field(DEFAULT_CHAIN, min_length=1, description="Tiers in the order they are tried.")
    ring_seconds: dict[TierKind, int] = Field(
        default={"duty": 15, "backup": 12, "neighbour": 10, "county": 10, "volunteer": 8, "partner": 8},
        description="Seconds each tier rings, 5 to 60.",
    )
    limit_seconds: int = Field(90, ge=20, le=600, description="Longest way from the first ring to the message.")
    simultaneous: bool = Field(True, description="Ring a tier's targets at once; otherwise one after the other.")
    most_targets: int = Field(4, ge=1, le=10, description="Most handsets that one tier rings (carriers take 10).")
    ring_again: bool = Field(False, description="May a number be rung twice in one call?")
    neighbours: int = Field(1, ge=0, le=5, description="How many neighbour stations are tried.")
    default_need: str = Field("daily_life", description="Need assumed for volunteers when the caller chose none.")
    default_domain: str = Field("other", description="Domain assumed for partners when the caller chose none.")
    cut_off_minutes: int = Field(10, ge=0, le=60, description="Ringing again within this gets the same handset.")
    callback_minutes: int = Field(15, ge=1, le=240, description="A missed call is rung back within this.")
    urgent_callback_minutes: int = Field(5, ge=1, le=60, description="The same for an urgent call.")

    def seconds(self, kind: TierKind) -> int:
        """Return how long a tier of this kind rings, in seconds."""
        return max(5, min(60, self.ring_seconds.get(kind, 10)))
