"""Commands about offered times and the waiting list, for cron and for operators."""

from __future__ import annotations

from click import echo
from flask.cli import AppGroup

from medcor.web.offers_ticker import settle_due

offers_commands = AppGroup("offers", help="Offered times, the waiting list and held times.")


@offers_commands.command("settle-due")
def settle_due_now() -> None:
    """Settle every offer that ran out of time and pass its time on; safe to repeat."""
    counts = settle_due()
    told = [
        (counts["offers"], "offers ran out"),
        (counts["entries"], "waiting entries are over"),
        (counts["holds"], "holds cleared away"),
    ]
    echo(", ".join(f"{number} {what}" for number, what in told if number) or "nothing to settle")
