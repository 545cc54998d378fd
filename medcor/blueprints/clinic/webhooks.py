"""Webhooks: where the clinic's other systems listen, for its admins."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain.permissions import Permission
from medcor.models import Clinic, WebhookEndpoint
from medcor.services import lookup, webhook_endpoints
from medcor.services.webhook_endpoints import Standing
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import EditForm, answer_form
from medcor.web.state import now
from medcor.web.transaction import reading

from .blueprint import blueprint
from .webhook_forms import WebhookForm
from .webhook_words import event_text, moment, stopped_text

# Names the webhook and version whose new secret the next page shows, once; never the secret.
_SHOWN_ONCE = "webhook_secret"


def _own_clinic() -> tuple[Session, Clinic]:
    session = reading(actor().clinic_id)
    return session, lookup.get_clinic(session, actor().clinic_id)


@blueprint.get("/webhooks/", endpoint="webhooks")
@needs(Permission.MANAGE_CLINIC)
def list_webhooks():
    """List where the clinic's other systems listen, and how each does."""
    session, clinic = _own_clinic()
    endpoints = webhook_endpoints.list_endpoints(session)
    standing = webhook_endpoints.standing_of(session) if endpoints else {}
    if wants_json():
        return {"count": len(endpoints), "results": [_body(each) for each in endpoints]}
    return render_template(
        "clinic/webhooks.html",
        rows=[_row(each, standing.get(each.id, Standing()), clinic) for each in endpoints],
        full=len(endpoints) >= webhook_endpoints.MOST_ENDPOINTS,
    )


def _row(endpoint: WebhookEndpoint, standing: Standing, clinic: Clinic) -> dict[str, Any]:
    failing = endpoint.failing_since
    return {
        "endpoint": endpoint,
        "events": [event_text(each) for each in endpoint.events],
        "standing": standing,
        "stopped": stopped_text(endpoint),
        "failing": moment(failing, clinic.zone_info) if failing and endpoint.is_active else "",
    }


def _body(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": endpoint.events,
        "with_contact": endpoint.with_contact,
        "is_active": endpoint.is_active,
        "stopped_because": endpoint.stopped_because,
        "version": endpoint.version,
    }


@blueprint.route("/webhooks/new/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def add_webhook():
    """Add a webhook; its page then shows the secret, once."""
    form = WebhookForm.of(None)
    return answer_form(form, lambda: _add(form), lambda: _form_page(form, None))


def _add(form: WebhookForm):
    facts = form.facts
    made = acting(lambda session, who: webhook_endpoints.add_endpoint(session, who, facts, now()))
    if wants_json():
        return {**_body(made), "secret": made.secret}, 201
    _show_secret_once(made)
    flash(gettext("The webhook is added. Copy its secret now."), "success")
    return redirect(url_for("clinic.view_webhook", endpoint_id=made.id))


def _show_secret_once(endpoint: WebhookEndpoint) -> None:
    cookie[_SHOWN_ONCE] = f"{endpoint.id}:{endpoint.version}"


def _form_page(form: WebhookForm, endpoint_id: int | None) -> str:
    session, _clinic = _own_clinic()
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id) if endpoint_id else None
    return render_template("clinic/webhook_form.html", form=form, endpoint=endpoint)


@blueprint.get("/webhooks/<int:endpoint_id>/")
@needs(Permission.MANAGE_CLINIC)
def view_webhook(endpoint_id: int):
    """Show a webhook: what it is told, how it does, and a new secret once."""
    session, clinic = _own_clinic()
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id)
    if wants_json():
        return _body(endpoint)
    standing = webhook_endpoints.standing_of(session).get(endpoint.id, Standing())
    shown = cookie.pop(_SHOWN_ONCE, "") == f"{endpoint.id}:{endpoint.version}"
    until = endpoint.previous_until
    return render_template(
        "clinic/webhook.html",
        secret=endpoint.secret if shown else "",
        old_until=moment(until, clinic.zone_info) if until and until > now() else "",
        made=moment(endpoint.created_at, clinic.zone_info),
        **_row(endpoint, standing, clinic),
    )


@blueprint.route("/webhooks/<int:endpoint_id>/edit/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def edit_webhook(endpoint_id: int):
    """Change a webhook, switch it off, or on again."""
    session, _clinic = _own_clinic()
    form = WebhookForm.of(webhook_endpoints.get_endpoint(session, endpoint_id))
    return answer_form(
        form, lambda: _edit(form, endpoint_id), lambda: _form_page(form, endpoint_id)
    )


def _edit(form: WebhookForm, endpoint_id: int):
    facts, seen = form.facts, form.seen_version
    made = acting(
        lambda session, who: webhook_endpoints.edit_endpoint(
            session, who, endpoint_id, facts, seen, now()
        )
    )
    if wants_json():
        return _body(made)
    flash(gettext("The webhook is saved."), "success")
    return redirect(url_for("clinic.view_webhook", endpoint_id=endpoint_id))


@blueprint.route("/webhooks/<int:endpoint_id>/delete/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def delete_webhook(endpoint_id: int):
    """Ask once more on GET and say what goes with it; delete on POST."""
    if request.method == "GET":
        return _delete_page(endpoint_id)
    acting(lambda session, who: webhook_endpoints.delete_endpoint(session, who, endpoint_id))
    if wants_json():
        return {"deleted": True}
    flash(gettext("The webhook and its delivery log are deleted."), "success")
    return redirect(url_for("clinic.webhooks"))


def _delete_page(endpoint_id: int) -> str:
    session, _clinic = _own_clinic()
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id)
    standing = webhook_endpoints.standing_of(session).get(endpoint.id, Standing())
    lines = [gettext("The other system is told nothing more.")]
    if standing.waiting:
        lines.append(
            ngettext(
                "%(num)s event that still waits is not sent.",
                "%(num)s events that still wait are not sent.",
                standing.waiting,
            )
        )
    lines.append(gettext("Its secret and its delivery log go too. This can't be undone."))
    return render_template("clinic/webhook_delete.html", endpoint=endpoint, consequences=lines)


@blueprint.route("/webhooks/<int:endpoint_id>/secret/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def renew_webhook_secret(endpoint_id: int):
    """Ask once more on GET; give a new secret on POST, shown once on the next page."""
    session, _clinic = _own_clinic()
    endpoint = webhook_endpoints.get_endpoint(session, endpoint_id)
    if request.method == "GET":
        return render_template("clinic/webhook_secret.html", endpoint=endpoint)
    seen = EditForm().seen_version
    made = acting(
        lambda session, who: webhook_endpoints.renew_secret(session, who, endpoint_id, seen, now())
    )
    if wants_json():
        return {**_body(made), "secret": made.secret}
    _show_secret_once(made)
    flash(gettext("There is a new secret. Copy it now."), "success")
    return redirect(url_for("clinic.view_webhook", endpoint_id=endpoint_id))


@blueprint.post("/webhooks/<int:endpoint_id>/test/")
@needs(Permission.MANAGE_CLINIC)
def test_webhook(endpoint_id: int):
    """Queue a test event and lead to its delivery."""
    made = acting(
        lambda session, who: webhook_endpoints.send_test(session, who, endpoint_id, now())
    )
    if wants_json():
        return {"delivery_id": made.id}, 201
    flash(gettext("A test event is on its way. This page shows how it went."), "success")
    here = url_for("clinic.webhook_delivery", endpoint_id=endpoint_id, delivery_id=made.id)
    return redirect(here)
