"""A worded mail, and the MIME message that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text; ``media_type`` may have parameters, ``text/calendar; method=X``."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything of a mail but its transport headers."""

    subject: str
    text: str
    html: str
    sender_name: str
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


def build_message(
    letter: Letter, sender: str, recipient: str, message_id: str, date: datetime
) -> EmailMessage:
    """Make the MIME message; ValueError for an address that no mail can go to.

    ``message_id`` stays the same when a mail is tried again, so that a doubled one is recognised.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(letter.subject)
    message["From"] = Address(_one_line(letter.sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    if letter.reply_to:
        message["Reply-To"] = Address(addr_spec=letter.reply_to)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        _attach(message, attachment)
    return message


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    media, *parameters = (part.strip() for part in attachment.media_type.split(";"))
    main, _, sub = media.partition("/")
    message.add_attachment(
        attachment.content,
        maintype=main,
        subtype=sub,
        filename=attachment.name,
        params=dict(part.split("=", 1) for part in parameters),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
