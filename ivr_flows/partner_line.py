"""Partner line: the number of a partner in the support matrix enters the chain there, then the trunk (Q21 s.13).

Effects, flags and keys as on the main line; the words need ``partner`` besides.
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow
from ivr_flows.shared import WORDS, entrance

PARTNER_LINE = Flow("partner_line", "greeting", entrance("partner_line.greeting"), WORDS | {"partner"})
"""A social partner's published number."""
