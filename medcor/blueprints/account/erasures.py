"""The clinic's requests for erasure: listed, carried out, or refused with an answer."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from medcor.domain.permissions import Permission
from medcor.models import ErasureRequest, ErasureState, User
from medcor.services import erasure, lookup, prompts
from medcor.services.erasure import Wording
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.documents import format_date, format_stamp
from medcor.web.errors import wants_json
from medcor.web.forms import PostedForm, answer_form, tidy_text
from medcor.web.locale import format_clock, format_day
from medcor.web.paging import Sorting, csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now, settings
from medcor.web.transaction import reading

from .blueprint import blueprint


class RefusalForm(PostedForm):
    """Why the clinic does not erase now; the patient reads it."""

    answer = TextAreaField(
        _l("Answer to the patient"),
        [
            DataRequired(_l("Say why, so that the patient knows.")),
            Length(max=500, message=_l("Use at most 500 characters.")),
        ],
        filters=[tidy_text],
    )


@blueprint.get("/erasure-requests/")
@needs(Permission.MANAGE_ERASURES)
def erasure_requests():
    """List who asked for erasure and what became of it."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    state, search = request.args.get("state", ""), request.args.get("q", "")
    state = state if state in set(ErasureState) else ""
    order = _order()
    wanted = erasure.list_requests(state, search).order_by(*order.clauses)
    if wants_csv():
        return _csv([_csv_row(each) for each in session.scalars(wanted)])
    page = paginate(wanted)
    rows = [_line(each, clinic) for each in page.items]
    if wants_json():
        return {"count": page.total, "results": rows}
    return render_template(
        "account/erasures.html",
        rows=rows,
        page=page,
        sort=order.shown,
        state=state,
        search=search,
        states=[("", gettext("Any")), *_states().items()],
        clinic=clinic,
    )


def _order() -> Sorting:
    columns = {
        "asked": (ErasureRequest.created_at, ErasureRequest.id),
        "patient": (User.last_name, User.first_name, ErasureRequest.id),
        "state": (ErasureRequest.state, ErasureRequest.id),
    }
    return sorting(columns, "asked", descending=True)


def _states() -> dict[str, str]:
    return {
        ErasureState.ASKED.value: gettext("Waits for an answer"),
        ErasureState.DONE.value: gettext("Erased"),
        ErasureState.REFUSED.value: gettext("Refused"),
        ErasureState.WITHDRAWN.value: gettext("Withdrawn"),
    }


def _csv(rows: list[tuple[object, ...]]) -> Response:
    """The list as a file; that it was taken is written down first."""
    acting(lambda session, who: erasure.record_export(session, who, len(rows)))
    header = [gettext("Patient"), gettext("Asked"), gettext("State"), gettext("Decided")]
    return csv_answer("erasure-requests", header, rows)


def _csv_row(row: ErasureRequest) -> tuple[object, ...]:
    decided = row.decided_at.isoformat() if row.decided_at else ""
    return row.patient.name, row.created_at.isoformat(), _states()[row.state.value], decided


def _line(row: ErasureRequest, clinic) -> dict[str, object]:
    return {
        "id": row.id,
        "patient": row.patient.name,
        "asked": format_stamp(row.created_at, clinic),
        "note": row.note,
        "state": row.state.value,
        "label": _states()[row.state.value],
        "decided": format_stamp(row.decided_at, clinic) if row.decided_at else "",
        "answer": row.answer,
        "kept_until": format_date(row.kept_until) if row.kept_until else "",
    }


@blueprint.route("/erasure-requests/<int:request_id>/carry-out/", methods=["GET", "POST"])
@needs(Permission.MANAGE_ERASURES)
def carry_out_erasure(request_id: int):
    """Say what will happen to whom on GET; erase on POST."""
    if request.method == "GET":
        return _carry_out_page(request_id)
    wording = Wording(gettext("Erased patient"), gettext("The patient's data was erased."))
    user_id = acting(
        lambda session, who: erasure.carry_out_erasure(session, who, request_id, wording, now())
    )
    prompts.remove_prompt(settings().prompts_folder, user_id)
    return _done(gettext("The patient's data is erased."), ErasureState.DONE)


def _done(text: str, state: ErasureState) -> Response | dict[str, str]:
    if wants_json():
        return {"state": state.value}
    flash(text, "success")
    return redirect(url_for("account.erasure_requests"))


def _carry_out_page(request_id: int) -> str:
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    row = erasure.get_open_request(session, request_id)
    plan = erasure.make_plan(session, clinic, row.patient_id, now())
    return render_template(
        "account/erasure_carry_out.html",
        line=_line(row, clinic),
        email=row.patient.user.email,
        ahead=[
            f"{format_day(each.day)}, {format_clock(each.start_time)} · "
            f"{each.treatment.name} · {each.doctor.name}"
            for each in plan.ahead
        ],
        records=plan.records,
        kept_until=format_date(plan.kept_until) if plan.kept_until else "",
        years=clinic.records_keep_years,
    )


@blueprint.route("/erasure-requests/<int:request_id>/refuse/", methods=["GET", "POST"])
@needs(Permission.MANAGE_ERASURES)
def refuse_erasure(request_id: int):
    """Refuse with an answer, which the patient is mailed."""
    session = reading(actor().clinic_id)
    row = erasure.get_open_request(session, request_id)
    line = _line(row, lookup.get_clinic(session, actor().clinic_id))
    form = RefusalForm()
    return answer_form(
        form,
        lambda: _refuse(form, request_id),
        lambda: render_template("account/erasure_refuse.html", form=form, line=line),
    )


def _refuse(form: RefusalForm, request_id: int):
    acting(
        lambda session, who: erasure.refuse_erasure(
            session, who, request_id, form.answer.data, now()
        )
    )
    return _done(gettext("The patient is told by mail."), ErasureState.REFUSED)
