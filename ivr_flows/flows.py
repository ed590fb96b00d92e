"""The catalogue of flows by name. A new flow: one file, one line here, its prompts in every language."""

from __future__ import annotations

from collections.abc import Mapping

from ivr_flows.accept_call import ACCEPT_CALL
from ivr_flows.engine.nodes import Flow
from ivr_flows.main_line import MAIN_LINE
from ivr_flows.partner_line import PARTNER_LINE
from ivr_flows.progress import PROGRESS_LINE
from ivr_flows.volunteer_line import VOLUNTEER_LINE

FLOWS: Mapping[str, Flow] = {
    flow.name: flow for flow in (MAIN_LINE, VOLUNTEER_LINE, PARTNER_LINE, ACCEPT_CALL, PROGRESS_LINE)
}
"""Every flow of the hotline."""
