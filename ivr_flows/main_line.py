"""Main line: a greeting under six seconds, then a handset rings; no key is ever needed (Q21 s.12, GB/T 33358).

Effects: station/<id>, need/<code>, domain/<code>, urgent, language/<code>, survivor/<id>, message/<seconds>.
Flags: several (people behind the number), ticket, late, no_number (withheld), unconfirmed (no screening).
"""

from __future__ import annotations

from ivr_flows.engine.nodes import Flow
from ivr_flows.shared import WORDS, entrance

MAIN_LINE = Flow("main_line", "greeting", entrance("main_line.greeting"), WORDS)
"""The county's trunk number and each station's own."""
