"""The wording of every mail, in the language of its reader, from what is true when it is sent."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from medcor.domain import colour
from medcor.integrations.mailer import Letter
from medcor.models import Clinic
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import LANGUAGES
from medcor.web.state import settings

from . import account, appointments, handovers, offers, series, webhooks
from .content import Content, Writer

__all__ = ["WRITERS", "compose"]
_OWN_ACCENT = "#0b655d"
WRITERS: dict[MailKind, Writer] = {
    **account.WRITERS,
    **appointments.WRITERS,
    **handovers.WRITERS,
    **offers.WRITERS,
    **series.WRITERS,
    **webhooks.WRITERS,
}


def compose(session: Session, mail: DueMail) -> Letter | None:
    """Word a mail; None if what it would tell is no longer so. ``session`` is the clinic's."""
    # The mail that opens a clinic is of one that is not open yet.
    clinic = session.get_one(Clinic, mail.clinic_id)
    language = mail.language if mail.language in LANGUAGES else "en"
    with force_locale(language):
        content = WRITERS[MailKind(mail.kind)](session, clinic, mail)
        return _form(clinic, mail, language, content) if content else None


def _form(clinic: Clinic, mail: DueMail, language: str, content: Content) -> Letter:
    accent = clinic.accent if colour.is_colour(clinic.accent) else _OWN_ACCENT
    accents = colour.palette(accent)
    values = {
        "content": content,
        "clinic": clinic,
        "language": language,
        "name": mail.details.get("name", ""),
        "public_url": settings().public_url,
        "accent": accents.light,
        "dark_accent": accents.dark,
    }
    environment = current_app.jinja_env
    return Letter(
        subject=content.subject,
        text=environment.get_template("emails/letter.txt").render(values),
        html=environment.get_template("emails/letter.html").render(values),
        sender_name=clinic.name,
        reply_to=clinic.email,
        attachments=content.attachments,
    )
