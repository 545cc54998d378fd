"""What webhooks, their events and their failures are called."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from medcor.domain.webhooks import GONE, TEST, DeliveryState, Event, StoppedBecause
from medcor.integrations.webhooks import Fault
from medcor.models import WebhookDelivery, WebhookEndpoint
from medcor.web.locale import format_clock, format_short_day

EVENTS: dict[Event, Any] = {
    Event.BOOKED: _l("An appointment was booked"),
    Event.CONFIRMED: _l("The clinic confirmed it"),
    Event.MOVED: _l("It was moved to another time or doctor"),
    Event.CANCELLED: _l("It was cancelled"),
    Event.RESTORED: _l("The last step was taken back, so it is as before"),
    Event.COMPLETED: _l("It took place"),
    Event.NO_SHOW: _l("The patient did not come"),
}
SHORT: dict[str, Any] = {
    Event.BOOKED.value: _l("Booked"),
    Event.CONFIRMED.value: _l("Confirmed"),
    Event.MOVED.value: _l("Moved"),
    Event.CANCELLED.value: _l("Cancelled"),
    Event.RESTORED.value: _l("Taken back"),
    Event.COMPLETED.value: _l("Completed"),
    Event.NO_SHOW.value: _l("No-show"),
    TEST: _l("Test"),
}
STATES: dict[DeliveryState, tuple[Any, str, str]] = {
    DeliveryState.WAITING: (_l("Waits"), "signal", "clock"),
    DeliveryState.DELIVERED: (_l("Delivered"), "ok", "check"),
    DeliveryState.FAILED: (_l("Given up"), "bad", "x"),
}
_FAULTS: dict[str, Any] = {
    Fault.ADDRESS.value: _l(
        "The name of the address is not known, or it is not public. Nothing was sent."
    ),
    Fault.CONNECT.value: _l("The receiver could not be reached."),
    Fault.TLS.value: _l("The receiver's certificate is not valid."),
    Fault.TIMEOUT.value: _l("The receiver did not answer within ten seconds."),
    Fault.BROKEN.value: _l("The answer broke off or could not be read."),
}


def event_text(kind: str) -> str:
    """The event in a word or two; one without any by its own name."""
    return str(SHORT.get(kind, kind))


def error_text(delivery: WebhookDelivery) -> str:
    """What went wrong at the last try; empty where nothing did."""
    fault, _colon, _detail = delivery.error.partition(": ")
    if fault != Fault.ANSWER.value:
        return str(_FAULTS.get(fault, fault))
    if delivery.status_code == GONE:
        return gettext("The receiver answered that it is gone for good.")
    if delivery.status_code and 300 <= delivery.status_code < 400:
        return gettext("The receiver sent on to another address, which is not followed.")
    return gettext("The receiver refused it.")


def error_detail(delivery: WebhookDelivery) -> str:
    """The network's own words about the failure, for whoever mends the receiver."""
    return delivery.error.partition(": ")[2]


def stopped_text(endpoint: WebhookEndpoint) -> str:
    """Why Medcor itself switched the webhook off; empty where it did not."""
    if endpoint.is_active or endpoint.stopped_because is None:
        return ""
    if endpoint.stopped_because is StoppedBecause.GONE:
        return gettext("The receiver answered that it is gone for good (410).")
    return gettext("The receiver has taken nothing for three days.")


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant in the clinic's time, to the second; a dash where there is none."""
    if at is None:
        return "–"
    local = at.astimezone(zone)
    return f"{format_short_day(local.date())} {local.year}, {format_clock(local)}:{local:%S}"


def milliseconds(value: int | None) -> str:
    return "–" if value is None else gettext("%(number)s ms", number=value)
