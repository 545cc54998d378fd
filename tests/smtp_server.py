"""A real SMTP server on loopback: STARTTLS, AUTH, and answers that depend on the recipient."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "medcor", "a p@ss:word/ for mail"
ANSWERS = {
    "later": "451 4.7.1 greylisted, try later",
    "full": "452 4.2.2 mailbox full",
    "gone": "550 5.1.1 no such mailbox",
}


@dataclass
class Mailbox:
    """What the server took, over which kind of connection, and from whom."""

    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse_data: str = ""
    url: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = ANSWERS.get(address.partition("@")[0])
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_data:
            return self.refuse_data
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


class _Server(Controller):
    """Finds its own free port; the library would knock at port 0 to see whether it serves."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(server, session, envelope, mechanism, data) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)


@contextmanager
def smtp_server(folder: Path, *, tls: bool = False, auth: bool = False) -> Iterator[Mailbox]:
    """Serve on a free port until the block ends; ``tls`` offers STARTTLS by ``folder``/ca.pem."""
    box = Mailbox()
    options: dict[str, object] = {}
    if tls:
        options["tls_context"] = _certificate(folder)
    if auth:
        options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": tls}
    controller = _Server(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        box.url = f"127.0.0.1:{controller.port}"
        yield box
    finally:
        controller.stop()


def _certificate(folder: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
