"""Commands about mail, for cron and for operators."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from medcor.extensions import db
from medcor.services import mail as outbox
from medcor.services.mail import FailedMail
from medcor.services.notices import WITH_LINK
from medcor.web.mail_ticker import queue_reminders, send_due
from medcor.web.state import now
from medcor.web.transaction import transaction

SHOWN = 200
mail_commands = AppGroup("mail", help="Mail that waits in the outbox.")


@mail_commands.command("send-due")
def send_due_now() -> None:
    """Queue reminders and send every mail that is due; safe beside a running server and itself."""
    reminded = queue_reminders()
    counts = send_due(limit=10_000)
    told = [f"{number} {what}" for what, number in counts.items()]
    if reminded:
        told.insert(0, f"{reminded} reminders queued")
    click.echo(", ".join(told) or "nothing to send")


@mail_commands.command("failed")
def list_failed() -> None:
    """List the mails that were given up, the latest first, each with the last reason."""
    mails = outbox.given_up(db.session(), SHOWN)
    for each in mails:
        click.echo(
            f"{each.id}\t{each.created_at:%Y-%m-%d %H:%M}\tclinic {each.clinic_id}\t{each.kind}\t"
            f"{each.recipient}\t{each.attempts} tries\t{each.reason}"
        )
    if not mails:
        click.echo("no mail was given up")


@mail_commands.command("retry")
@click.argument("mail_id", type=click.IntRange(1, 2**31 - 1))
def retry(mail_id: int) -> None:
    """Put one mail that was given up back in the outbox."""
    failed = _given_up(mail_id)
    if failed.kind in WITH_LINK:
        raise click.ClickException(
            f"mail {mail_id} carried a link that is gone; its reader asks for a new one"
        )
    db.session.remove()
    with transaction(failed.clinic_id) as session:
        outbox.try_again(session, failed, now())
    click.echo(f"mail {mail_id} to {failed.recipient} will be sent again")


def _given_up(mail_id: int) -> FailedMail:
    for failed in outbox.given_up(db.session(), 1, mail_id):
        return failed
    raise click.ClickException(f"mail {mail_id} was not given up; see `flask mail failed`")
