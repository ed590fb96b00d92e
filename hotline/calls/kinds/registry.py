"""The kinds of errand by name. A new kind: one file, one line here, its flow in ivr_flows."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.calls.kinds.base import Kind
from hotline.calls.kinds.call_back import CallBack
from hotline.calls.kinds.duty_check import DutyCheck, DutyHandover
from hotline.calls.kinds.feedback import AskFeedback
from hotline.calls.kinds.handover import TakeShift
from hotline.calls.kinds.handset_test import HandsetTest
from hotline.calls.kinds.referral import ReferralOffer
from hotline.calls.kinds.referral_case import ReferralCase
from hotline.calls.kinds.ring_back import RingBack
from hotline.calls.kinds.staff_menu import StaffMenu
from hotline.calls.kinds.tellings import Notice, Reminder
from hotline.calls.kinds.who_rings import WhoRings
from hotline.calls.kinds.wrap_up import WrapUp

KINDS: Mapping[str, Kind] = {
    "wrap_up": WrapUp(),
    "call_back": CallBack(),
    "ring_back": RingBack(),
    "staff_menu": StaffMenu(),
    "feedback": AskFeedback(),
    "referral": ReferralOffer(),
    "referral_case": ReferralCase(),
    "who_rings": WhoRings(),
    "notice": Notice(),
    "reminder": Reminder(),
    "handover": TakeShift(),
    "duty_check": DutyCheck(),
    "duty_handover": DutyHandover(),
    "handset_test": HandsetTest(),
}
"""Every kind of errand."""
