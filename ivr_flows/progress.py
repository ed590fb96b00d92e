"""Progress: "my ticket" on a number of its own; on the other lines it is key 5 (issue 3, "Progress").

Effects: survivor/<id>, stays_on, message/<seconds>. Flags: several, ticket, late, no_number, unconfirmed.
Words, each left out when unknown: ``doing`` what is done, ``holder`` by whom, ``until`` until when.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, Say, says, together
from ivr_flows.shared import CHAIN, PROGRESS, WORDS

PROGRESS_LINE = Flow(
    "progress",
    "progress",
    together(PROGRESS, CHAIN, {"wrong": Say(says("entrance.wrong"), then="connect")}),
    WORDS - {"station", "need", "domain"},
)
"""The state of my ticket, without a code."""
