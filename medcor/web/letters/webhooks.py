"""Mails to admins about webhooks."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.webhooks import StoppedBecause
from medcor.models import Clinic, WebhookEndpoint
from medcor.services import lookup
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind

from .content import Content, Writer, page


def _stopped(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    endpoint = lookup.find(session, WebhookEndpoint, mail.details.get("endpoint_id"))
    if endpoint is None or endpoint.is_active or endpoint.stopped_because is None:
        return None
    host = urlsplit(endpoint.url).hostname or endpoint.url
    if endpoint.stopped_because is StoppedBecause.GONE:
        why = gettext("The system at %(host)s answered that it is gone for good (410).", host=host)
    else:
        why = gettext("The system at %(host)s has taken nothing for three days.", host=host)
    return Content(
        subject=gettext("A webhook of %(clinic)s was switched off", clinic=clinic.name),
        lines=(
            why,
            gettext(
                "Medcor has stopped telling it about appointments. Nothing else has changed: "
                "patients and staff book as before."
            ),
        ),
        button=(
            gettext("See what was not delivered"),
            page("clinic.webhook_deliveries", endpoint_id=endpoint.id),
        ),
        note=gettext(
            "When the receiver works again, switch the webhook on: what still waits is sent then."
        ),
    )


WRITERS: dict[MailKind, Writer] = {MailKind.WEBHOOK_STOPPED: _stopped}
