"""The admin's page of the widget: the snippet, a preview, the sites that may show it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from medcor.domain.permissions import Permission
from medcor.models import Clinic
from medcor.services import clinics, lookup, widget_sites
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.cors import listed_origins, origin_of
from medcor.web.errors import wants_json
from medcor.web.forms import PostedForm, RowForm, answer_form, tidy
from medcor.web.inputs import posted
from medcor.web.state import now, settings
from medcor.web.transaction import reading

from . import blueprint

_SITE = "site"


class SiteForm(PostedForm):
    """One more web site that may show the widget."""

    origin = StringField(
        _l("Address of the web site"),
        [
            DataRequired(_l("Enter the address of your web site.")),
            Length(max=200, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[tidy],
    )

    def validate_origin(self, field: Field) -> None:
        if not origin_of(field.data or ""):
            raise ValidationError(
                gettext(
                    "“%(line)s” is no web address. Write it as https://www.example.com.",
                    line=(field.data or "")[:80],
                )
            )


class BookingKeyForm(RowForm):
    """Whether patients must have signed in."""

    booking_needs_key = BooleanField(_l("Patients sign in before the widget books"))


@blueprint.route("/clinic/widget/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def settings_page():
    """Show how the widget gets on the clinic's site; on POST save how it books."""
    form = BookingKeyForm(obj=_clinic())
    return answer_form(form, lambda: _save_key(form), lambda: _page(key_form=form))


def _save_key(form: BookingKeyForm):
    wished = {"booking_needs_key": form.booking_needs_key.data}
    saved = acting(
        lambda session, who: clinics.edit_clinic(session, who, wished, form.seen_version, now())
    )
    return _done(saved, gettext("Saved."))


@blueprint.post("/clinic/widget/sites/")
@needs(Permission.MANAGE_CLINIC)
def add_site():
    """Let one more web site show the widget."""
    form = SiteForm()
    return answer_form(form, lambda: _add(form), lambda: _page(site_form=form))


def _add(form: SiteForm):
    origin = origin_of(form.origin.data)
    saved = acting(lambda session, who: widget_sites.allow_site(session, who, origin, now()))
    return _done(saved, gettext("%(site)s may show the widget now.", site=origin))


@blueprint.route("/clinic/widget/sites/removal/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def remove_site():
    """Ask once more on GET; on POST keep the widget off a web site."""
    if request.method == "GET":
        return _confirm_page(request.args.get(_SITE, ""))
    site = posted(_SITE)
    saved = acting(lambda session, who: widget_sites.drop_site(session, who, site, now()))
    return _done(saved, gettext("%(site)s can't show the widget any more.", site=site))


def _confirm_page(site: str):
    if site not in _clinic().widget_origins:
        return redirect(url_for("widget.settings_page"))
    return render_template("widget/site_removal.html", site=site)


@blueprint.get("/clinic/widget/preview/")
@needs(Permission.MANAGE_CLINIC)
def preview():
    """Show a made-up site with the widget on it, for the preview of the admin's page."""
    return render_template("widget/preview.html", chosen=_clinic())


def _session() -> Session:
    return reading(actor().clinic_id)


def _clinic() -> Clinic:
    return lookup.get_clinic(_session(), actor().clinic_id)


def _done(clinic: Clinic, told: str):
    if wants_json():
        return {
            "widget_origins": clinic.widget_origins,
            "booking_needs_key": clinic.booking_needs_key,
            "version": clinic.version,
        }
    flash(told, "success")
    return redirect(url_for("widget.settings_page"))


def _page(key_form: BookingKeyForm | None = None, site_form: SiteForm | None = None) -> str:
    clinic = _clinic()
    # The form that was not sent shows what is saved, whatever the other one brought along.
    return render_template(
        "widget/settings.html",
        clinic=clinic,
        sites=clinic.widget_origins,
        unusable=[each for each in clinic.widget_origins if each not in listed_origins(clinic)],
        key_form=key_form or BookingKeyForm(formdata=None, obj=clinic),
        site_form=site_form or SiteForm(formdata=None),
        snippet=snippet_of(clinic),
        server=settings().public_url,
        most=widget_sites.MAX_SITES,
    )


def snippet_of(clinic: Clinic) -> str:
    """The one line that a webmaster puts on the clinic's pages."""
    line = Markup('<script async src="{}/widget.js" data-clinic="{}"></script>')
    return str(line.format(settings().public_url, clinic.id))
