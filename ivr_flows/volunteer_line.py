"""Volunteer line: a volunteer team's own number enters the chain at the team, then the trunk (Q21 s.14).

Effects, flags and keys as on the main line; the words need ``team`` besides.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow
from ivr_flows.shared import WORDS, entrance

VOLUNTEER_LINE = Flow("volunteer_line", "greeting", entrance("volunteer_line.greeting"), WORDS | {"team"})
"""A volunteer team's published number."""
