"""Commands about people's data, for cron and for operators."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.web.privacy_ticker import purge_due

privacy_commands = AppGroup("privacy", help="Data that need not be kept any longer.")


@privacy_commands.command("purge-due")
def purge_due_now() -> None:
    """Delete the kept records of erased patients whose time is over; safe to repeat."""
    click.echo(f"{purge_due()} records deleted")
