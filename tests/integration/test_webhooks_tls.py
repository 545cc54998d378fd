"""Webhooks over TLS: the connection goes to the checked address, the certificate is the name's."""

from __future__ import annotations

import socket
import ssl

import pytest
import trustme

from medcor.integrations.webhooks import Fault, WebhookSender
from tests.webhook_helpers import LOOPBACK, receiver

HOST = "hooks.clinic.test"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def served(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


class Rebinding:
    """A name that means loopback when it is checked and something else ever after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _host: str, port: int, **_options: object) -> list:
        self.asked += 1
        address = "127.0.0.1" if self.asked == 1 else "10.255.255.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def test_the_name_is_looked_up_once_and_its_certificate_checked(authority):
    names = Rebinding()
    with receiver(context=served(authority, HOST)) as hooks:
        sender = WebhookSender(LOOPBACK, trust=trusting(authority), resolve=names)
        answer = sender.send(f"https://{HOST}:{hooks.port}/in?key=1", {"webhook-id": "e"}, b"{}")
        assert (answer.status, answer.fault, names.asked) == (204, None, 1)
        (call,) = hooks.calls
        assert call.headers["host"] == f"{HOST}:{hooks.port}" and call.path == "/in?key=1"


@pytest.mark.parametrize("names", [("other.clinic.test",), ("127.0.0.1",)])
def test_a_certificate_of_another_name_is_refused(authority, names):
    with receiver(context=served(authority, *names)) as hooks:
        sender = WebhookSender(LOOPBACK, trust=trusting(authority), resolve=Rebinding())
        answer = sender.send(f"https://{HOST}:{hooks.port}/", {}, b"{}")
        assert (answer.status, answer.fault, hooks.calls) == (None, Fault.TLS, [])
        assert "Hostname mismatch" in answer.detail


def test_a_certificate_that_nobody_vouches_for_is_refused(authority):
    with receiver(context=served(authority, HOST)) as hooks:
        sender = WebhookSender(LOOPBACK, resolve=Rebinding())
        answer = sender.send(f"https://{HOST}:{hooks.port}/", {}, b"{}")
        assert (answer.fault, hooks.calls) == (Fault.TLS, [])


def test_a_server_without_tls_is_no_receiver(authority):
    with receiver() as hooks:
        sender = WebhookSender(LOOPBACK, trust=trusting(authority), resolve=Rebinding())
        answer = sender.send(f"https://{HOST}:{hooks.port}/", {}, b"{}")
        assert answer.fault is Fault.TLS and hooks.calls == []
        assert answer.duration_ms < 10_500


def test_a_second_address_is_tried_when_the_first_is_dead(authority):
    def both(_host: str, port: int, **_options: object) -> list:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("127.0.0.2", "127.0.0.1")
        ]

    with receiver(context=served(authority, HOST)) as hooks:
        sender = WebhookSender(LOOPBACK, trust=trusting(authority), resolve=both)
        assert sender.send(f"https://{HOST}:{hooks.port}/", {}, b"{}").status == 204
