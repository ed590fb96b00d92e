"""A small identity provider (OpenID Connect) on loopback: authorization code with PKCE, RS256, one person."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

CLIENT, SECRET = "hotline", "provider-secret"


@dataclass
class Person:
    """Who has signed in there, and what is wrong with what it says of them (for tests)."""

    claims: dict[str, str] = field(default_factory=lambda: {"sub": "gov-4711"})
    userinfo: dict[str, str] = field(default_factory=dict)
    audience: str = CLIENT
    nonce: str = ""
    """Another nonce than the one asked for."""
    forged: bool = False
    """Signed with a key that is not the published one."""


class Provider:
    """The provider; ``address`` is its issuer. Used as a context."""

    def __init__(self) -> None:
        self.person = Person()
        self.asked: list[dict[str, str]] = []
        self._key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._grants: dict[str, dict[str, str]] = {}
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/keys", view_func=self._keys)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Provider:
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _metadata(self) -> Response:
        paths = ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "keys")
        found = {name: f"{self.address}/{path}" for name, path in (*paths, ("userinfo_endpoint", "userinfo"))}
        return jsonify(issuer=self.address, id_token_signing_alg_values_supported=["RS256"], **found)

    def _keys(self) -> Response:
        return jsonify(keys=[self._key.as_dict(private=False)])

    def _authorize(self) -> AnyResponse:
        self.asked.append(request.args.to_dict())
        assert request.args["response_type"] == "code" and request.args["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self._grants[code] = request.args.to_dict()
        return redirect(f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}")

    def _token(self) -> Response:
        asked = self._grants.pop(request.form["code"], None) or abort(400)
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            abort(400)
        given = request.authorization
        if given is None or (given.username, given.password) != (CLIENT, SECRET):
            abort(401)
        now = int(time.time())
        nonce = self.person.nonce or asked["nonce"]
        claims = {"iss": self.address, "aud": self.person.audience, "iat": now, "exp": now + 60, "nonce": nonce}
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.person.forged else self._key
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.person.claims}, key)
        return jsonify(access_token="access", token_type="Bearer", expires_in=3600, id_token=signed)

    def _userinfo(self) -> Response:
        return jsonify({"sub": self.person.claims["sub"], **self.person.userinfo})
