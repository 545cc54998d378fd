"""List, add, change and delete what the clinic offers."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain.money import typed_amount
from medcor.domain.permissions import Permission
from medcor.models import Clinic, Treatment
from medcor.services import files, lookup, treatments
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.clinic_words import length_text
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted, safe_next, safe_path
from medcor.web.paging import csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading
from medcor.web.uploads import uploaded_picture

from .blueprint import blueprint
from .forms import TreatmentForm

EXAMPLE = 9050
_OFFERED = {"yes": True, "no": False}
_COLUMNS = {
    "name": (Treatment.name, Treatment.id),
    "price": (Treatment.price_minor, Treatment.id),
    "length": (Treatment.minutes, Treatment.id),
}


def _own_clinic() -> tuple[Session, Clinic]:
    session = reading(actor().clinic_id)
    return session, lookup.get_clinic(session, actor().clinic_id)


@blueprint.get("/list_treatments/")
@needs(Permission.LIST_TREATMENTS)
def list_treatments():
    """List what the clinic offers or once did, with what keeps patients from booking it."""
    session, clinic = _own_clinic()
    search, offered = request.args.get("q", ""), request.args.get("offered", "")
    order = sorting(_COLUMNS, "name")
    found = treatments.search_treatments(search, _OFFERED.get(offered))
    wanted = found.order_by(*order.clauses)
    if wants_csv():
        return _csv(session, list(session.scalars(wanted)), clinic)
    page = paginate(wanted, counted=found.with_only_columns(Treatment.id))
    given_by = treatments.doctors_by_treatment(session, [each.id for each in page.items])
    if wants_json():
        return {"count": page.total, "results": [_body(each, given_by) for each in page.items]}
    return render_template(
        "treatment/list.html",
        clinic=clinic,
        page=page,
        rows=_rows(session, page.items, given_by),
        search=search,
        offered=offered,
        options=[("", gettext("All")), ("yes", gettext("Offered")), ("no", gettext("Not offered"))],
        sort=order.shown,
    )


def _rows(
    session: Session, items: list[Treatment], given_by: dict[int, list[tuple[int, str]]]
) -> list[dict[str, Any]]:
    stuck = treatments.unbookable_of(session, items, given_by)
    return [
        {
            "row": each,
            "length": length_text(each.minutes),
            "doctors": [name for _id, name in given_by[each.id]],
            "warning": _warning(stuck.get(each.id)),
        }
        for each in items
    ]


def _warning(reason: treatments.Unbookable | None) -> str:
    texts = {
        treatments.Unbookable.NO_DOCTOR: gettext("No doctor gives it."),
        treatments.Unbookable.NO_SLOT: gettext("Its doctors have no weekly times for it."),
        treatments.Unbookable.TOO_LONG: gettext("It fits into none of its doctors' times."),
    }
    return texts[reason] if reason else ""


def _body(treatment: Treatment, given_by: dict[int, list[tuple[int, str]]]) -> dict[str, Any]:
    return {
        **bodies.treatment_body(treatment),
        "minutes": treatment.minutes,
        "buffer_before": treatment.buffer_before,
        "buffer_after": treatment.buffer_after,
        "is_active": treatment.is_active,
        "picture": bodies.absolute(treatment.picture),
        "doctors": [{"id": each, "name": name} for each, name in given_by[treatment.id]],
        "version": treatment.version,
    }


def _csv(session: Session, rows: list[Treatment], clinic: Clinic) -> Response:
    given_by = treatments.doctors_by_treatment(session, [each.id for each in rows])
    header = [
        gettext("Name"),
        gettext("Description"),
        gettext("Price"),
        gettext("Currency"),
        gettext("Length in minutes"),
        gettext("Minutes kept free before"),
        gettext("Minutes kept free after"),
        gettext("Who gives it"),
        gettext("Patients can book it"),
    ]
    lines = [
        (
            each.name,
            each.description,
            each.price,
            clinic.currency,
            each.minutes,
            each.buffer_before,
            each.buffer_after,
            ", ".join(name for _id, name in given_by[each.id]),
            gettext("yes") if each.is_active else gettext("no"),
        )
        for each in rows
    ]
    return csv_answer("treatments", header, lines)


@blueprint.route("/add_treatment/", methods=["GET", "POST"])
@needs(Permission.MANAGE_TREATMENTS)
def add_treatment():
    """Offer a new treatment."""
    session, _clinic = _own_clinic()
    form = TreatmentForm.of(session, None)
    return answer_form(form, lambda: _add(form), lambda: _page(form, None))


def _add(form: TreatmentForm):
    facts, doctors = form.facts, list(form.doctor_ids)
    drawn = uploaded_picture(form.picture.data, files.WIDE_SIDE)
    made = acting(
        lambda session, who: treatments.add_treatment(session, who, facts, doctors, drawn, now())
    )
    if wants_json():
        return bodies.treatment_body(made), 201
    flash(gettext("“%(name)s” is added.", name=made.name), "success")
    return redirect(safe_next(url_for("treatment.list_treatments")))


@blueprint.route("/edit_treatment/<int:treatment_id>/", methods=["GET", "POST"])
@needs(Permission.MANAGE_TREATMENTS)
def edit_treatment(treatment_id: int):
    """Change a treatment; what is booked already keeps its time and price."""
    session, _clinic = _own_clinic()
    form = TreatmentForm.of(session, treatments.get_any(session, treatment_id))
    return answer_form(form, lambda: _edit(form, treatment_id), lambda: _page(form, treatment_id))


def _edit(form: TreatmentForm, treatment_id: int):
    facts, doctors = form.facts, list(form.doctor_ids)
    drawn = uploaded_picture(form.picture.data, files.WIDE_SIDE)
    drop, seen = form.remove_picture.data, form.seen_version
    made = acting(
        lambda session, who: treatments.edit_treatment(
            session, who, treatment_id, facts, doctors, drawn, drop, seen, now()
        )
    )
    if wants_json():
        return bodies.treatment_body(made)
    flash(gettext("“%(name)s” is saved.", name=made.name), "success")
    return redirect(safe_next(url_for("treatment.list_treatments")))


def _page(form: TreatmentForm, treatment_id: int | None) -> str:
    session, clinic = _own_clinic()
    treatment = treatments.get_any(session, treatment_id) if treatment_id else None
    warning = ""
    if treatment is not None:
        given_by = treatments.doctors_by_treatment(session, [treatment.id])
        found = treatments.unbookable_of(session, [treatment], given_by)
        warning = _warning(found.get(treatment.id))
    return render_template(
        "treatment/form.html",
        form=form,
        treatment=treatment,
        clinic=clinic,
        warning=warning,
        example=typed_amount(EXAMPLE, get_locale() or "en"),
        next=safe_path(request.args.get("next", "")),
    )


@blueprint.route("/delete_treatment/<int:treatment_id>/", methods=["GET", "POST"])
@needs(Permission.MANAGE_TREATMENTS)
def delete_treatment(treatment_id: int):
    """Ask once more on GET and say what will happen; erase or stop offering on POST."""
    if request.method != "POST":
        return _delete_page(treatment_id)
    erased = acting(
        lambda session, who: treatments.delete_treatment(session, who, treatment_id, now())
    )
    if wants_json():
        return {"erased": erased}
    text = (
        gettext("The treatment is erased.")
        if erased
        else gettext("The treatment is no longer offered. You can offer it again at any time.")
    )
    flash(text, "success")
    return redirect(url_for("treatment.list_treatments"))


def _delete_page(treatment_id: int) -> str:
    session, _clinic = _own_clinic()
    treatment = treatments.get_any(session, treatment_id)
    use = treatments.use_of(session, treatment.id, now())
    return render_template(
        "treatment/delete.html",
        treatment=treatment,
        erases=not use.has_history,
        consequences=_consequences(use),
    )


def _consequences(use: treatments.Use) -> list[str]:
    if not use.has_history:
        return [gettext("Nothing was ever booked for it, so it is erased for good.")]
    lines = []
    if use.appointments:
        text = ngettext(
            "%(num)s appointment was booked for it, so it is kept and only no longer offered.",
            "%(num)s appointments were booked for it, so it is kept and only no longer offered.",
            use.appointments,
        )
        lines.append(text)
    else:
        text = ngettext(
            "%(num)s weekly time is kept for it, so it is only no longer offered.",
            "%(num)s weekly times are kept for it, so it is only no longer offered.",
            use.slots,
        )
        lines.append(text)
    if use.ahead:
        text = ngettext(
            "%(num)s appointment ahead stays as it is; its patient is not told.",
            "%(num)s appointments ahead stay as they are; their patients are not told.",
            use.ahead,
        )
        lines.append(text)
    lines.append(gettext("You can offer it again at any time."))
    return lines


@blueprint.post("/treatments/<int:treatment_id>/activation/")
@needs(Permission.MANAGE_TREATMENTS)
def activate_treatment(treatment_id: int):
    """Offer a treatment again; with ``off``, stop offering it."""
    active = not posted("off")
    made = acting(
        lambda session, who: treatments.set_active(session, who, treatment_id, active, now())
    )
    if wants_json():
        return {"is_active": made.is_active}
    text = (
        gettext("“%(name)s” is offered again.", name=made.name)
        if made.is_active
        else gettext("“%(name)s” is no longer offered.", name=made.name)
    )
    flash(text, "success")
    return redirect(safe_next(url_for("treatment.list_treatments")))
