"""Mail goes to an SMTP server, or into files where none is set; both stand behind one protocol."""

from __future__ import annotations

from pathlib import Path

from .files import FileMailer
from .message import Attachment, Letter, build_message
from .protocol import Mailer, MailFailed
from .smtp import SmtpMailer, SmtpTarget

__all__ = [
    "Attachment",
    "FileMailer",
    "Letter",
    "MailFailed",
    "Mailer",
    "SmtpMailer",
    "SmtpTarget",
    "build_message",
    "make_mailer",
]


def make_mailer(smtp_url: str, folder: Path) -> Mailer:
    """The mailer that the settings ask for: SMTP under ``smtp_url``, else files in ``folder``."""
    return SmtpMailer(SmtpTarget.parse(smtp_url)) if smtp_url else FileMailer(folder)
