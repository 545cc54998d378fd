"""Commands about webhooks, for cron and for operators."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.web.webhook_ticker import purge_old, send_due

webhook_commands = AppGroup("webhooks", help="Events that wait for clinics' other systems.")


@webhook_commands.command("send-due")
def send_due_now() -> None:
    """Send every delivery that is due; safe beside a running server and itself."""
    counts = send_due(limit=10_000)
    told = [f"{number} {what}" for what, number in counts.items()]
    purged = purge_old()
    if purged:
        told.append(f"{purged} old events deleted")
    click.echo(", ".join(told) or "nothing to send")
