"""What an admin sets of a webhook."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from medcor.domain import errors
from medcor.domain.webhooks import Event, normal_url
from medcor.models import WebhookEndpoint
from medcor.services.webhook_endpoints import EndpointFacts
from medcor.web.forms import RowForm, choices_of, tidy
from medcor.web.webhook_ticker import reach

from .webhook_words import EVENTS


def usable_address(form: Any, field: StringField) -> None:
    """Bring the address into the form in which it is kept, or say what is wrong with it."""
    try:
        field.data = normal_url(field.data, reach())
    except errors.InvalidInput as error:
        raise ValidationError(field.gettext(error.text)) from error


class WebhookForm(RowForm):
    """Where another system listens, and to what."""

    url = StringField(
        _l("Address"),
        [
            DataRequired(_l("Enter an address like https://example.com/hooks.")),
            usable_address,
        ],
        filters=[tidy],
    )
    description = StringField(
        _l("What it is for"),
        [Length(max=120, message=_l("Use at most %(max)d characters."))],
        filters=[tidy],
    )
    events = SelectMultipleField(
        _l("What it is told"),
        [DataRequired(_l("Choose at least one event."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    with_contact = BooleanField(_l("Send the patient's name, email and phone too"))
    is_active = BooleanField(_l("Switched on"))

    @classmethod
    def of(cls, endpoint: WebhookEndpoint | None) -> WebhookForm:
        """The form of a webhook, or of a new one; it shows what was posted, if anything was."""
        if endpoint is None:
            usual = [Event.BOOKED.value, Event.MOVED.value, Event.CANCELLED.value]
            form = cls(events=[*usual, Event.RESTORED.value], is_active=True)
        else:
            form = cls(obj=endpoint)
        form.events.choices = choices_of((key.value, str(label)) for key, label in EVENTS.items())
        return form

    @property
    def facts(self) -> EndpointFacts:
        return EndpointFacts(
            url=self.url.data,
            description=self.description.data,
            events=tuple(Event(each) for each in self.events.data),
            with_contact=self.with_contact.data,
            is_active=self.is_active.data,
        )
