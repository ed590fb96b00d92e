"""The carrier as a process of its own: real sockets, real time, the phone wall's interface, the vendor's client."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests
from twilio.rest import Client

from hotline.simulator.carrier import Config
from tests.unit.simulator.conftest import LINE
from tests.unit.simulator.toy import Toy

CALLER, DUTY = "+8615400000001", "+8615400000002"
BOOK = [
    {"number": LINE, "label": "关爱热线", "label_en": "Care hotline", "kind": "line", "group": "县"},
    {"number": CALLER, "label": "王秀英", "label_en": "Wang Xiuying", "kind": "survivor", "group": "龙港镇"},
    {"number": DUTY, "label": "龙港镇手机", "label_en": "Longgang", "kind": "handset", "group": "龙港镇"},
]
JSON = {"Content-Type": "application/json"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    url: str
    toy: Toy

    def get(self, path: str) -> Any:
        return requests.get(self.url + path, timeout=5).json()

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        reply = requests.post(f"{self.url}/wall/api/{path}", json=body, timeout=5)
        assert reply.status_code == status, reply.text
        return reply.json()

    def phone(self, number: str) -> dict[str, Any]:
        return next(phone for phone in self.get("/wall/api/state")["phones"] if phone["number"] == number)


def eventually(holds: Callable[[], object], within: float = 8.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def process(toy: Toy, tmp_path: Path) -> Iterator[Process]:
    server = make_server("127.0.0.1", 0, toy.app, handler_class=Quiet)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    toy.base = f"http://127.0.0.1:{server.server_port}"
    book, port = tmp_path / "book.json", free_port()
    book.write_text(json.dumps(BOOK), "utf-8")
    command = [sys.executable, "-m", "hotline.simulator", "--port", str(port), "--data", str(tmp_path)]
    command += ["--phonebook", str(book), "--webhook", toy.base, "--switch", "zh_chars_per_second=50"]
    carrier = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert carrier.stdout is not None
    assert str(port) in carrier.stdout.readline()
    yield Process(f"http://127.0.0.1:{port}", toy)
    carrier.terminate()
    assert carrier.wait(5) == 0
    carrier.stdout.close()
    server.shutdown()
    server.server_close()
    assert toy.unsigned == []


def test_a_call_from_the_wall_to_the_handset(process: Process) -> None:
    process.toy.pages = {
        "carrier/voice": f"<Say>您好</Say><Dial callerId='{LINE}' answerOnBridge='true' action='/after'>"
        f"<Number url='/screen'>{DUTY}</Number></Dial>",
        "screen": "<Gather numDigits='1' action='/accept'><Say>请按一</Say></Gather><Hangup/>",
        "accept": "",
    }
    leg = process.post("calls", {"from": CALLER, "to": LINE}, status=201)
    assert leg["display"] == LINE
    eventually(lambda: process.phone(DUTY)["state"] == "ringing")
    process.post(f"phones/{DUTY}/answer", {})
    eventually(lambda: (process.phone(DUTY)["leg"] or {}).get("gathering"))
    process.post(f"phones/%2B{DUTY[1:]}/press", {"digits": "1"})
    eventually(lambda: process.phone(CALLER)["leg"]["talking_to"] == DUTY)
    kinds = [entry["kind"] for entry in process.phone(CALLER)["leg"]["transcript"]]
    assert kinds == ["answered", "say", "ringback", "bridged"]
    process.post(f"phones/{CALLER}/hang_up", {})
    eventually(lambda: process.toy.forms("after"))
    eventually(lambda: process.phone(DUTY)["state"] == "idle")
    call = process.get("/wall/api/state")["calls"][0]
    assert [leg["status"] for leg in call["legs"]] == ["completed", "completed"]
    process.post(f"phones/{CALLER}/hang_up", {}, status=409)


def test_the_vendors_client_places_a_call_and_fetches_its_recording(process: Process) -> None:
    process.toy.pages["memo"] = "<Record timeout='1' action='/kept'/>"
    client = Client(Config.account, Config.token)
    client.api.base_url = process.url
    call = client.calls.create(to=DUTY, from_=LINE, url=f"{process.toy.base}/memo", timeout=10)
    eventually(lambda: process.phone(DUTY)["state"] == "ringing")
    process.post(f"phones/{DUTY}/answer", {})
    eventually(lambda: (process.phone(DUTY)["leg"] or {}).get("recording"))
    process.post(f"phones/{DUTY}/say", {"text": "已答复", "seconds": 1})
    eventually(lambda: process.toy.forms("kept"))
    recording = client.recordings.list(call_sid=call.sid)[0]
    assert requests.get(f"{recording.media_url}.wav", timeout=5).content[:4] == b"RIFF"
    eventually(lambda: client.calls(call.sid).fetch().status == "completed")


def test_the_wall_streams_states_and_serves_its_page(process: Process) -> None:
    with requests.get(f"{process.url}/wall/api/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == "event: state"
        requests.put(f"{process.url}/wall/api/phones/{DUTY}", json={"mode": "busy"}, timeout=5)
        states = (json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert any(phone["mode"] == "busy" for phone in (next(states), next(states))[1]["phones"])
    page = requests.get(process.url, timeout=5)
    assert page.status_code == 200
    assert "<html" in page.text
    assert requests.get(f"{process.url}/js/main.js", timeout=5).status_code == 200


def test_requests_of_other_sites_and_nonsense_are_refused(process: Process) -> None:
    url = f"{process.url}/wall/api/calls"
    assert requests.post(url, data="{}", headers={"Content-Type": "text/plain"}, timeout=5).status_code == 415
    assert process.post("calls", {"from": CALLER, "to": "+8613800000000"}, status=400)["error"] == "bad_request"
    assert process.post("phones/+8615400000099/answer", {}, status=404)["error"] == "unknown_phone"
    assert process.post(f"phones/{DUTY}/answer", {}, status=409)["error"] == "nothing_rings"
    assert process.post("faults", {"effect": "explode"}, status=400)["error"] == "bad_request"


def test_the_clock_goes_forward_and_back_to_now(process: Process) -> None:
    assert process.post("clock", {"advance": 600})["offset"] == 600
    process.post("clock", {"at": "2020-01-01T00:00:00Z"}, status=400)
    assert process.post("clock", {"reset": True})["offset"] == 0


def test_a_port_in_use_is_one_clear_sentence(process: Process) -> None:
    port = process.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "hotline.simulator", "--port", port], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 1
    assert f"port {port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
