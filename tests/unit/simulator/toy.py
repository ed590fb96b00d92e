"""A toy application: documents by path, every request written down, signatures checked as the vendor does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from hotline.simulator.carrier import Config

Form = dict[str, str]
Page = str | Callable[[Form], str | Response]


@dataclass
class Toy:
    """``pages[path]`` is the inside of a <Response> (or a function of the form that returns it)."""

    base: str = "http://hotline.test"
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, Form]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)

    @property
    def app(self) -> Flask:
        flask = Flask("toy")

        @flask.route("/<path:path>", methods=["GET", "POST"])
        def page(path: str) -> Response:
            form = request.form.to_dict()
            url = self.base + request.environ.get("RAW_URI", request.full_path.rstrip("?"))
            validator = RequestValidator(Config.token)
            if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
                self.unsigned.append(path)
            self.asked.append((path, form))
            content = self.pages.get(path, "")
            if callable(content):
                content = content(form)
            if isinstance(content, Response):
                return content
            return Response(f"<Response>{content}</Response>", content_type="text/xml")

        return flask

    def forms(self, path: str) -> list[Form]:
        return [form for asked, form in self.asked if asked == path]

    def statuses(self, path: str = "carrier/status") -> list[str]:
        return [form["CallStatus"] for form in self.forms(path)]
