"""Mail over SMTP with the standard library, which yields to other greenlets once it is patched."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from .protocol import MailFailed

TIMEOUT_SECONDS = 20.0
_TLS_CHOICES = ("required", "offered", "never")


@dataclass(frozen=True, slots=True)
class SmtpTarget:
    """Where and how to hand mail over.

    ``tls`` is ``required``, ``offered`` (use STARTTLS if the server has it) or ``never``; with a
    password it is ``required`` unless the address says otherwise.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    implicit_tls: bool = False
    tls: Literal["required", "offered", "never"] = "offered"
    ca_file: str | None = None

    @classmethod
    def parse(cls, url: str) -> SmtpTarget:
        """Read ``smtp[s]://[user:password@]host[:port][?tls=&ca_file=]``; ValueError if wrong."""
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.hostname or options.keys() - {"tls", "ca_file"}:
            raise ValueError("must look like smtp://user:password@host:587?tls=required")
        tls = options.get("tls", "required" if parts.username else "offered")
        if tls not in _TLS_CHOICES:
            raise ValueError(f"takes tls={', tls='.join(_TLS_CHOICES)}")
        implicit = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if implicit else 587 if parts.username else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            implicit_tls=implicit,
            tls=tls,
            ca_file=options.get("ca_file"),
        )


class SmtpMailer:
    """One connection per mail: mails are few, and a kept connection goes stale unnoticed."""

    def __init__(self, target: SmtpTarget) -> None:
        self._target = target

    def send(self, message: EmailMessage) -> None:
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
            raise MailFailed(_reason(error), unreachable=True) from error
        try:
            server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise _judge(error) from error
        finally:
            _close(server)

    def _connect(self) -> smtplib.SMTP:
        target = self._target
        context = ssl.create_default_context(cafile=target.ca_file)
        if target.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                target.host, target.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(target.host, target.port, timeout=TIMEOUT_SECONDS)
        try:
            self._greet(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        target = self._target
        server.ehlo()
        wanted = not target.implicit_tls and target.tls != "never"
        if wanted and (target.tls == "required" or server.has_extn("starttls")):
            server.starttls(context=context)
            server.ehlo()
        if target.user:
            server.login(target.user, target.password)


def _close(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _judge(error: Exception) -> MailFailed:
    """Tell a refusal of this mail (5xx) from one that may pass (4xx, a lost connection)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return MailFailed(f"{code} {_decoded(text)}", permanent=code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        # The address has characters that this server can't carry (RFC 6531).
        return MailFailed(_reason(error), permanent=True)
    if isinstance(error, smtplib.SMTPSenderRefused):
        # The server does not know our own address: a matter of settings, and of every mail.
        return MailFailed(_reason(error), unreachable=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return MailFailed(_reason(error), permanent=error.smtp_code >= 500)
    return MailFailed(_reason(error), unreachable=True)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
