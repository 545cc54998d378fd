"""The mails that were written to files, readable in development only."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Response, render_template

from medcor.domain import errors
from medcor.web.access import public
from medcor.web.state import settings

from .blueprint import blueprint

SHOWN = 200
_NAME = re.compile(r"[0-9A-Za-z-]+")
# A mail has its styles inline and no scripts; nothing in it may touch the page around it.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)


@blueprint.get("/dev/mail/")
@public("development only: elsewhere nothing is here")
def dev_mails():
    """List the mails, the latest first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:SHOWN]
    return render_template("account/dev_mails.html", mails=[(f.stem, _read(f)) for f in files])


@blueprint.get("/dev/mail/<name>/")
@public("development only: elsewhere nothing is here")
def dev_mail(name: str):
    """Show one mail as its reader sees it."""
    mail = _read(_file(name))
    files = [part.get_filename() or "file" for part in mail.iter_attachments()]
    return render_template(
        "account/dev_mail.html", name=name, mail=mail, files=files, text=_body(mail, "plain")
    )


@blueprint.get("/dev/mail/<name>/html/")
@public("development only: elsewhere nothing is here")
def dev_mail_html(name: str):
    """The mail's HTML part alone, shut off from everything."""
    # Its links open in the whole window, as they would from a mail program.
    shown = _body(_read(_file(name)), "html").replace("<head>", '<head><base target="_top">', 1)
    answer = Response(shown, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _MAIL_POLICY
    return answer


@blueprint.get("/dev/mail/<name>/attachments/<int:number>/")
@public("development only: elsewhere nothing is here")
def dev_mail_attachment(name: str, number: int):
    """One file of a mail, counted from 0."""
    parts = list(_read(_file(name)).iter_attachments())
    if number >= len(parts):
        raise errors.NotFound()
    part = parts[number]
    answer = Response(part.get_payload(decode=True), mimetype=part.get_content_type())
    answer.headers.set("Content-Disposition", "attachment", filename=part.get_filename() or "file")
    return answer


def _folder() -> Path:
    if not settings().development:
        raise errors.NotFound()
    return settings().mail_folder


def _file(name: str) -> Path:
    file = _folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise errors.NotFound()
    return file


def _read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return part.get_content() if part else ""
