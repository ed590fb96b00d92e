"""The catalogue of flows by name. A new flow: one file, one line here, its prompts in every language."""

from __future__ import annotations

from collections.abc import Mapping

from ivr_flows.accept_call import ACCEPT_CALL
from ivr_flows.callback import CALLBACK, CALLBACK_SURVIVOR
from ivr_flows.duty_check import DUTY_CHECK
from ivr_flows.engine.nodes import Flow
from ivr_flows.feedback import FEEDBACK
from ivr_flows.handover import HANDOVER
from ivr_flows.handset_test import HANDSET_TEST
from ivr_flows.main_line import MAIN_LINE
from ivr_flows.notice import NOTICE
from ivr_flows.partner_line import PARTNER_LINE
from ivr_flows.progress import PROGRESS_LINE
from ivr_flows.referral_case import REFERRAL_CASE
from ivr_flows.referral_offer import REFERRAL_OFFER
from ivr_flows.reminder import REMINDER
from ivr_flows.staff_menu import STAFF_MENU
from ivr_flows.volunteer_line import VOLUNTEER_LINE
from ivr_flows.who_rings import WHO_RINGS
from ivr_flows.wrap_up import WRAP_UP_CALL

_FOR_SURVIVORS = (MAIN_LINE, VOLUNTEER_LINE, PARTNER_LINE, PROGRESS_LINE, FEEDBACK, CALLBACK_SURVIVOR, WHO_RINGS)
_FOR_HANDSETS = (ACCEPT_CALL, WRAP_UP_CALL, STAFF_MENU, DUTY_CHECK, HANDOVER, CALLBACK, REMINDER, NOTICE, HANDSET_TEST)
_FOR_BRANCHES = (REFERRAL_OFFER, REFERRAL_CASE)

FLOWS: Mapping[str, Flow] = {flow.name: flow for flow in (*_FOR_SURVIVORS, *_FOR_HANDSETS, *_FOR_BRANCHES)}
"""Every flow of the hotline."""
