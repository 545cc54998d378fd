"""Rules of webhooks: addresses, waits, giving up, and the signature of the specification."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.webhooks import (
    EVENT_OF,
    STOP_AFTER,
    WAITS,
    AddressRefused,
    Reach,
    StoppedBecause,
    check_address,
    is_success,
    normal_url,
    reason_to_stop,
    wait_after,
)
from medcor.integrations.webhooks import Fault, WebhookSender, new_secret, signed_headers

NOW = datetime(2026, 3, 4, 6, 0, 0, 900_000, tzinfo=UTC)
EVERYWHERE = Reach(http=True, loopback=True)

PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:0a00:0001::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"]
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("address", [*PRIVATE, *LOOPBACK])
def test_in_production_no_private_address_is_sent_to(address):
    with pytest.raises(AddressRefused):
        check_address(address, Reach())


@pytest.mark.parametrize("address", PRIVATE)
def test_elsewhere_only_this_machine_is_let_through(address):
    with pytest.raises(AddressRefused):
        check_address(address, EVERYWHERE)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_sent_to(address):
    check_address(address, Reach())
    check_address(address, EVERYWHERE)


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_is_sent_to_while_trying(address):
    check_address(address, EVERYWHERE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.com", "https://example.com/"),
        (" https://Example.COM:8443/a/b?c=d&e#f ", "https://example.com:8443/a/b?c=d&e"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://[2606:4700:4700::1111]:444/", "https://[2606:4700:4700::1111]:444/"),
        ("https://8.8.8.8/hook", "https://8.8.8.8/hook"),
    ],
)
def test_addresses_are_kept_in_one_form(typed, kept):
    assert normal_url(typed, Reach()) == kept
    assert normal_url(kept, Reach()) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an address"),
        ("example.com/hooks", "Enter an address"),
        ("ftp://example.com/", "Enter an address"),
        ("javascript:alert(1)", "Enter an address"),
        ("https://", "Enter an address"),
        ("https://example.com:99999/", "Enter an address"),
        ("https://example.com:0/", "Enter an address"),
        ("https://[::1/", "Enter an address"),
        ("https://" + "a" * 70 + ".example/", "Enter an address"),
        ("http://example.com/", "must begin with https"),
        ("https://user:word@example.com/", "Leave user and password"),
        ("https://@example.com/", "Leave user and password"),
        ("https://10.1.2.3/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://localhost:8080/", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("https://example.com/" + "a" * 500, "too long"),
        ("https://example.com/a b", "without spaces"),
        ("https://example.com/ğ", "without spaces"),
    ],
)
def test_a_wrong_address_is_refused_with_a_reason(typed, said):
    with pytest.raises(errors.InvalidInput, match=said) as raised:
        normal_url(typed, Reach())
    assert raised.value.details["field"] == "url"


def test_while_trying_this_machine_may_listen_without_tls():
    assert normal_url("http://localhost:8080/x", EVERYWHERE) == "http://localhost:8080/x"
    assert normal_url("http://127.0.0.1/x", EVERYWHERE) == "http://127.0.0.1/x"
    with pytest.raises(errors.InvalidInput):
        normal_url("http://192.168.0.5/x", EVERYWHERE)


def test_waits_grow_with_a_little_chance_and_end():
    exact = [wait_after(tries, 0.5) for tries in range(1, 9)]
    assert exact == list(WAITS) == sorted(WAITS)
    assert [each.total_seconds() for each in exact] == [5, 30, 120, 600, 3600, 10800, 28800, 86400]
    assert wait_after(9, 0.5) is None
    for tries, usual in enumerate(WAITS, start=1):
        assert wait_after(tries, 0) == usual * 0.8 and wait_after(tries, 1) == usual * 1.2


def test_success_is_any_two_hundred_and_nothing_else():
    assert all(is_success(code) for code in (200, 201, 202, 204, 299))
    assert not any(is_success(code) for code in (None, 100, 199, 300, 301, 304, 400, 410, 500))


def test_gone_and_three_days_of_failures_end_the_sending():
    assert reason_to_stop(410, None, NOW) is StoppedBecause.GONE
    assert reason_to_stop(500, NOW - STOP_AFTER, NOW) is StoppedBecause.FAILING
    assert reason_to_stop(None, NOW - STOP_AFTER, NOW) is StoppedBecause.FAILING
    assert reason_to_stop(500, NOW - STOP_AFTER + timedelta(seconds=1), NOW) is None
    assert reason_to_stop(500, None, NOW) is None


def test_every_end_of_an_appointment_has_an_event():
    assert set(EVENT_OF) == set(AppointmentStatus) - {AppointmentStatus.PENDING}


def test_the_signature_is_the_one_of_the_specification():
    secret, body = new_secret(), '{"name":"Ayşe"}'
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32 and new_secret() != secret
    headers = signed_headers([secret], "evt_1", NOW, body)
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"evt_1.{headers['webhook-timestamp']}.{body}".encode()
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    both = signed_headers([secret, new_secret()], "evt_1", NOW, body)["webhook-signature"].split()
    assert len(both) == 2 and both[0] == f"v1,{wanted}" and both[1] != both[0]


class Names:
    """A resolver that says what it is told to, and counts."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = addresses, []

    def __call__(self, host: str, port: int, **_options: object) -> list:
        self.asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in self.addresses]


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.8",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:192.168.0.1",),
        ("93.184.215.14", "192.168.0.1"),
    ],
)
def test_a_name_with_any_private_address_is_never_connected_to(addresses):
    names = Names(*addresses)
    answer = WebhookSender(Reach(), resolve=names).send("https://hooks.example/", {}, b"{}")
    assert (answer.status, answer.fault) == (None, Fault.ADDRESS)
    # Which one it was is nobody's business.
    assert answer.detail == "" and names.asked == ["hooks.example"]


def test_a_name_that_is_not_known_is_told_like_one_that_is_private():
    def unknown(*_args, **_options):
        raise OSError("Name or service not known")

    answer = WebhookSender(Reach(), resolve=unknown).send("https://nowhere.example/", {}, b"{}")
    assert (answer.fault, answer.detail) == (Fault.ADDRESS, "")
    nowhere = WebhookSender(Reach(), resolve=Names()).send("https://x.test/", {}, b"")
    assert (nowhere.fault, nowhere.detail) == (Fault.ADDRESS, "")


def test_without_tls_nothing_leaves_in_production():
    names = Names("93.184.215.14")
    answer = WebhookSender(Reach(), resolve=names).send("http://hooks.example/", {}, b"{}")
    assert answer.fault is Fault.ADDRESS and names.asked == []
