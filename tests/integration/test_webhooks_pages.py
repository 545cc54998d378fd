"""The admin's pages of webhooks: add, change, test, log, send again, delete."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.webhooks import DeliveryState, Event
from medcor.extensions import db
from medcor.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from medcor.web.transaction import reading, transaction
from medcor.web.webhook_ticker import send_due
from tests.appointment_helpers import JSON, acts, at, book, browser, counted_queries
from tests.conftest import NOW
from tests.page_helpers import csrf_token, sent_mails, text_of
from tests.webhook_helpers import (
    add_endpoint,
    deliveries,
    endpoint_of,
    receiver,
    status,
    use_sender,
)

LIST = "/webhooks/"
URL = "https://hooks.example.com/medcor"
FORM = {
    "url": URL,
    "description": "Books",
    "events": ["appointment.booked", "appointment.cancelled"],
    "is_active": "y",
}


@pytest.fixture()
def admin(app, world):
    return browser(app, world.one.admin)


@pytest.fixture(autouse=True)
def sender(app):
    parts = app.extensions["medcor"].parts
    parts.pop("webhook_sender", None)
    use_sender(app)
    yield
    parts.pop("webhook_sender", None)


def endpoints(clinic) -> list[WebhookEndpoint]:
    db.session.remove()
    wanted = sa.select(WebhookEndpoint).order_by(WebhookEndpoint.id)
    return list(reading(clinic.id).scalars(wanted))


def add(client, **changes: object):
    return send_form_of(client, "/webhooks/new/", **{**FORM, **changes})


def send_form_of(client, path: str, **fields: object):
    token = csrf_token(client, LIST)
    kept = {name: value for name, value in fields.items() if value is not None}
    return client.post(path, data={"csrf_token": token, **kept})


def edit(client, number: int, **changes: object):
    path = f"/webhooks/{number}/edit/"
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(path).text).group(1)
    return send_form_of(client, path, **{"version": version, **FORM, **changes})


def test_without_any_the_page_says_what_to_do_next(admin):
    page = admin.get(LIST)
    assert page.status_code == 200 and "No webhook yet" in text_of(page)
    assert 'href="/webhooks/new/"' in page.text
    assert 'href="/webhooks/"' in admin.get("/admin_clinic_details/").text


def test_a_webhook_is_added_and_its_secret_shown_once(world, admin):
    answer = add(admin)
    (made,) = endpoints(world.one)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/webhooks/{made.id}/")
    assert (made.url, made.description, made.events) == (
        URL,
        "Books",
        ["appointment.booked", "appointment.cancelled"],
    )
    assert made.is_active and not made.with_contact and made.secret.startswith("whsec_")
    first, second = (admin.get(f"/webhooks/{made.id}/") for _ in range(2))
    assert made.secret in first.text and made.secret not in second.text
    assert "can't be shown again" in text_of(second)
    with admin.session_transaction() as cookie:
        assert made.secret not in str(dict(cookie))
    (act,) = acts(world.one, "webhook.added")
    assert act.details["address"] == URL and act.actor_id == world.one.admin.user_id
    assert made.secret not in str(act.details)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": ""}, "Enter an address like https://example.com/hooks."),
        ({"url": "example.com"}, "Enter an address like https://example.com/hooks."),
        ({"url": "https://10.0.0.1/"}, "This address is inside a private network."),
        ({"url": "https://a:b@example.com/"}, "Leave user and password out of the address"),
        ({"url": "https://example.com/" + "x" * 500}, "This address is too long."),
        ({"events": None}, "Choose at least one event."),
        ({"events": ["appointment.eaten"]}, "is not a valid choice"),
        ({"description": "x" * 121}, "Use at most 120 characters."),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(world, admin, changes, message):
    answer = add(admin, **{"description": "Kept words", **changes})
    assert answer.status_code == 400 and text_of(answer).count(message) == 2, text_of(answer)
    assert "data-error-summary" in answer.text
    assert "Kept words" in answer.text or "description" in changes
    assert endpoints(world.one) == []


def test_the_same_address_twice_is_one_webhook(world, admin):
    assert add(admin).status_code == 302
    again = add(admin, url=URL.replace("hooks.", "HOOKS."))
    assert again.status_code == 409
    assert "There is already a webhook with this address." in text_of(again)
    assert len(endpoints(world.one)) == 1
    add_endpoint(world.two, URL)


def test_there_are_ten_at_most(world, admin):
    for number in range(10):
        add_endpoint(world.one, f"{URL}/{number}")
    answer = add(admin)
    assert answer.status_code == 400 and "ten webhooks at most" in text_of(answer)
    assert 'href="/webhooks/new/"' not in admin.get(LIST).text


def test_a_change_is_saved_and_a_stale_one_told(world, admin):
    number = add_endpoint(world.one, URL)
    stale = send_form_of(admin, f"/webhooks/{number}/edit/", **{**FORM, "version": "1"})
    assert stale.status_code == 302
    stale = send_form_of(
        admin, f"/webhooks/{number}/edit/", **{**FORM, "version": "1", "description": "Mine"}
    )
    assert stale.status_code == 409 and "Somebody else saved this" in text_of(stale)
    assert 'value="Mine"' in stale.text and endpoint_of(world.one, number).description == "Books"
    assert edit(admin, number, with_contact="y", is_active=None).status_code == 302
    made = endpoint_of(world.one, number)
    assert made.with_contact and not made.is_active and made.version == 3
    assert "Off" in text_of(admin.get(LIST))
    assert len(acts(world.one, "webhook.edited")) == 2


def test_an_edit_to_an_address_that_is_taken_is_refused(world, admin):
    add_endpoint(world.one, f"{URL}/other")
    number = add_endpoint(world.one, URL)
    assert edit(admin, number, url=f"{URL}/other").status_code == 409


def test_a_new_secret_is_made_once_however_often_the_form_is_sent(world, admin):
    number = add_endpoint(world.one, URL)
    old = endpoint_of(world.one, number).secret
    path = f"/webhooks/{number}/secret/"
    page = admin.get(path)
    assert page.status_code == 200 and "24 hours" in text_of(page)
    version = re.search(r'name="version" value="(\d+)"', page.text).group(1)
    assert send_form_of(admin, path, version=version).status_code == 302
    made = endpoint_of(world.one, number)
    assert made.secret != old and made.previous_secret == old
    assert made.previous_until == NOW + timedelta(hours=24)
    assert send_form_of(admin, path, version=version).status_code == 409
    assert endpoint_of(world.one, number).secret == made.secret
    shown = admin.get(f"/webhooks/{number}/")
    assert made.secret in shown.text and old not in shown.text and "signs too until" in shown.text
    assert len(acts(world.one, "webhook.secret_renewed")) == 1


def test_deleting_says_what_goes_with_it(world, admin):
    number = add_endpoint(world.one, URL)
    book(world.one)
    page = admin.get(f"/webhooks/{number}/delete/")
    assert "1 event that still waits is not sent." in text_of(page) and URL in page.text
    assert send_form_of(admin, f"/webhooks/{number}/delete/").headers["Location"] == LIST
    assert endpoints(world.one) == [] and deliveries(world.one) == []
    assert send_form_of(admin, f"/webhooks/{number}/delete/").status_code == 404


def test_a_test_event_leads_to_its_delivery(world, admin):
    with receiver() as hooks:
        number = add_endpoint(world.one, hooks.url, (Event.CANCELLED,))
        empty = text_of(admin.get(f"/webhooks/{number}/deliveries/"))
        assert "Nothing was sent yet" in empty
        answer = send_form_of(admin, f"/webhooks/{number}/test/")
        (made,) = deliveries(world.one)
        here = f"/webhooks/{number}/deliveries/{made.id}/"
        assert answer.headers["Location"] == here
        waiting = admin.get(here)
        assert f'data-watch="{here}"' in waiting.text and "Headers of" not in waiting.text
        assert send_due() == Counter(delivered=1)
        page = admin.get(here)
        assert "Delivered" in text_of(page) and "data-watch" not in page.text
        assert hooks.calls[0].headers["webhook-signature"] in page.text
        assert hooks.calls[0].headers["webhook-id"] in page.text
        assert "webhook.test" in text_of(page)


def test_while_it_is_off_nothing_can_be_sent(world, admin):
    number = add_endpoint(world.one, URL)
    book(world.one)
    (made,) = deliveries(world.one)
    assert edit(admin, number, is_active=None).status_code == 302
    assert send_due() == Counter()
    assert send_form_of(admin, f"/webhooks/{number}/test/").status_code == 409
    path = f"/webhooks/{number}/deliveries/{made.id}/"
    assert send_form_of(admin, f"{path}resend/").status_code == 409
    assert "nothing is sent" in text_of(admin.get(path))


def log_of(world) -> tuple[int, str]:
    """One delivered, one given up, one that waits."""
    with receiver() as hooks:
        number = add_endpoint(world.one, hooks.url)
        for slot in range(3):
            book(world.one, slot)
        hooks.replies.extend([status(200), status(500), status(307)])
        assert send_due() == Counter(delivered=1, postponed=2)
    with transaction(world.one.id) as session:
        row = session.scalars(
            sa.select(WebhookDelivery).where(WebhookDelivery.status_code == 500)
        ).one()
        row.state, row.next_try_at = DeliveryState.FAILED, None
        public_id = session.get_one(WebhookEvent, row.event_id).public_id
    db.session.remove()
    return number, public_id


def test_the_log_is_narrowed_by_state_event_and_number(world, admin):
    number, event = log_of(world)
    path = f"/webhooks/{number}/deliveries/"

    def found(query: str = "") -> list[int]:
        page = admin.get(path + query)
        assert page.status_code == 200
        return [int(each) for each in re.findall(rf'nowrap" href="{path}(\d+)/"', page.text)]

    assert found() == [3, 2, 1]
    assert (found("?state=delivered"), found("?state=failed"), found("?state=waiting")) == (
        [1],
        [2],
        [3],
    )
    assert found("?event=appointment.booked") == [3, 2, 1]
    assert found("?event=appointment.moved") == [] and found(f"?q={event}") == [2]
    assert found("?state=nonsense&event=nonsense&page=99") == [3, 2, 1]
    text = text_of(admin.get(path))
    for part in ("Given up", "500", "The receiver refused it.", "307", "not followed", "next try"):
        assert part in text
    assert "1 delivered" in text_of(admin.get(LIST))
    body = admin.get(path, headers=JSON).get_json()
    assert body["count"] == 3 and [each["status_code"] for each in body["results"]] == [
        307,
        500,
        200,
    ]


def test_the_log_is_a_file_too_and_that_is_written_down(world, admin):
    number, event = log_of(world)
    answer = admin.get(f"/webhooks/{number}/deliveries/?format=csv&state=failed", buffered=True)
    assert answer.mimetype == "text/csv"
    header, line = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert header.startswith("Made,Event,Event number,State,Tries,Answer,What went wrong")
    assert f"Booked,{event},Given up,1,500,The receiver refused it." in line
    assert len(acts(world.one, "webhook.exported")) == 1


def test_sending_again_is_a_delivery_of_its_own(world, admin):
    with receiver() as hooks:
        number = add_endpoint(world.one, hooks.url)
        book(world.one)
        send_due()
        (first,) = deliveries(world.one)
        path = f"/webhooks/{number}/deliveries/{first.id}/"
        answers = [send_form_of(admin, f"{path}resend/") for _ in range(2)]
        again = deliveries(world.one)[1]
        assert {each.headers["Location"] for each in answers} == {
            f"/webhooks/{number}/deliveries/{again.id}/"
        }
        assert send_due() == Counter(delivered=1) and len(hooks.calls) == 2
        page = text_of(admin.get(f"/webhooks/{number}/deliveries/{again.id}/"))
        assert "Sent again by Admin Test" in page and "The same event" in page
        assert "sent again" in text_of(admin.get(f"/webhooks/{number}/deliveries/"))


def test_the_page_keeps_no_contact_of_a_patient(world, admin):
    with receiver() as hooks:
        number = add_endpoint(world.one, hooks.url, with_contact=True)
        book(world.one)
        send_due()
        assert world.one.patient.email in hooks.calls[0].body.decode()
        (made,) = deliveries(world.one)
        page = admin.get(f"/webhooks/{number}/deliveries/{made.id}/")
        assert world.one.patient.email not in page.text
        assert "are not kept here" in text_of(page)


def test_a_webhook_that_was_stopped_says_why_and_its_admin_gets_a_mail(app, world, admin):
    folder = app.extensions["medcor"].settings.mail_folder
    app.extensions["medcor"].parts.pop("mailer", None)
    with receiver() as hooks:
        hooks.usual = status(410)
        number = add_endpoint(world.one, hooks.url)
        book(world.one)
        assert send_due() == Counter(failed=1)
    page = text_of(admin.get(f"/webhooks/{number}/"))
    assert "gone for good (410). Medcor has switched it off" in page
    assert "Stopped" in text_of(admin.get(LIST))
    (told,) = [each for each in sent_mails(folder) if each["To"] == world.one.admin.email]
    assert told["Subject"] == "A webhook of Clinic one.test was switched off"
    text = told.get_body(("plain",)).get_content()
    assert "127.0.0.1" in text and f"/webhooks/{number}/deliveries/" in text


def test_a_mail_about_a_webhook_that_is_on_again_is_not_sent(app, world, admin):
    folder = app.extensions["medcor"].settings.mail_folder
    app.extensions["medcor"].parts.pop("mailer", None)
    with receiver() as hooks:
        hooks.usual = status(410)
        number = add_endpoint(world.one, hooks.url)
        book(world.one)
        send_due()
        assert edit(admin, number, url=hooks.url).status_code == 302
    assert endpoint_of(world.one, number).stopped_because is None
    assert [each for each in sent_mails(folder) if each["To"] == world.one.admin.email] == []


@pytest.mark.parametrize("role", ["doctor", "patient"])
def test_only_admins_see_webhooks(app, world, role):
    number = add_endpoint(world.one, URL)
    client = browser(app, getattr(world.one, role))
    for each in (LIST, "/webhooks/new/", f"/webhooks/{number}/", f"/webhooks/{number}/deliveries/"):
        assert client.get(each).status_code == 403
    assert app.test_client().get(LIST).status_code == 302
    assert app.test_client().get(LIST, headers=JSON).status_code == 401


def test_another_clinics_webhook_does_not_exist(world, admin):
    number = add_endpoint(world.two, URL)
    book(world.two)
    (made,) = deliveries(world.two)
    db.session.remove()
    mine = add_endpoint(world.one, URL)
    for path in ("", "edit/", "delete/", "secret/", "deliveries/", f"deliveries/{made.id}/"):
        assert admin.get(f"/webhooks/{number}/{path}").status_code == 404
    assert admin.get(f"/webhooks/{mine}/deliveries/{made.id}/").status_code == 404
    for path in ("edit/", "delete/", "secret/", "test/", f"deliveries/{made.id}/resend/"):
        assert send_form_of(admin, f"/webhooks/{number}/{path}", **FORM).status_code == 404
    assert len(endpoints(world.two)) == 1 and len(deliveries(world.two)) == 1


def test_a_script_adds_and_reads_webhooks(world, admin):
    token = csrf_token(admin, LIST)
    headers = {**JSON, "X-CSRFToken": token}
    body = {"url": URL, "events": ["appointment.moved"], "is_active": True, "with_contact": True}
    made = admin.post("/webhooks/new/", json=body, headers=headers)
    assert made.status_code == 201 and made.get_json()["secret"].startswith("whsec_")
    number = made.get_json()["id"]
    listed = admin.get(LIST, headers=JSON).get_json()
    assert listed["count"] == 1 and "secret" not in listed["results"][0]
    assert listed["results"][0]["events"] == ["appointment.moved"]
    test = admin.post(f"/webhooks/{number}/test/", headers=headers)
    assert test.status_code == 201 and test.get_json()["delivery_id"] == 1
    bad = admin.post("/webhooks/new/", json={"url": "http://10.0.0.1"}, headers=headers)
    assert bad.status_code == 400 and set(bad.get_json()["fields"]) == {"url", "events"}


def test_long_lists_cost_few_queries_and_have_pages(app, world, admin):
    number = add_endpoint(world.one, URL)
    with transaction(world.one.id) as session:
        for each in range(120):
            event = WebhookEvent(
                public_id=f"evt_{each}", kind="webhook.test", payload={}, created_at=NOW
            )
            session.add(event)
            session.flush()
            session.add(
                WebhookDelivery(
                    event_id=event.id, endpoint_id=number, next_try_at=NOW, created_at=NOW
                )
            )
    at(app, NOW)
    path = f"/webhooks/{number}/deliveries/"
    admin.get(path)
    for each in (path, f"{path}?page=3&event=webhook.test", LIST, f"/webhooks/{number}/"):
        with counted_queries() as seen:
            assert admin.get(each).status_code == 200
        assert len([line for line in seen if not line.startswith(("BEGIN", "PRAGMA"))]) <= 12, seen
    assert "101–120 of 120" in text_of(admin.get(f"{path}?page=3"))
