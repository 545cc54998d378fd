"""Commands about hand-overs to staff, for cron and for operators."""

from __future__ import annotations

from click import echo
from flask.cli import AppGroup

from medcor.web.handover_ticker import settle_due

handovers_commands = AppGroup("handovers", help="What talks with the assistant handed to staff.")


@handovers_commands.command("run")
def run_now() -> None:
    """Mail clinics and tell patients about what nobody has taken; safe to repeat or run late."""
    counts = settle_due()
    told = [(counts["mailed"], "mailed to the clinic"), (counts["told"], "patients told")]
    echo(", ".join(f"{number} {what}" for number, what in told if number) or "nothing waits")
