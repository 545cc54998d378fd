"""What everybody sees and changes of themselves."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor, Permission, Role
from medcor.extensions import db
from medcor.models import User
from medcor.services import catalogue, doctors, lookup, passwords, profiles
from medcor.web import limits
from medcor.web.access import actor, needs, signed_in
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.state import now
from medcor.web.transaction import reading

from . import people_presenters as presenters
from .blueprint import blueprint
from .people_forms import ChangePasswordForm, OwnDoctorForm, OwnForm, OwnPatientForm

_FORMS = {Role.ADMIN: OwnForm, Role.DOCTOR: OwnDoctorForm, Role.PATIENT: OwnPatientForm}


@blueprint.get("/admin_profile/")
@needs(Permission.MANAGE_CLINIC)
def user_profile():
    """Show the admin's own account."""
    return _profile_page()


@blueprint.get("/profile/")
@needs(Permission.USE_ACCOUNT)
def profile_view():
    """Show the signed-in person's own account."""
    return _profile_page()


def _profile_page() -> Any:
    session, who = reading(actor().clinic_id), actor()
    user = profiles.get_own(session, who)
    if wants_json():
        return _body(user)
    clinic = lookup.get_clinic(session, who.clinic_id)
    held = profiles.list_sign_ins(session, user.id, now())
    return render_template(
        "account/profile.html",
        user=user,
        facts=presenters.profile_facts(user, *_work_of(session, user)),
        sign_ins=presenters.sign_in_lines(held, _session_id(), clinic),
        own_data_url=presenters.own_data_url(who),
    )


def _work_of(session: Session, user: User) -> tuple[list[str], list[str]]:
    if user.doctor is None:
        return [], []
    doctor_id = user.doctor.id
    fields = catalogue.specialisations_of(session, [doctor_id])[doctor_id]
    return fields, [each.name for each in doctors.treatments_given(session, doctor_id)]


def _body(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "language": user.language,
        "picture": user.picture or None,
    }


def _session_id() -> str:
    person = signed_in()
    return person.session_id if person else ""


def _profile_url(who: Actor) -> str:
    return url_for("account.user_profile" if who.role is Role.ADMIN else "account.profile_view")


@blueprint.route("/profile/edit/", methods=["GET", "POST"])
@needs(Permission.USE_ACCOUNT)
def edit_user_profile():
    """Change one's own name, picture, language and what else the role has."""
    user = profiles.get_own(reading(actor().clinic_id), actor())
    form = _FORMS[user.role](data=_saved(user))
    return answer_form(form, lambda: _save(form), lambda: _form_page(form))


def _saved(user: User) -> dict[str, Any]:
    """What is stored of a person, by the names of the form's fields."""
    saved = {
        "version": str(user.version),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
    }
    if user.doctor is not None:
        saved |= {"phone": user.doctor.contact_number, "bio": user.doctor.bio}
    if user.patient is not None:
        saved |= {
            "phone": user.patient.phone,
            "gender": user.patient.gender,
            "birth_date": user.patient.birth_date,
        }
    return saved


def _form_page(form: OwnForm) -> str:
    user = profiles.get_own(reading(actor().clinic_id), actor())
    return render_template(
        "account/profile_form.html",
        form=form,
        user=user,
        profile_url=_profile_url(actor()),
        differences=presenters.differences(form, lambda: _saved(user)),
    )


def _save(form: OwnForm) -> Any:
    who, details, seen = actor(), form.own_details(), form.seen_version
    made = acting(lambda session, who: profiles.edit_own(session, who, details, seen, now()))
    # The visitor's earlier choice on this browser would hide what was chosen now.
    cookie["language"] = made.language
    if wants_json():
        return _body(made)
    flash(gettext("Your profile is saved."), "success")
    return redirect(_profile_url(who))


@blueprint.route("/profile/password/", methods=["GET", "POST"])
@needs(Permission.USE_ACCOUNT)
def change_password():
    """Choose a new password, knowing the old one."""
    form = ChangePasswordForm((actor().email, actor().name))
    return answer_form(form, lambda: _change_password(form), lambda: _password_page(form))


def _password_page(form: ChangePasswordForm) -> str:
    return render_template(
        "account/password_form.html", form=form, profile_url=_profile_url(actor())
    )


def _change_password(form: ChangePasswordForm) -> Any:
    who, keep = actor(), _session_id()
    limits.count_sign_in(who.email, who.clinic_id)
    stored = profiles.get_own(reading(who.clinic_id), who).password_hash
    # Hashing takes its time; no connection waits for it.
    db.session.remove()
    if not passwords.verify_password(stored, form.current_password.data):
        raise errors.InvalidInput(
            errors.N_("This is not your current password."), field="current_password"
        )
    limits.forgive_sign_ins(who.email, who.clinic_id)
    hashed = passwords.hash_password(form.password.data)
    acting(lambda session, who: profiles.change_password(session, who, stored, hashed, keep, now()))
    if wants_json():
        return {"changed": True}
    flash(gettext("Your password is changed, and you are signed out everywhere else."), "success")
    return redirect(_profile_url(who))


@blueprint.post("/profile/sessions/end-others/")
@needs(Permission.USE_ACCOUNT)
def end_other_sessions() -> Response | dict[str, bool]:
    """Sign out everywhere but here."""
    who, keep = actor(), _session_id()
    acting(lambda session, who: profiles.end_other_sign_ins(session, who, keep, now()))
    if wants_json():
        return {"ended": True}
    flash(gettext("You are signed out everywhere else."), "success")
    return redirect(_profile_url(who))
