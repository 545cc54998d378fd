"""What every mailer does, and how one says that it could not."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class MailFailed(Exception):
    """A mail was not taken. ``permanent`` says that trying again is no use.

    ``unreachable`` says that it was no fault of this mail, so that others would fare the same.
    """

    def __init__(self, reason: str, *, permanent: bool = False, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.unreachable = unreachable


class Mailer(Protocol):
    """Hands one message with one recipient over; raises MailFailed if it is not taken."""

    def send(self, message: EmailMessage) -> None: ...
