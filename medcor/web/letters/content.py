"""What a mail says, apart from its form, and what several mails say alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from medcor.integrations.mailer import Attachment
from medcor.models import Clinic
from medcor.services.mail import DueMail
from medcor.web.state import settings


@dataclass(frozen=True, slots=True)
class Content:
    """What one mail says; the templates ``emails/letter.html`` and ``.txt`` give it its form.

    ``button`` and ``links`` are (text, address); the links are what else the reader may do.
    """

    subject: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    links: tuple[tuple[str, str], ...] = ()
    note: str = ""
    attachments: tuple[Attachment, ...] = ()


Writer = Callable[[Session, Clinic, Any], Content | None]


def url(path: str) -> str:
    return f"{settings().public_url}{path}"


def page(endpoint: str, **values: object) -> str:
    """The address of a page by its endpoint; a mail is worded outside of any request."""
    return url(current_app.url_map.bind("").build(endpoint, values))


def to_patient(mail: DueMail) -> bool:
    return mail.details.get("role", "patient") == "patient"


def sign_in_path(mail: DueMail) -> str:
    return f"/patient/login/?clinic={mail.clinic_id}" if to_patient(mail) else "/login/"


def forgot_path(mail: DueMail) -> str:
    if to_patient(mail):
        return f"/patient/forgot-password/?clinic={mail.clinic_id}"
    return "/forgot-password/"
