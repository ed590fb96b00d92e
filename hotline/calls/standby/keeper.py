"""Keeps a process ready: sees when the database is back and brings the journal in, and renews the snapshot."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from hotline.calls.exchange import Exchange
from hotline.calls.standby import changes
from hotline.calls.standby.bringing_in import bring_in

log = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
RENEW_SECONDS = 5.0
"""How often it is asked whether anything has changed."""
RENEWED_WITHIN = 30.0
"""The longest that a snapshot may take."""


def watch(x: Exchange) -> bool:
    """Do one round; return whether the database answers. The gate opens only once the journal is in."""
    standby = x.standby
    standby.journal.write_again()
    if standby.gate.closed and not standby.gate.ping():
        return False
    try:
        if standby.dirty:
            bring_in(x)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again in a second)
        log.warning("the journal could not be brought in: %s: %s", type(error).__name__, error)
        return False
    standby.gate.open()
    return True


def renew(x: Exchange) -> bool:
    """Take anew of the snapshot and the words whatever has changed; return whether the database told us."""
    standby = x.standby
    if standby.gate.closed:
        return False
    try:
        with x.sessions() as session, standby.gate.watched(_without_locks(session), RENEWED_WITHIN):
            standby.renew(session, x.clock())
            x.prompts.refresh(session)
            changes.fold(session)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again in a second)
        log.warning("the snapshot could not be renewed: %s: %s", type(error).__name__, error)
        return False
    return True


def _without_locks(session: Session) -> Connection:
    """Let every statement be a transaction: an upgrade that changes tables need not wait for all that is read here."""
    return session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def start(x: Exchange) -> None:
    """Keep this process ready for as long as it lives.

    In two threads: a gate that has closed must not wait until a hundred thousand survivors are read.
    """
    x.standby.find()
    for rounds in (_watching, _renewing):
        threading.Thread(target=rounds, args=(x,), name=f"keeper{rounds.__name__}", daemon=True).start()


def _watching(x: Exchange) -> None:
    while True:
        watch(x)
        time.sleep(ROUND_SECONDS)


def _renewing(x: Exchange) -> None:
    renewed = 0.0
    while True:
        if (x.standby.stale or time.monotonic() - renewed >= RENEW_SECONDS) and renew(x):
            renewed = time.monotonic()
        time.sleep(ROUND_SECONDS)
