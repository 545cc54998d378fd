"""Webhooks over real TCP: signed, tried again, given up, switched off, sent once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.cli_webhooks import webhook_commands
from medcor.domain import errors
from medcor.domain.webhooks import DeliveryState, Event, Reach, StoppedBecause
from medcor.extensions import db
from medcor.models import AuditEvent
from medcor.services import (
    webhook_endpoints,
    webhook_log,
    webhook_outbox,
)
from medcor.web import webhook_ticker
from medcor.web.transaction import transaction
from medcor.web.webhook_ticker import purge_old, run_webhook_ticker, send_due
from tests.appointment_helpers import MONDAY, acts, at, book, mails
from tests.conftest import NOW
from tests.webhook_helpers import (
    add_endpoint,
    bodies,
    deliveries,
    drip,
    endpoint_of,
    events,
    free_port,
    later,
    receiver,
    silence,
    status,
    use_sender,
)


def test_a_failure_is_tried_again_later_and_then_given_up(app, world, hooks):
    hooks.usual = status(500)
    number = add_endpoint(world.one, hooks.url)
    book(world.one)
    moment, waits = NOW, []
    for _ in range(8):
        at(app, moment)
        assert send_due() == Counter(postponed=1)
        assert send_due() == Counter()
        (row,) = deliveries(world.one)
        assert (row.state, row.status_code, row.error) == (DeliveryState.WAITING, 500, "answer")
        waits.append((row.next_try_at - moment).total_seconds())
        moment = row.next_try_at
    usual = [5, 30, 120, 600, 3600, 10_800, 28_800, 86_400]
    assert all(0.8 * due <= wait <= 1.2 * due for due, wait in zip(usual, waits, strict=True))
    assert waits != usual
    at(app, moment)
    assert send_due() == Counter(failed=1)
    (row,) = deliveries(world.one)
    assert (row.state, row.attempts, row.next_try_at) == (DeliveryState.FAILED, 9, None)
    assert {call.headers["webhook-id"] for call in hooks.calls} == {events(world.one)[0].public_id}
    assert endpoint_of(world.one, number).is_active


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(world, hooks, code):
    with receiver() as elsewhere:
        hooks.replies.append(status(code, {"Location": elsewhere.url}))
        add_endpoint(world.one, hooks.url)
        book(world.one)
        assert send_due() == Counter(postponed=1)
        assert (len(hooks.calls), elsewhere.calls) == (1, [])
    assert deliveries(world.one)[0].status_code == code


def test_a_receiver_that_does_not_answer_costs_no_more_than_the_deadline(app, world, hooks):
    hooks.replies.append(silence(3))
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(postponed=1)
    (row,) = deliveries(world.one)
    assert (row.status_code, row.error) == (None, "timeout") and 900 < row.duration_ms < 2500


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 2"])
def test_headers_that_drip_run_into_the_deadline(world, hooks, head):
    hooks.replies.append(drip(head, 0.2, 20))
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(postponed=1)
    (row,) = deliveries(world.one)
    assert row.error == "timeout" and row.duration_ms < 2500


def test_a_body_that_drips_after_its_status_is_not_waited_for(world, hooks):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    hooks.replies.append(drip(head, 0.2, 20))
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(delivered=1)
    assert deliveries(world.one)[0].duration_ms < 2500


def test_a_huge_body_is_not_read(world, hooks):
    hooks.replies.append(status(200, body=b"x" * 20_000_000))
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(delivered=1)


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 200 OK\r\nbad header"])
def test_what_is_no_http_is_a_failure(world, hooks, answer):
    hooks.replies.append(lambda handler: handler.wfile.write(answer))
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(postponed=1)
    assert deliveries(world.one)[0].error.startswith("broken")


def test_a_receiver_that_comes_back_gets_what_it_missed(app, world):
    port = free_port()
    number = add_endpoint(world.one, f"http://127.0.0.1:{port}/hooks")
    made = [book(world.one, slot) for slot in range(3)]
    assert send_due() == Counter(postponed=3)
    assert {row.error.split(":")[0] for row in deliveries(world.one)} == {"connect"}
    assert endpoint_of(world.one, number).failing_since == NOW
    later(app, minutes=1)
    with receiver(port) as back:
        assert send_due() == Counter(delivered=3)
        assert sorted(body["appointment"]["id"] for body in bodies(back)) == made
    assert endpoint_of(world.one, number).failing_since is None


def test_gone_switches_the_endpoint_off_and_keeps_what_waits(app, world, hooks):
    number = add_endpoint(world.one, hooks.url)
    hooks.replies.append(status(410))
    book(world.one)
    book(world.one, 1)
    assert send_due() == Counter(failed=1)
    endpoint = endpoint_of(world.one, number)
    assert (endpoint.is_active, endpoint.stopped_because) == (False, StoppedBecause.GONE)
    first, second = deliveries(world.one)
    assert (first.state, second.state) == (DeliveryState.FAILED, DeliveryState.WAITING)
    assert mails(world.one, "webhook_stopped") == [{"name": "Admin", "endpoint_id": number}]
    (act,) = acts(world.one, "webhook.stopped")
    assert act.details == {"because": "gone"} and act.actor_id is None
    book(world.one, 2)
    assert len(events(world.one)) == 2
    facts = webhook_endpoints.EndpointFacts(hooks.url, "", tuple(Event), False, True)
    with transaction(world.one.id) as session:
        webhook_endpoints.edit_endpoint(session, world.one.admin, number, facts, 2, NOW)
    assert send_due() == Counter(delivered=1)


def test_three_days_of_failures_switch_it_off_and_admins_hear_of_it_once(app, world, hooks):
    number = add_endpoint(world.one, hooks.url)
    hooks.usual = status(503)
    book(world.one)
    send_due()
    later(app, hours=71)
    book(world.one, 1)
    send_due()
    assert endpoint_of(world.one, number).is_active
    later(app, hours=73)
    assert send_due()["postponed"] == 1
    endpoint = endpoint_of(world.one, number)
    assert (endpoint.is_active, endpoint.stopped_because) == (False, StoppedBecause.FAILING)
    assert len(mails(world.one, "webhook_stopped")) == 1
    assert send_due() == Counter()
    assert mails(world.two, "webhook_stopped") == []


def test_many_failures_at_once_stop_it_once(world, hooks):
    number = add_endpoint(world.one, hooks.url)
    for slot in range(2):
        book(world.one, slot)
    with transaction(None) as session:
        first = webhook_outbox.claim_next(session, NOW)
    db.session.remove()
    with transaction(world.one.id) as session:
        rows = webhook_outbox.DueDelivery(first.id + 1, world.one.id, number, 2, 0)
    gone = webhook_outbox.Answer(410, webhook_ticker.Fault.ANSWER, "", 1)
    for due in (first, rows):
        with transaction(world.one.id) as session:
            assert webhook_outbox.settle(session, due, gone, "", 0.5, NOW) == "failed"
    assert len(mails(world.one, "webhook_stopped")) == 1


def test_a_sender_that_dies_leaves_its_delivery_to_another(app, world, hooks):
    add_endpoint(world.one, hooks.url)
    book(world.one)
    with transaction(None) as session:
        dead = webhook_outbox.claim_next(session, NOW)
    assert send_due() == Counter()
    later(app, seconds=61)
    assert send_due() == Counter(delivered=1)
    fine = webhook_outbox.Answer(None, webhook_ticker.Fault.TIMEOUT, "", 1)
    with transaction(world.one.id) as session:
        assert webhook_outbox.settle(session, dead, fine, "", 0.5, NOW) == "lost"
    (row,) = deliveries(world.one)
    assert (row.state, row.attempts, row.error) == (DeliveryState.DELIVERED, 2, "")


def test_several_senders_at_once_deliver_each_event_once(app, world, hooks):
    with receiver() as second:
        for url in (hooks.url, second.url):
            add_endpoint(world.one, url)
        for slot in range(6):
            day = MONDAY + timedelta(days=2 * (slot // 3))
            book(world.one, slot, day)
        totals: list[Counter] = []

        def work() -> None:
            with app.app_context():
                while True:
                    done = send_due()
                    totals.append(done)
                    if not done and all(
                        row.state is DeliveryState.DELIVERED for row in deliveries(world.one)
                    ):
                        break
                db.session.remove()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sum(totals, Counter()) == Counter(delivered=12)
        for listening in (hooks, second):
            ids = [body["id"] for body in bodies(listening)]
            assert len(ids) == 6 == len(set(ids))


def test_a_receiver_that_hangs_holds_up_nobody_else(app, world, hooks):
    with receiver() as slow:
        slow.usual = silence(2)
        add_endpoint(world.two, slow.url)
        add_endpoint(world.one, hooks.url)
        for slot in range(3):
            book(world.two, slot)
        stop = threading.Event()
        ticker = threading.Thread(target=run_webhook_ticker, args=(app, stop, 0.02))
        ticker.start()
        try:
            book(world.one)
            deadline = threading.Event()
            for _ in range(80):
                if hooks.calls:
                    break
                deadline.wait(0.01)
            assert hooks.calls and len(slow.calls) <= 1
        finally:
            stop.set()
            ticker.join(10)
        deadline.wait(1.5)


def test_a_held_transaction_is_never_open_while_a_receiver_answers(app, world, hooks):
    """The database takes another clinic's booking while the receiver thinks."""
    seen = []

    def answer(handler) -> None:
        with app.app_context():
            seen.append(book(world.two))
            db.session.remove()
        status(200)(handler)

    hooks.replies.append(answer)
    add_endpoint(world.one, hooks.url)
    book(world.one)
    assert send_due() == Counter(delivered=1) and len(seen) == 1


def test_sent_again_it_has_the_same_event_id_and_is_logged(app, world, hooks):
    number = add_endpoint(world.one, hooks.url)
    book(world.one)
    send_due()
    (first,) = deliveries(world.one)
    for _ in range(2):
        with transaction(world.one.id) as session:
            webhook_log.send_again(session, world.one.admin, number, first.id, NOW)
    assert send_due() == Counter(delivered=1)
    assert len({call.headers["webhook-id"] for call in hooks.calls}) == 1 and len(hooks.calls) == 2
    again = deliveries(world.one)[1]
    assert again.asked_by_id == world.one.admin.user_id and again.event_id == first.event_id
    assert [act.details for act in acts(world.one, "webhook.resent")] == [
        {"delivery": again.id},
        {"delivery": again.id},
    ]
    db.session.remove()
    with transaction(world.two.id) as session, pytest.raises(errors.NotFound):
        webhook_log.send_again(session, world.two.admin, number, first.id, NOW)


def test_a_test_event_goes_to_one_endpoint_whatever_it_listens_to(world, hooks):
    with receiver() as other:
        number = add_endpoint(world.one, hooks.url, (Event.CANCELLED,))
        add_endpoint(world.one, other.url)
        for _ in range(2):
            with transaction(world.one.id) as session:
                webhook_endpoints.send_test(session, world.one.admin, number, NOW)
        assert send_due() == Counter(delivered=1)
        (body,) = bodies(hooks)
        assert (body["type"], body["test"], other.calls) == ("webhook.test", True, [])


def test_old_events_are_purged_with_their_deliveries(app, world, hooks):
    number = add_endpoint(world.one, hooks.url)
    book(world.one)
    send_due()
    later(app, days=20)
    with transaction(world.one.id) as session:
        webhook_endpoints.send_test(session, world.one.admin, number, NOW + timedelta(days=20))
    later(app, days=31)
    assert purge_old() == 1
    assert [event.kind for event in events(world.one)] == ["webhook.test"]
    assert len(deliveries(world.one)) == 1


def test_the_command_sends_what_is_due(app, world, hooks):
    add_endpoint(world.one, hooks.url)
    book(world.one)
    runner = app.test_cli_runner()
    assert runner.invoke(webhook_commands, ["send-due"]).output == "1 delivered\n"
    assert runner.invoke(webhook_commands, ["send-due"]).output == "nothing to send\n"


def test_a_private_address_is_refused_when_the_name_is_looked_up(app, world, hooks):
    use_sender(app, reach=Reach(), resolve=lambda *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    add_endpoint(world.one, f"https://hooks.example.com:{hooks.port}/")
    book(world.one)
    assert send_due() == Counter(postponed=1)
    assert deliveries(world.one)[0].error == "address" and hooks.calls == []


def test_deleting_an_endpoint_ends_its_deliveries(world, hooks):
    number = add_endpoint(world.one, hooks.url)
    book(world.one)
    with transaction(world.one.id) as session:
        webhook_endpoints.delete_endpoint(session, world.one.admin, number)
    assert deliveries(world.one) == [] and send_due() == Counter()
    wanted = sa.select(AuditEvent.action).where(AuditEvent.subject == "webhook")
    db.session.remove()
    with transaction(world.one.id) as session:
        assert list(session.scalars(wanted)) == ["webhook.added", "webhook.deleted"]
