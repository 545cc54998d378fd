"""The way home by role, the key that opens it, and the language of the pages."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from medcor.domain import errors
from medcor.services import accounts
from medcor.services.sessions import SignedIn
from medcor.web import tokens
from medcor.web.access import load_signed_in, public, signed_in_by_key
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, safe_next
from medcor.web.locale import LANGUAGES
from medcor.web.login import sign_in_page
from medcor.web.state import now
from medcor.web.transaction import transaction

from .answers import home_url
from .blueprint import blueprint

OFFER_SECONDS = 300
_OFFER = "sign_in_offer"


@blueprint.get("/home/")
@public("takes a key from session, query or header, and checks it itself")
def admin_home():
    """Go to the first page of the signed-in person's role."""
    if "api_key" in request.args:
        return _take_key(request.args["api_key"])
    raw = tokens.bearer(request.headers.get("Authorization"))
    if raw:
        return redirect(home_url(_person_of(raw).actor.role))
    if not current_user.is_authenticated and "api_key" in cookie:
        return _enter(_person_of(cookie.pop("api_key")))
    if current_user.is_authenticated:
        return redirect(home_url(current_user.role))
    if wants_json():
        raise errors.SignInRequired()
    return redirect(url_for("account.staff_login", next=url_for("account.admin_home")))


def _person_of(raw: str) -> SignedIn:
    person = signed_in_by_key(raw)
    if person is None:
        raise errors.SessionEnded()
    return person


def _take_key(raw: str) -> Response:
    """Sign in by a key in the address, and leave that address at once."""
    home = url_for("account.admin_home")
    if current_user.is_authenticated:
        claims = tokens.read_token(raw, "api")
        if claims is None or claims.session_id != current_user.signed_in.session_id:
            flash(
                gettext(
                    "You are signed in as %(name)s. To use another account, sign out first.",
                    name=current_user.name,
                ),
                "info",
            )
        return redirect(home)
    person = signed_in_by_key(raw)
    if person is None:
        flash(gettext(errors.SessionEnded.text), "warning")
        return redirect(url_for("account.staff_login"))
    if _came_from_elsewhere():
        until = int(now().timestamp()) + OFFER_SECONDS
        cookie[_OFFER] = [person.actor.clinic_id, person.session_id, until]
        return redirect(url_for("account.sign_in_offer"))
    return _enter(person)


def _enter(person: SignedIn) -> Response:
    sign_in_page(person)
    return redirect(url_for("account.admin_home"))


def _came_from_elsewhere() -> bool:
    """Say whether another site sent the visitor here, who may not know as whom they would sign in.

    A browser that does not tell (Fetch Metadata) is asked; a script has nobody to ask.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        return "Mozilla" in request.headers.get("User-Agent", "")
    return site not in ("same-origin", "none")


@blueprint.route("/sign-in-offers/", methods=["GET", "POST"])
@public("asks before a key from another site signs anybody in")
def sign_in_offer():
    """Ask whether to sign in as the person whose key another site sent, and do so."""
    person = _offered_person()
    if person is None:
        return redirect(url_for("account.admin_home"))
    if request.method != "POST":
        return render_template("account/confirm_sign_in.html", offered=person.actor)
    return _enter(person)


def _offered_person() -> SignedIn | None:
    clinic_id, session_id, until = cookie.get(_OFFER) or (0, "", 0)
    if current_user.is_authenticated or until < now().timestamp():
        return None
    return load_signed_in(clinic_id, session_id)


@blueprint.post("/language/")
@public("the language of the pages is everybody's own choice")
def set_language():
    """Show the pages, and send the mails, in another language."""
    language = posted("language")
    if language not in LANGUAGES:
        raise errors.InvalidInput(field="language")
    cookie["language"] = language
    cookie.permanent = True
    if current_user.is_authenticated:
        actor = current_user.signed_in.actor
        with transaction(actor.clinic_id, actor) as session:
            accounts.set_language(session, actor.user_id, language)
    target = safe_next(url_for("clinic.landing"))
    return redirect(target if _is_page(target) else url_for("clinic.landing"))


def _is_page(target: str) -> bool:
    """Say whether a path can be opened: a form's own address often only takes what it posts."""
    try:
        current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
