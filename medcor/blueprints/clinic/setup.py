"""The way of a new clinic to its first booking."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from medcor.domain.permissions import Permission
from medcor.services import lookup
from medcor.services.setup import dismiss_setup
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, safe_next
from medcor.web.state import now
from medcor.web.transaction import reading

from .blueprint import blueprint
from .setup_steps import load_setup


@blueprint.get("/setup/")
@needs(Permission.MANAGE_CLINIC)
def setup():
    """Show what is left to do until patients can book."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    held = load_setup(session)
    if wants_json():
        return {"done": {step["name"]: step["done"] for step in held.steps}}
    return render_template("clinic/setup.html", clinic=clinic, setup=held)


@blueprint.post("/setup/dismissal/")
@needs(Permission.MANAGE_CLINIC)
def setup_dismissal():
    """Take the setup off the day's page; ``undo`` puts it back."""
    done = not posted("undo")
    clinic = acting(lambda session, who: dismiss_setup(session, who, done, now()))
    if wants_json():
        return {"setup_done": clinic.setup_done}
    text = (
        gettext("The setup no longer shows on Today. You find it among the clinic's settings.")
        if done
        else gettext("The setup shows on Today again.")
    )
    flash(text, "success")
    return redirect(safe_next(url_for("clinic.setup")))
