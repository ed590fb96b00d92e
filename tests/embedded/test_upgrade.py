"""Two releases side by side: the previous one's program on this one's schema, webhook by webhook in turn."""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from hotline.calls.models import Call, Errand
from hotline.clock import system_clock
from hotline.commands.services import answers, web_argv
from hotline.db import create
from hotline.directory.models import Line, Survivor, SurvivorPhone
from hotline.numbers import from_stored
from hotline.settings import Settings
from hotline.vault import Vault
from tests.embedded.serving import two_free_ports, until
from tests.stories.town import populate
from tickets.models import Ticket

RELEASED = "5fd1108ba82a1115bce155afce82b0362461f4b7"
"""The commit of the previous release; to be set anew with each release."""
HERE = Path.cwd()
Post = Callable[[str, dict[str, str]], str]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The previous release's program in a folder of its own."""
    command = ["git", "archive", RELEASED, "hotline", "tickets", "ivr_flows"]
    archive = subprocess.run(command, capture_output=True, check=False, cwd=HERE)
    if archive.returncode:
        pytest.skip("this checkout's history does not reach back to the previous release")
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture
def make_engine() -> Iterator[Callable[[str], Engine]]:
    """Make engines that are disposed of whatever happens."""
    made: list[Engine] = []

    def make(url: str) -> Engine:
        made.append(create(url))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@contextmanager
def web(folder: Path, settings: Settings, port: int) -> Iterator[Post]:
    """Run a release's web server; gives what posts to it as the carrier does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | {
        "PYTHONPATH": str(folder),
        "HOTLINE_DATABASE_URL": settings.database_url,
        "HOTLINE_REDIS_URL": settings.redis_url,
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_PUBLIC_URL": settings.base_url,
    }
    argv = web_argv(settings.model_copy(update={"port": port}))
    argv[-1] = "hotline.app:create_app"  # as the older release's supervisor starts both, still running in an upgrade
    said = settings.data_dir / f"web-{port}.log"
    with said.open("wb") as log:
        process = subprocess.Popen(argv, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: answers("127.0.0.1", port), said.read_text)

        def post(path: str, form: dict[str, str]) -> str:
            signed = RequestValidator(settings.carrier_tokens[0]).compute_signature(settings.base_url + path, form)
            body = urllib.parse.urlencode(form).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"X-Twilio-Signature": signed})
            with urllib.request.urlopen(request, timeout=15) as answer:
                text: str = answer.read().decode()
            assert "again=" not in text, f"an apology: {said.read_text()}"
            return text

        yield post
    finally:
        process.terminate()
        process.wait(30)


def path_in(twiml: str, what: str) -> str:
    """Return the path of the first address in a document that has a word in it."""
    found = re.search(rf'"http://hotline\.test(/[^"]*{what}[^"]*)"', twiml)
    assert found, twiml
    return html.unescape(found[1]).partition("#")[0]  # the fragment is for the carrier alone


@pytest.mark.timeout(180)
def test_a_call_goes_back_and_forth_between_two_releases(
    released: Path, settings: Settings, fresh_database: Callable[[], str], make_engine: Callable[[str], Engine]
) -> None:
    settings = settings.model_copy(update={"database_url": fresh_database()})
    populate(settings, system_clock)
    vault = Vault(
        tuple(settings.vault_keys.get_secret_value().split(",")), settings.vault_pepper.get_secret_value().encode()
    )
    engine = make_engine(settings.database_url)
    with Session(engine) as session:
        line = session.scalars(select(Line).where(Line.code == "longgang")).one()
        phones = session.scalars(select(SurvivorPhone).join(Survivor).order_by(Survivor.code.desc()).limit(2)).all()
        called, *callers = (from_stored(vault.open(row.number_sealed)).value for row in (line, *phones))
    port = two_free_ports()
    with web(released, settings, port) as old, web(HERE, settings, port + 1) as new:
        for turn, (first, second) in enumerate(((old, new), (new, old))):
            call = {"CallSid": f"CA{turn:032d}", "From": callers[turn], "To": called, "Direction": "inbound"}
            leg = {"CallSid": f"CB{turn:032d}", "ParentCallSid": call["CallSid"], "CallStatus": "in-progress"}
            rung = first("/carrier/voice", call | {"CallStatus": "ringing"})
            whisper = second(path_in(rung, "/screen"), leg)
            first(path_in(whisper, "/key/"), leg | {"Digits": "1"})
            over = {"DialCallStatus": "completed", "DialCallDuration": "20", "CallStatus": "completed"}
            second(path_in(rung, "/connect"), call | over)
    with Session(engine) as session:
        assert [c.outcome for c in session.scalars(select(Call))] == ["answered"] * 2
        assert [t.state for t in session.scalars(select(Ticket))] == ["answered"] * 2
        assert [e.kind for e in session.scalars(select(Errand))] == ["wrap_up"] * 2


@pytest.mark.timeout(120)
@pytest.mark.parametrize("command", [["duty", "--gaps", "3d"], ["export", "all.yaml"]], ids=lambda given: given[0])
def test_the_previous_release_reads_what_this_one_wrote(
    released: Path, settings: Settings, fresh_database: Callable[[], str], command: list[str], tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"database_url": fresh_database()})
    populate(settings, system_clock)
    environment = os.environ | {"PYTHONPATH": str(released), "HOTLINE_DATABASE_URL": settings.database_url}
    script = (
        "from hotline.commands import database; from hotline.migrations import schema; schema.upgrade = lambda *_: None"
    )
    script += "; from hotline.cli import app; app()"
    ran = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
