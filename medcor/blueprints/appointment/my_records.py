"""A patient's own medical records."""

from __future__ import annotations

from flask import render_template, request

from medcor.domain.permissions import Permission
from medcor.services import own_records
from medcor.web.access import actor, needs
from medcor.web.errors import wants_json
from medcor.web.paging import paginate
from medcor.web.transaction import reading

from . import blueprint
from . import record_presenters as presenters


@blueprint.get("/my-records/")
@needs(Permission.VIEW_OWN_DATA)
def my_records():
    """List the patient's own records, latest visit first."""
    session = reading(actor().clinic_id)
    search = request.args.get("q", "")
    page = paginate(own_records.own_records(actor(), search))
    diagnosed = own_records.newest_diagnoses(session, [each.id for each in page.items])
    rows = [presenters.own_line(each, diagnosed[each.id]) for each in page.items]
    if wants_json():
        return {"count": page.total, "results": rows}
    return render_template("appointment/my_records.html", rows=rows, page=page, search=search)
