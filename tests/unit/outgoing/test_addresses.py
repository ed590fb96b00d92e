"""Where webhooks may be sent to, and how what is sent is signed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotline.outgoing import signing
from hotline.outgoing.addresses import AddressError, judge, networks


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://0.0.0.0/", "https://localhost/",
        "http://93.184.215.14/", "ftp://93.184.215.14/", "https://user:word@93.184.215.14/", "https://", "no address",
    ],
)  # fmt: skip
def test_nothing_is_sent_into_private_networks_or_in_the_clear(url: str) -> None:
    with pytest.raises(AddressError):
        judge(url, [])


def test_a_private_network_is_sent_to_only_where_the_operator_names_it() -> None:
    assert judge("http://10.1.2.3:8080/x", networks("10.1.0.0/16")).ip == "10.1.2.3"
    with pytest.raises(AddressError):
        judge("https://10.2.0.1/", networks("10.1.0.0/16"))
    assert judge("https://93.184.215.14/", []).parts.path == "/"


def test_the_signature_is_the_published_one() -> None:
    """The example of the Standard Webhooks specification."""
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signing.headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
