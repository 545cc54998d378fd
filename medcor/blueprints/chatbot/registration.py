"""A new patient registers from within the widget, as on the clinic's own page."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from medcor.domain import errors
from medcor.web.access import widget
from medcor.web.registration import RegistrationForm, register

from . import blueprint, guards, schemas

_TAKEN = ("first_name", "last_name", "email", "password")


class WidgetRegistrationForm(RegistrationForm):
    """The page's rules for the fields of a widget, whose calls have no page and so no token."""

    class Meta(RegistrationForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> MultiDict:
            sent = schemas.body()
            return MultiDict((name, schemas.read_text(sent.get(name))) for name in _TAKEN)


@blueprint.post("/chatbot/register/<row_id:clinic_id>/<token>/")
@widget("the clinic's chatbot token; the address is shown to be the patient's by its mail")
def register_patient(clinic_id: int, token: str):
    """Register a patient; whether the address was known before shows in its mail only."""
    _session, clinic = guards.open_clinic(clinic_id)
    guards.check_chatbot_token(clinic, token)
    guards.check_origin(clinic)
    form = WidgetRegistrationForm()
    if not form.validate():
        raise errors.InvalidInput(fields=_texts(form))
    register(form, clinic.id)
    return {"message": "Please verify your email."}, 202


def _texts(form: WidgetRegistrationForm) -> dict[str, list[str]]:
    """What is wrong with each field, in the reader's language."""
    return {name: [str(text) for text in texts] for name, texts in form.errors.items()}
