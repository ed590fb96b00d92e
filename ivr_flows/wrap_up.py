"""Wrap-up: rings the handset within a minute after the survivor hung up; done in under 40 seconds (issue 3).

Skippable (0), and resumable: with the flag outcome it goes straight to the memo.
Effects: outcome/<answered|guidance|visit|refer|urgent|wrong_number>, referral/<id> (from the list "branches"),
memo/<seconds>, link (send the form to the telephone's browser), skip, silence (only from carriers that report it;
otherwise the leg just ends).
Words, left out when unknown: ``name``.
Flags: outcome (already known), link (the form can be sent), staying (the survivor waits on the line).
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow, together
from ivr_flows.shared_desk import END, WRAP_UP

WRAP_UP_CALL = Flow("wrap_up", "wrap_up", together(WRAP_UP, END), frozenset({"name"}), most_keys=15)
"""Finishing a ticket on a plain handset."""
