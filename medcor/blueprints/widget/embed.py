"""What a clinic's own site loads: the loader, its configuration, and the page in the frame.

None of them opens a page session or sets a cookie: the widget knows a person by their key alone.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import (
    Response,
    current_app,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale

from medcor.domain import errors
from medcor.domain.colour import DEFAULT_ACCENT, palette
from medcor.domain.identity import is_known_id
from medcor.domain.scheduling import local_today
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import lookup
from medcor.web import cors
from medcor.web.access import public
from medcor.web.design import THEMES
from medcor.web.headers import allow_framing
from medcor.web.locale import LANGUAGES
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint, words

LOADER_SECONDS, CONFIG_SECONDS = 300, 60


@blueprint.get("/widget.js")
@public("the script that a clinic's own site loads; it holds nothing of any clinic")
def loader() -> Response:
    """Serve the loader; browsers keep it for minutes and then ask whether it changed."""
    file = Path(str(current_app.static_folder)) / "js" / "widget" / "loader.js"
    answer = Response(file.read_bytes(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = f"public, max-age={LOADER_SECONDS}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    return answer.make_conditional(request)


def _clinic(clinic_id: int) -> Clinic:
    if not is_known_id(clinic_id):
        raise errors.ClinicNotFound()
    # The widget's clinic, whichever one the visitor is signed in at.
    db.session.remove()
    return lookup.get_clinic(reading(clinic_id), clinic_id)


def _language(clinic: Clinic) -> str:
    """The language that the site asked for, else the clinic's."""
    asked = request.args.get("language", "")[:2].lower()
    chosen = asked if asked in LANGUAGES else clinic.language
    return chosen if chosen in LANGUAGES else "en"


@blueprint.get("/widget/<int:clinic_id>/config.json")
@public("what a launcher looks like; other origins than the listed ones can't read it")
def config(clinic_id: int) -> Response | tuple[Response, int]:
    """Tell the loader what to show; a site that is not listed gets nothing to show."""
    try:
        clinic = _clinic(clinic_id)
    except errors.ClinicNotFound as error:
        # A script asked, whatever it accepts: no page for it, and no session with one.
        return jsonify(error=error.text), error.status
    if not cors.is_allowed(clinic):
        refused = jsonify(error=errors.OriginRefused.text)
        return cors.add_headers(refused, clinic), errors.OriginRefused.status
    with force_locale(_language(clinic)):
        body = _launcher(clinic)
    answer = cors.add_headers(jsonify(body), clinic)
    answer.headers["Cache-Control"] = f"max-age={CONFIG_SECONDS}"
    return answer


def _launcher(clinic: Clinic) -> dict[str, Any]:
    language = _language(clinic)
    return {
        "name": clinic.name,
        "language": language,
        "accent": asdict(palette(clinic.accent or DEFAULT_ACCENT)),
        "frame": url_for("widget.frame", clinic_id=clinic.id, language=language),
        "page": url_for("clinic.public_page", clinic_id=clinic.id),
        "words": words.launcher_words(clinic.name),
    }


@blueprint.get("/widget/<int:clinic_id>/")
@public("the page in the widget's frame; who may frame it stands in its policy")
def frame(clinic_id: int) -> str:
    """Show the page of the frame, in the clinic's colours and the site's language."""
    clinic = _clinic(clinic_id)
    allow_framing(cors.listed_origins(clinic))
    theme = request.args.get("theme", "")
    with force_locale(_language(clinic)):
        return render_template(
            "widget/frame.html",
            chosen=clinic,
            theme=theme if theme in THEMES else "",
            config=_frame_config(clinic),
        )


def _frame_config(clinic: Clinic) -> dict[str, Any]:
    return {
        "clinic": {
            "id": clinic.id,
            "name": clinic.name,
            "phone": clinic.phone,
            "currency": clinic.currency,
            "zone": clinic.zone,
            "today": local_today(clinic.zone_info, now()).isoformat(),
            "horizonDays": clinic.horizon_days,
        },
        "language": _language(clinic),
        "hosts": [cors.own_origin(), *cors.listed_origins(clinic)],
        "urls": {
            "appointments": url_for("appointment.view_appointments"),
            "forgotten": url_for("account.patient_forgot_password", clinic=clinic.id),
            "resend": url_for("account.resend_verification", clinic=clinic.id),
        },
        "words": words.frame_words(),
    }
