"""Asks the database with little patience: whoever finds it silent closes the gate, and nobody after them waits."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from os import dup

from psycopg import Error as DriverError
from sqlalchemy import Connection, Engine, QueuePool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from hotline.calls.standby.turnstile import Turnstile
from hotline.db import SessionFactory

log = logging.getLogger(__name__)

FRESH_SECONDS = 0.5
"""A database that has answered this short a while ago is not asked whether it is there."""
LONGEST_SECONDS = 3.0
"""A webhook's whole transaction: then its connection is cut, and the caller is answered within 5 s all the same."""
MOST_INSIDE = 8
"""Webhooks that are with the database at once, fewer than there are connections: more of them would only be slower."""
LOOKS_EVERY_SECONDS, STOOD_STILL_SECONDS = 0.1, 0.5
"""How often the watchdog looks, and how late it must be itself to know that the whole process stood still."""
_GONE = ("08", "53", "57P", "25006", "XX")
"""Beginnings of SQLSTATEs: no connection, no resources (disk full, too many connections), going down, read-only."""


class NoDatabaseError(Exception):
    """The database did not answer in time, or has not been answering."""


class CrowdedError(Exception):
    """The database is there, and too many wait for it already."""


def is_gone(error: BaseException) -> bool:
    """Return whether an error says that the database is away, and not that our question was wrong."""
    if isinstance(error, (NoDatabaseError, PoolTimeoutError, ConnectionError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    if error.connection_invalidated or not isinstance(original, DriverError):
        return True
    state = original.sqlstate
    return state is None or state.startswith(_GONE)


def is_slow(error: BaseException) -> bool:
    """Return whether the database is there and had no time for us: no free connection, a lock, too long a statement."""
    if isinstance(error, (PoolTimeoutError, CrowdedError)):
        return True
    original = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(original, DriverError) and original.sqlstate in ("57014", "55P03")


class Gate:
    """The way of the webhooks of one process to the database."""

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        self._engine, self._patience = engine, patience_seconds
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="database")
        self._watchdog = Watchdog()
        self._answered = 0.0
        self._places = Turnstile(MOST_INSIDE)
        self._asking = threading.Lock()
        self._asked: Future[None] | None = None
        self.closed = False
        """True while the database is taken to be away."""

    def close(self, why: BaseException) -> None:
        """The database is away: nobody asks it until somebody has seen it again."""
        if not self.closed:
            log.error("the database does not answer, calls go on from the snapshot: %s", why)
        self.closed, self._answered = True, 0.0

    def open(self) -> None:
        """The database is back."""
        if self.closed:
            log.warning("the database answers again")
        self.closed = False

    @property
    def crowded(self) -> bool:
        """Return whether webhooks wait for others that are with the database."""
        return self._places.crowded

    def ping(self) -> bool:
        """Return whether the database answers within the patience. Safe to call while it hangs.

        Whoever asks while somebody else does shares the answer: a hundred callers at once are no reason to doubt it.
        """
        with self._asking:
            if self._asked is None or self._asked.done():
                self._asked = self._threads.submit(self._ask)
            asked = self._asked
        try:
            asked.result(self._patience)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is no answer)
            log.info("no answer from the database: %s", type(error).__name__)
            return False
        self._answered = time.monotonic()
        return True

    @contextmanager
    def transaction(
        self, sessions: SessionFactory, *, patient: bool = False, place_within: float | None = None
    ) -> Iterator[Session]:
        """Give a session for the work of one webhook and commit it: all of it within the time there is.

        ``patient``: there is nothing better than waiting. Raises NoDatabaseError while the gate is closed,
        CrowdedError when too many are inside for ``place_within`` seconds (else for as long as the patience).
        """
        with self._inside(patient, place_within), sessions() as session, self._timed(session.connection()):
            yield session
            session.commit()

    @contextmanager
    def statements(self, *, patient: bool = False, place_within: float | None = None) -> Iterator[Connection]:
        """Give a connection on which each statement commits itself: a webhook of one statement is one round trip.

        Otherwise as a transaction.
        """
        with self._inside(patient, place_within), self._single.connect() as connection, self._timed(connection):
            yield connection

    @contextmanager
    def _inside(self, patient: bool, within: float | None) -> Iterator[None]:
        """Give a place among those who are with the database, and only while it answers."""
        if patient:
            yield
            return
        if self.closed:
            raise NoDatabaseError("the gate is closed")
        if not self._places.acquire(timeout=self._patience if within is None else within):
            raise CrowdedError("too many are with the database")
        try:
            if self.closed:
                raise NoDatabaseError("the gate was closed meanwhile")
            if self._doubtful() and not self.ping():
                raise NoDatabaseError("no answer within the patience")
            yield
        finally:
            self._places.release()

    def _doubtful(self) -> bool:
        """Nobody has heard of it lately; where every connection is in use, those who use them would find out."""
        pool = self._engine.pool
        used_up = isinstance(pool, QueuePool) and pool.checkedin() == 0 and pool.overflow() >= pool._max_overflow
        return self._stale() and not used_up

    def _stale(self) -> bool:
        return time.monotonic() - self._answered > FRESH_SECONDS

    @contextmanager
    def watched(self, connection: Connection, seconds: float) -> Iterator[threading.Event]:
        """Cut a connection that is still at it after ``seconds``: a database that hangs heeds no time-out of its own.

        Gives an event that is set when that has happened; whoever waits for the answer gets a DBAPIError.
        """
        driver = connection.connection.driver_connection
        with self._watchdog.over(driver.pgconn.socket if driver else -1, seconds) as cut:
            yield cut

    @contextmanager
    def _timed(self, connection: Connection) -> Iterator[None]:
        """Cut the connection of whoever takes too long, and note that the database has answered."""
        with self.watched(connection, LONGEST_SECONDS) as cut:
            try:
                yield
            except DBAPIError as error:
                if cut.is_set() and not self._stale():
                    raise CrowdedError("it took too long, while others are answered") from error
                raise
        self._answered = time.monotonic()

    def _ask(self) -> None:
        for last in (False, True):
            try:
                with self._engine.connect() as connection, self.watched(connection, LONGEST_SECONDS):
                    connection.execute(text("SELECT 1"))
                    connection.rollback()  # while it is still watched: closing would do it, and may hang as well
                return
            except DBAPIError as error:
                if last or not error.connection_invalidated:  # a restart leaves connections that are dead: once more
                    raise


class Watchdog:
    """One thread that cuts connections which have waited too long for an answer.

    While this process itself stood still (a paused machine, a library that lets nobody else in) nobody waits too long:
    the answer lies there, and the database is not blamed for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[threading.Event, tuple[float, int]] = {}
        self._thread: threading.Thread | None = None
        self._something = threading.Event()

    @contextmanager
    def over(self, descriptor: int, seconds: float) -> Iterator[threading.Event]:
        """Watch over what is done on a socket: after ``seconds`` it is shut down, an error for whoever waits on it.

        Gives an event that is set when that has happened.
        """
        token = threading.Event()
        with self._lock:
            self._until[token] = (time.monotonic() + seconds, descriptor)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
        self._something.set()
        try:
            yield token
        finally:
            with self._lock:
                self._until.pop(token, None)

    def _watch(self) -> None:
        while self._something.wait():
            slept = time.monotonic()
            time.sleep(LOOKS_EVERY_SECONDS)
            with self._lock:
                now = time.monotonic()
                if (stood := now - slept - LOOKS_EVERY_SECONDS) > STOOD_STILL_SECONDS:
                    log.warning("this process stood still for %.1f s", stood)
                    self._until = {token: (until + stood, at) for token, (until, at) in self._until.items()}
                late = [token for token, (until, _) in self._until.items() if until < now]
                for token in late:
                    token.set()
                    _cut(self._until.pop(token)[1])
                if not self._until:
                    self._something.clear()


def _cut(descriptor: int) -> None:
    log.error("a transaction took too long, its connection is cut")
    with suppress(OSError), socket.socket(fileno=dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
