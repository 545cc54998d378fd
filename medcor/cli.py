"""Flask commands for operators."""

from __future__ import annotations

import click
from flask import Flask

from medcor.cli_clinic import clinic_commands
from medcor.cli_handovers import handovers_commands
from medcor.cli_mail import mail_commands
from medcor.cli_offers import offers_commands
from medcor.cli_privacy import privacy_commands
from medcor.cli_webhooks import webhook_commands
from medcor.extensions import db
from medcor.services.demo import CLINICS, make_demo_clinic
from medcor.services.passwords import hash_password
from medcor.web.state import now, settings
from medcor.web.transaction import transaction


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(demo)
    app.cli.add_command(clinic_commands)
    app.cli.add_command(handovers_commands)
    app.cli.add_command(mail_commands)
    app.cli.add_command(offers_commands)
    app.cli.add_command(privacy_commands)
    app.cli.add_command(webhook_commands)


@click.command("demo")
def demo() -> None:
    """Make the two demo clinics, or bring their calendars up to today. Never in production."""
    if settings().medcor_env == "production":
        raise click.ClickException("demo data is not for production")
    hashed = hash_password(settings().demo_password)
    for number, plan in enumerate(CLINICS, start=1):
        db.session.remove()
        with transaction(None) as session:
            make_demo_clinic(session, number, hashed, now())
        click.echo(f"Clinic {number}: {plan['name']}, admin@, doctor@ and patient@{plan['domain']}")
