"""Commands about mail, for cron and for operators."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.web.mail_ticker import send_due

mail_commands = AppGroup("mail", help="Mail that waits in the outbox.")


@mail_commands.command("send-due")
def send_due_now() -> None:
    """Send every mail that is due; safe beside a running server and beside itself."""
    counts = send_due(limit=10_000)
    told = ", ".join(f"{number} {what}" for what, number in counts.items())
    click.echo(told or "nothing to send")
