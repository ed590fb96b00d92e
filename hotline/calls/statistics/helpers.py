"""How partners and volunteer teams do: rung in the chain, and tickets handed to them (Q21 s.13-14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from hotline.calls.statistics.counting import HANDED
from hotline.calls.statistics.tally import Tally, total

_HELPERS = text("""
SELECT team.id, 'team' AS kind, team.name, team.name_en, array_remove(array_agg(branch_line.id), NULL) AS lines
  FROM team LEFT JOIN branch_line ON branch_line.team_id = team.id
 WHERE team.tenant_id = :tenant AND team.active GROUP BY team.id
 UNION ALL
SELECT partner.id, 'partner', partner.name, partner.name_en, array_remove(array_agg(branch_line.id), NULL)
  FROM partner LEFT JOIN branch_line ON branch_line.partner_id = partner.id
 WHERE partner.tenant_id = :tenant AND partner.active GROUP BY partner.id
""")


@dataclass(frozen=True)
class Helper:
    """A team or partner: telephones rung and taken (median seconds to the key), tickets handed over and their end."""

    id: UUID
    kind: str
    name: str
    name_en: str
    rung: int
    taken: int
    seconds: int | None
    handed: int
    accepted: int
    done: int
    in_time: int
    """Done by the deadline."""
    returned: int
    """Refused, or given back because the deadline passed."""


def helpers(session: Session, tenant_id: UUID, counted: Mapping[str, Tally]) -> Sequence[Helper]:
    """Return how each active team and partner of a tenant did (``counted``: reading.Report.helpers); one query."""
    found = [_helper(row, counted) for row in session.execute(_HELPERS, {"tenant": tenant_id})]
    return sorted(found, key=lambda one: (one.kind != "team", -one.rung, one.name))


def _helper(row: Row[Any], counted: Mapping[str, Tally]) -> Helper:
    rung = total(counted[str(line)] for line in row.lines if str(line) in counted)
    handed = counted.get(str(row.id), Tally())
    return Helper(
        row.id, row.kind, row.name, row.name_en,
        rung.share("taken").whole, rung.share("taken").part, rung.span("taken").median,
        handed.share("accepted").whole, *(handed.share(code).part for code in HANDED),
    )  # fmt: skip
