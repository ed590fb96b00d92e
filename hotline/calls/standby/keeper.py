"""Keeps a process ready: renews its snapshot, sees when the database is back, and brings the journal in."""

from __future__ import annotations

import logging
import threading
import time

from hotline.calls.exchange import Exchange
from hotline.calls.standby import changes
from hotline.calls.standby.bringing_in import bring_in

log = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
RENEW_SECONDS = 5.0
"""How often it is asked whether anything has changed."""
RENEWED_WITHIN = 10.0
"""The longest that a snapshot may take: a keeper that hangs would never see that the database is back."""


def turn(x: Exchange, *, renew: bool = True) -> bool:
    """Do one round; return whether the database answers. The gate opens only once the journal is in."""
    standby = x.standby
    standby.journal.write_again()
    if standby.gate.closed and not standby.gate.ping():
        return False
    try:
        if standby.dirty:
            bring_in(x)
        standby.gate.open()
        if renew:
            with x.sessions() as session, standby.gate.watched(session.connection(), RENEWED_WITHIN):
                standby.renew(session, x.clock())
                x.prompts.refresh(session)
                changes.fold(session)
                session.commit()
    except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again in a second)
        log.warning("the keeper's round failed: %s: %s", type(error).__name__, error)
        return False
    return True


def start(x: Exchange) -> threading.Thread:
    """Start the keeper of this process, for as long as the process lives."""
    x.standby.find()
    thread = threading.Thread(target=_rounds, args=(x,), name="keeper", daemon=True)
    thread.start()
    return thread


def _rounds(x: Exchange) -> None:
    renewed = 0.0
    while True:
        due = x.standby.stale or time.monotonic() - renewed >= RENEW_SECONDS
        if turn(x, renew=due) and due:
            renewed = time.monotonic()
        time.sleep(ROUND_SECONDS)
