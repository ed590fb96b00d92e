"""What machines ask: does the process answer, can it answer calls, and how is the hotline doing (Prometheus).

``/healthz`` and ``/readyz`` show nothing of anybody and are open; ``/metrics`` wants HOTLINE_METRICS_TOKEN as a bearer
token and is not there without that setting. What is counted for calls is read from the database, so that several web
servers tell the same and a restart forgets nothing; take the maximum over them. Only the webhooks' times are each
process's own.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from hotline.calls import gauges, last_resort
from hotline.calls.exchange import Exchange
from hotline.calls.gauges import ANSWER_BUCKETS, Gauges
from hotline.migrations import revision
from hotline.web.sign_in.guards import open_to_all
from hotline.web.webhooks import exchange, webhooks

log = logging.getLogger(__name__)
views = Blueprint("probes", __name__)
WEBHOOK_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
"""Seconds; the carrier gives up after 15."""
BROKER_SECONDS = 1.0
"""How long the broker may take to answer."""


def set_up(app: Flask) -> None:
    """Give the application its probes, and let every webhook be timed."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.extensions["metrics"] = registry
    seconds = Histogram(
        "hotline_webhook_seconds", "Seconds in which a webhook of the carrier was answered.", ["webhook", "status"],
        buckets=WEBHOOK_BUCKETS, registry=registry,
    )  # fmt: skip
    registry.register(FromDatabase(app.extensions["hotline"]))

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.blueprint == webhooks.name:
            labels = (str(request.endpoint).partition(".")[2], str(response.status_code))
            seconds.labels(*labels).observe(perf_counter() - g.began)
        return response

    app.register_blueprint(views)


@views.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process answers; a container that does not is to be started anew."""
    return jsonify(status="ok")


@views.get("/readyz")
@open_to_all
def readyz() -> tuple[Response, int]:
    """Calls can be answered: by the database with the schema we need, else from the snapshot. The broker is told.

    A proxy that took us out because the database is away would take the snapshot from the callers, too.
    """
    x = exchange()
    found = {"database": _database(x), "broker": _broker(x), "snapshot": "ok" if x.standby.directory else "none"}
    if found["database"] == "ok":
        return jsonify(status="ok", **found), 200
    alone = found["database"] == "unreachable" and x.standby.directory is not None
    return jsonify(status="without the database" if alone else "not ready", **found), 200 if alone else 503


@views.get("/metrics")
@open_to_all
def metrics() -> Response:
    """The figures for Prometheus; 404 without the setting, 401 without the token."""
    token = exchange().settings.metrics_token.get_secret_value()
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("a bearer token is needed\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(generate_latest(current_app.extensions["metrics"]), content_type=CONTENT_TYPE_LATEST)


def _database(x: Exchange) -> str:
    """A schema newer than ours is well: it is only ever added to while two versions run side by side."""
    if x.standby.gate.closed:
        return "unreachable"
    try:
        with x.sessions() as session:
            return "ok" if revision.is_enough(session.connection()) else "schema too old"
    except SQLAlchemyError as error:
        log.warning("not ready: %s", error)
        return "unreachable"


def _broker(x: Exchange) -> str:
    import redis  # a web server publishes nothing; only this question needs it

    try:
        with redis.Redis.from_url(
            x.settings.redis_url, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
        ) as broker:
            broker.ping()
    except (redis.RedisError, ValueError, OSError):
        return "unreachable"
    return "ok"


class FromDatabase(Collector):
    """The gauges of the hotline, read when they are asked for; a database that is away is a figure too."""

    def __init__(self, x: Exchange) -> None:
        self._x = x

    def describe(self) -> Iterator[Metric]:
        """Say nothing before being asked, so that a web server starts without its database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        read: Gauges | None = None
        try:
            with self._x.sessions() as session:
                read = gauges.read(session, self._x.clock())
        except SQLAlchemyError as error:
            log.warning("no figures: %s", error)
        yield _gauge("database_up", "1 when the database answered.", int(read is not None))
        yield from _standby(self._x)
        if read is not None:
            yield from _figures(read)


def _standby(x: Exchange) -> Iterator[Metric]:
    """What this web server has for the time without a database, and the carrier without us."""
    now, directory = x.clock(), x.standby.directory
    if directory:
        age = (now - directory.snapshot.taken_at).total_seconds()
        yield _gauge("snapshot_age_seconds", "Age of the snapshot that calls go on from without the database.", age)
    waiting = x.standby.journal.pending_count()
    yield _gauge("journal_pending", "Webhooks answered without the database that are not in it yet.", waiting)
    memory = x.standby.journal.unwritten
    yield _gauge("journal_unwritten", "Of these, the ones in memory only: the journal's disk is full.", len(memory))
    yield _gauge("journal_lost", "Webhooks that neither disk nor memory had room for.", memory.lost)
    left = last_resort.standing(x.settings, now).age
    if left is not None:
        yield _gauge("fallback_age_seconds", "Age of the documents for the carrier.", left.total_seconds())


def _figures(read: Gauges) -> Iterator[Metric]:
    calls = GaugeMetricFamily(
        "hotline_calls_last_day", "Calls of the last 24 hours by the tier that took them and outcome.",
        labels=["tier", "outcome"],
    )  # fmt: skip
    for labels, count in sorted(read.calls.items()):
        calls.add_metric(labels, count)
    yield calls
    human = GaugeHistogramMetricFamily(
        "hotline_seconds_to_human_last_day", "Seconds until a human took a call, of the last 24 hours."
    )
    bounds = [*(str(float(seconds)) for seconds in ANSWER_BUCKETS), "+Inf"]
    human.add_metric([], list(zip(bounds, read.answered, strict=True)), read.answered_seconds)
    yield human
    yield _gauge("calls_live", "Calls that have not ended.", read.live)
    yield _gauge("calls_talking", "Calls that have not ended and that a human has taken.", read.talking)
    yield _gauge("call_backs_owed", "Tickets whose caller is promised to be rung back.", read.call_backs_owed)
    yield _gauge("call_backs_late", "Of these, the ones past the promised time.", read.call_backs_late)
    yield _gauge("timers_due", "Timers that are due and not done.", read.timers_due)
    yield _gauge("timer_lag_seconds", "How long the longest due timer waits beyond its grace.", read.timer_lag)
    yield _gauge("timers_failed", "Timers that were given up; somebody must look at them.", read.timers_failed)
    yield _gauge("webhooks_out_due", "What other systems are owed now.", read.webhooks_due)
    yield _gauge("webhooks_out_failed_last_day", "What other systems could not be told.", read.webhooks_failed)
    handsets = GaugeMetricFamily("hotline_handsets", "Handsets by health: ok, suspect, dead.", labels=["state"])
    for state in ("ok", "suspect", "dead"):
        handsets.add_metric([state], read.handsets.get(state, 0))
    yield handsets


def _gauge(name: str, meaning: str, value: Any) -> Metric:
    return GaugeMetricFamily(f"hotline_{name}", meaning, value=value)
