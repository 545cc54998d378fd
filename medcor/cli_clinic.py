"""Commands about clinics, for the operator of the platform."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import clinic_signup, clinics, lookup
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

clinic_commands = AppGroup("clinic", help="The clinics of this installation.")


@clinic_commands.command("list")
def list_all() -> None:
    """List every clinic, those too whose sign-up nobody has confirmed."""
    for row in clinic_signup.list_all(db.session()):
        state = "open" if row.is_verified else "unconfirmed"
        mark = " (demo)" if row.is_demo else ""
        click.echo(f"{row.id}\t{state}\t{row.created_at:%Y-%m-%d}\t{row.name}{mark}")


@clinic_commands.command("state")
@click.argument("clinic_id", type=int)
def show_state(clinic_id: int) -> None:
    """Show one clinic: its settings that matter, and how much it holds."""
    clinic = lookup.find(db.session(), Clinic, clinic_id)
    if clinic is None:
        raise click.ClickException(errors.ClinicNotFound.text)
    told = {
        "name": clinic.name,
        "state": "open" if clinic.is_verified else "unconfirmed",
        "signed up": f"{clinic.created_at:%Y-%m-%d}",
        "zone": clinic.zone,
        "currency": clinic.currency,
        "credits": clinic.credits,
        "setup": "done" if clinic.setup_done else "under way",
        **clinics.count_rows(reading(clinic.id), now()),
    }
    for name, value in told.items():
        click.echo(f"{name}: {value}")


@clinic_commands.command("prune")
def prune() -> None:
    """Erase clinics that were signed up a week ago or earlier and never confirmed."""
    erased = 0
    for clinic_id, name in clinic_signup.list_abandoned(db.session(), now()):
        db.session.remove()
        if in_transaction(
            clinic_id,
            None,
            lambda session, each=clinic_id: clinic_signup.erase_abandoned(session, each, now()),
        ):
            erased += 1
            click.echo(f"erased {clinic_id}: {name}")
    click.echo(f"{erased} erased")
