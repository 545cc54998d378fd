"""Commands about people's data, for cron and for operators."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.web.privacy_ticker import purge_due
from medcor.web.talk_ticker import clean_up, purge_talks

privacy_commands = AppGroup("privacy", help="Data that need not be kept any longer.")


@privacy_commands.command("purge-due")
def purge_due_now() -> None:
    """Delete records of erased patients, and talks, whose time is over; safe to repeat."""
    clean_up()
    click.echo(f"{purge_due()} records deleted")
    click.echo(f"{purge_talks()} talks deleted")
