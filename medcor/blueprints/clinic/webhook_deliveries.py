"""The delivery log of a webhook: what was sent, how it went, and sending it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from medcor.domain.permissions import Permission
from medcor.domain.webhooks import DeliveryState
from medcor.integrations.webhooks.sender import AGENT
from medcor.models import Clinic, User, WebhookDelivery, WebhookEndpoint
from medcor.services import audit, lookup, webhook_endpoints, webhook_log
from medcor.services.webhook_log import Narrowed
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.paging import CSV_CHUNK, csv_answer, paginate, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import webhook_words as words
from .blueprint import blueprint

PER_PAGE = 50


@blueprint.get("/webhooks/<int:endpoint_id>/deliveries/")
@needs(Permission.MANAGE_CLINIC)
def webhook_deliveries(endpoint_id: int):
    """List the deliveries of a webhook, latest first, by state and event."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id)
    narrowed = _narrowed()
    if wants_csv():
        return _file(endpoint, clinic, narrowed)
    page = paginate(
        webhook_log.listed(endpoint.id, narrowed),
        PER_PAGE,
        counted=webhook_log.counted(endpoint.id, narrowed),
    )
    if wants_json():
        return {"count": page.total, "results": [_body(each) for each in page.items]}
    return render_template(
        "clinic/webhook_deliveries.html",
        endpoint=endpoint,
        page=page,
        lines=[_line(each, clinic) for each in page.items],
        search=narrowed.event,
        filters=_filters(narrowed),
        narrowed=narrowed != Narrowed(),
    )


def _narrowed() -> Narrowed:
    state, kind = request.args.get("state", ""), request.args.get("event", "")
    return Narrowed(
        state=DeliveryState(state) if state in set(DeliveryState) else None,
        kind=kind if kind in words.SHORT else "",
        event=request.args.get("q", "").strip()[:60],
    )


def _filters(narrowed: Narrowed) -> list[dict[str, Any]]:
    every = ("", gettext("All"))
    states = [every, *((key.value, str(label)) for key, (label, *_) in words.STATES.items())]
    kinds = [every, *((key, str(label)) for key, label in words.SHORT.items())]
    state = narrowed.state.value if narrowed.state else ""
    return [
        {"name": "state", "label": gettext("State"), "value": state, "options": states},
        {"name": "event", "label": gettext("Event"), "value": narrowed.kind, "options": kinds},
    ]


def _line(delivery: WebhookDelivery, clinic: Clinic) -> dict[str, Any]:
    label, tone, symbol = words.STATES[delivery.state]
    zone = clinic.zone_info
    return {
        "row": delivery,
        "event": words.event_text(delivery.event.kind),
        "made": words.moment(delivery.created_at, zone),
        "state": str(label),
        "tone": tone,
        "symbol": symbol,
        "error": words.error_text(delivery),
        "took": words.milliseconds(delivery.duration_ms),
        "next": words.moment(delivery.next_try_at, zone) if delivery.next_try_at else "",
    }


def _body(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event_id": delivery.event.public_id,
        "type": delivery.event.kind,
        "state": delivery.state,
        "created_at": delivery.created_at.isoformat(),
        "attempts": delivery.attempts,
        "status_code": delivery.status_code,
        "error": delivery.error,
        "duration_ms": delivery.duration_ms,
        "next_try_at": delivery.next_try_at.isoformat() if delivery.next_try_at else None,
    }


def _file(endpoint: WebhookEndpoint, clinic: Clinic, narrowed: Narrowed) -> Response:
    """The log as a file; that it was taken is in the audit log."""
    number, clinic_id, zone = endpoint.id, clinic.id, clinic.zone_info
    acting(lambda session, who: audit.record(session, who, "webhook.exported", "webhook", number))
    header = [
        gettext("Made"),
        gettext("Event"),
        gettext("Event number"),
        gettext("State"),
        gettext("Tries"),
        gettext("Answer"),
        gettext("What went wrong"),
        gettext("Milliseconds"),
        gettext("Next try"),
    ]
    return csv_answer(f"webhook-{number}", header, _csv_rows(clinic_id, zone, number, narrowed))


def _csv_rows(
    clinic_id: int, zone: ZoneInfo, number: int, narrowed: Narrowed
) -> Iterator[list[object]]:
    found = webhook_log.listed(number, narrowed).execution_options(yield_per=CSV_CHUNK)
    for row in reading(clinic_id).scalars(found):
        following = row.next_try_at
        yield [
            row.created_at.astimezone(zone).isoformat(timespec="seconds"),
            words.event_text(row.event.kind),
            row.event.public_id,
            str(words.STATES[row.state][0]),
            row.attempts,
            row.status_code,
            words.error_text(row),
            row.duration_ms,
            following.astimezone(zone).isoformat(timespec="seconds") if following else "",
        ]


@blueprint.get("/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/")
@needs(Permission.MANAGE_CLINIC)
def webhook_delivery(endpoint_id: int, delivery_id: int):
    """Show one delivery: what was sent, with which headers, and how its last try went."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id)
    delivery = webhook_log.get_delivery(session, endpoint.id, delivery_id)
    if wants_json():
        return {**_body(delivery), "payload": delivery.event.payload}
    asked = lookup.find(session, User, delivery.asked_by_id)
    others = [
        _line(each, clinic)
        for each in webhook_log.tellings_of(session, delivery)
        if each.id != delivery.id
    ]
    return render_template(
        "clinic/webhook_delivery.html",
        endpoint=endpoint,
        line=_line(delivery, clinic),
        delivery=delivery,
        detail=words.error_detail(delivery),
        tried=words.moment(delivery.tried_at, clinic.zone_info),
        asked_by=asked.name if asked else "",
        others=others,
        headers=_headers(delivery),
        payload=json.dumps(delivery.event.payload, ensure_ascii=False, indent=2),
        contact=endpoint.with_contact and delivery.event.appointment_id is not None,
    )


def _headers(delivery: WebhookDelivery) -> list[tuple[str, str]]:
    """The headers of the last try; before the first one there are none."""
    if delivery.tried_at is None:
        return []
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", AGENT),
        ("webhook-id", delivery.event.public_id),
        ("webhook-timestamp", str(int(delivery.tried_at.timestamp()))),
        ("webhook-signature", delivery.signature or "–"),
    ]


@blueprint.post("/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/resend/")
@needs(Permission.MANAGE_CLINIC)
def resend_webhook(endpoint_id: int, delivery_id: int):
    """Send the same event again, under the same event id."""
    made = acting(
        lambda session, who: webhook_log.send_again(session, who, endpoint_id, delivery_id, now())
    )
    if wants_json():
        return {"delivery_id": made.id}, 201
    flash(gettext("It is sent again. This page shows how it went."), "success")
    here = url_for("clinic.webhook_delivery", endpoint_id=endpoint_id, delivery_id=made.id)
    return redirect(here)
