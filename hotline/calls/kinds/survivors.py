"""How a ticket's survivor is rung by the system itself."""

from __future__ import annotations

from hotline.calls import orders
from hotline.calls.kinds import cases
from hotline.calls.kinds.base import Work
from hotline.directory.models import Survivor
from hotline.vault import Vault
from tickets.models import Ticket


def survivor_callee(work: Work, ticket: Ticket) -> orders.Callee | None:
    """Return how to ring a ticket's survivor; None when no number is known."""
    telephones = cases.telephones_of(work, ticket)
    if not telephones:
        return None
    vault: Vault = work.x.vault
    survivor = work.session.get(Survivor, ticket.survivor_id) if ticket.survivor_id else None
    return orders.Callee(
        kind="survivor",
        id=ticket.survivor_id or ticket.id,
        label=survivor.name if survivor else "",
        number_hash=vault.fingerprint(telephones[0].number),
        number_sealed=vault.seal(telephones[0].number),
        tenant_id=ticket.tenant_id,
        line_id=orders.line_for(work.session, ticket),
        station_id=ticket.station_id,
        language=survivor.language if survivor else "zh-CN",
    )
