"""What talks with the assistant hand to staff: the list, one with its talk, and its life."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from medcor.domain.handovers import HandoverState
from medcor.domain.permissions import Permission, Role
from medcor.models import Clinic
from medcor.services import handover_lists, handovers, lookup
from medcor.services.handover_lists import SORTS, Wanted
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import PostedForm, answer_form, tidy_text
from medcor.web.inputs import safe_next
from medcor.web.paging import CSV_CHUNK, Sorting, csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from .blueprint import blueprint
from .handover_presenters import handover_body, handover_lines, handover_view, state_words


class ClosingForm(PostedForm):
    """What came of a hand-over, for whoever reads it later."""

    outcome = TextAreaField(
        _l("What came of it"),
        [
            DataRequired(_l("Say in a few words what came of it.")),
            Length(max=500, message=_l("Use at most 500 characters.")),
        ],
        filters=[tidy_text],
    )


@blueprint.get("/handovers/", endpoint="handovers")
@needs(Permission.LOOK_AFTER_HANDOVERS)
def list_handovers():
    """List what was handed over; what waits is shown first, alarms before requests."""
    session, who = reading(actor().clinic_id), actor()
    clinic = lookup.get_clinic(session, who.clinic_id)
    wanted, order = _wanted(), _order()
    if wants_csv():
        return _file(clinic, wanted, order)
    ids = handover_lists.sorted_ids(who, wanted, order.key).order_by(*order.clauses)
    page = paginate(ids, counted=handover_lists.matching(who, wanted))
    rows = handover_lists.load(session, page.items)
    if wants_json():
        return {"count": page.total, "results": [handover_body(each) for each in rows]}
    return render_template(
        "clinic/handovers.html",
        rows=handover_lines(rows, clinic, now()),
        page=page,
        sort=order.shown,
        state=_state_name(),
        kind=request.args.get("kind", ""),
        search=wanted.search,
        clinic=clinic,
    )


def _state_name() -> str:
    name = request.args.get("state", HandoverState.OPEN.value)
    return name if name in {*HandoverState, "all"} else HandoverState.OPEN.value


def _wanted() -> Wanted:
    name = _state_name()
    alarms = {"alarm": True, "request": False}.get(request.args.get("kind", ""))
    state = None if name == "all" else HandoverState(name)
    return Wanted(state, alarms, request.args.get("q", ""))


def _order() -> Sorting:
    is_open = _state_name() == HandoverState.OPEN.value
    return sorting(SORTS, "urgency" if is_open else "asked", descending=not is_open)


def _file(clinic: Clinic, wanted: Wanted, order: Sorting) -> Response:
    """The list as a file without what was said; that it was taken is written down first."""
    who = actor()

    def note(session, who) -> None:
        rows = session.scalars(handover_lists.matching(who, wanted)).all()
        handover_lists.record_export(session, who, len(rows))

    acting(note)
    header = [
        gettext("Patient"),
        gettext("Phone"),
        gettext("Kind"),
        gettext("Asked"),
        gettext("State"),
        gettext("Taken"),
        gettext("By"),
        gettext("Closed"),
    ]
    return csv_answer("hand-overs", header, _csv_rows(who, wanted, order))


def _csv_rows(who, wanted: Wanted, order: Sorting) -> Iterator[list[object]]:
    found = handover_lists.listed(who, wanted).order_by(*order.clauses)
    words = state_words()
    rows = reading(who.clinic_id).execute(found.execution_options(yield_per=CSV_CHUNK))
    for held in (handover_lists.shown(each) for each in rows):
        yield [
            held.name,
            held.phone,
            gettext("Alarm") if held.flag else gettext("Request"),
            held.created_at.isoformat(),
            words[held.state.value],
            held.taken_at.isoformat() if held.taken_at else "",
            held.taker,
            held.closed_at.isoformat() if held.closed_at else "",
        ]


@blueprint.get("/handovers/open/")
@needs(Permission.LOOK_AFTER_HANDOVERS)
def open_handovers():
    """How much waits, for the script that keeps staff pages true."""
    count = handover_lists.count_open(reading(actor().clinic_id), actor())
    answer = {"open": count.open, "alarms": count.alarms, "latest_alarm": count.latest}
    return answer, 200, {"Cache-Control": "no-store"}


@blueprint.get("/handovers/<int:handover_id>/")
@needs(Permission.LOOK_AFTER_HANDOVERS)
def handover(handover_id: int):
    """Show one with the part of the talk that was handed over; who reads it is noted."""
    held = acting(lambda session, who: handover_lists.read_handover(session, who, handover_id))
    if wants_json():
        return handover_body(held.row)
    return _page(held, ClosingForm())


def _page(held: handover_lists.OpenHandover, form: ClosingForm) -> str:
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    may_open = actor().role is Role.ADMIN and held.row.patient_id is not None
    return render_template(
        "clinic/handover.html",
        **handover_view(held, clinic, now()),
        patient_url=url_for("account.view_patient", patient_id=held.row.patient_id)
        if may_open
        else "",
        mine=held.row.taken_by_id == actor().user_id,
        form=form,
    )


@blueprint.post("/handovers/<int:handover_id>/take/")
@needs(Permission.LOOK_AFTER_HANDOVERS)
def take_handover(handover_id: int):
    """Say that the signed-in person looks after a patient; the first one counts."""
    taken = acting(lambda session, who: handovers.take(session, who, handover_id, now()))
    if wants_json():
        return {"id": handover_id, "mine": taken.mine, "taken_by": taken.name}
    if taken.mine:
        flash(gettext("You look after it. The patient's talk shows that somebody does."), "success")
    else:
        flash(gettext("%(name)s looks after it already.", name=taken.name), "info")
    return redirect(safe_next(url_for("clinic.handover", handover_id=handover_id)))


@blueprint.route("/handovers/<int:handover_id>/close/", methods=["GET", "POST"])
@needs(Permission.LOOK_AFTER_HANDOVERS)
def close_handover(handover_id: int):
    """Close one with a note of what came of it."""
    session = reading(actor().clinic_id)
    found = handovers.get_handover(session, actor(), handover_id)
    form = ClosingForm()
    if request.method == "GET":
        return redirect(url_for("clinic.handover", handover_id=handover_id))
    held = handover_lists.load_handover(session, found)
    return answer_form(form, lambda: _close(form, handover_id), lambda: _page(held, form))


def _close(form: ClosingForm, handover_id: int):
    acting(
        lambda session, who: handovers.close(session, who, handover_id, form.outcome.data, now())
    )
    if wants_json():
        return {"id": handover_id, "state": HandoverState.CLOSED.value}
    flash(gettext("It is closed."), "success")
    return redirect(url_for("clinic.handovers"))


@blueprint.post("/handovers/<int:handover_id>/reopen/")
@needs(Permission.LOOK_AFTER_HANDOVERS)
def reopen_handover(handover_id: int):
    """Open a closed one again, for the signed-in person."""
    acting(lambda session, who: handovers.reopen(session, who, handover_id, now()))
    if wants_json():
        return {"id": handover_id, "state": HandoverState.TAKEN.value}
    flash(gettext("It is open again, and you look after it."), "success")
    return redirect(url_for("clinic.handover", handover_id=handover_id))
