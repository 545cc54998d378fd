"""Every page that a role may open, found in the application's own list of routes.

A page is a GET route that answers HTML. Parts of its address are filled from what the database
holds; a part that nothing here knows how to fill fails, so that a new page is never passed over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from medcor.domain.permissions import Actor, Role, may
from medcor.extensions import db
from medcor.models import Doctor, Patient, User
from medcor.services.sessions import open_session
from medcor.web.access import Access, Door, access_of
from medcor.web.state import now, settings
from medcor.web.transaction import reading, transaction
from tests.conftest import FreshClient
from tests.page_values import UnknownPart, Values

# At most so many addresses are tried for a route.
TRIES = 40
NOTHING = "qqzz"
FILE = re.compile(r"\.\w+$")
# Routes that are no page of the walk, with the reason.
NOT_WALKED = {
    "static": "style sheets and scripts",
    "clinic.media": "pictures",
    "clinic.metrics": "a scraper's text, and only for its token",
    "account.admin_home": "leads each role to its first page",
    "appointment.calendar_events": "the calendar's rows, for its script",
    "appointment.record_file": "a file beside a record",
    "account.dev_mail_html": "the body of a mail, shown inside account.dev_mail",
    "account.dev_mail_attachment": "a file of a mail",
    "account.choose_account": "needs a password that fits two accounts",
    "account.sign_in_offer": "needs a key that another site offered",
}
# What a role is refused though its permission would let it in, with the reason.
_RECORD = "admins read no record unless the clinic turns that on"
REFUSED = {
    (Role.ADMIN, "appointment.record_view"): _RECORD,
    (Role.ADMIN, "appointment.record_print"): _RECORD,
}


@dataclass(frozen=True, slots=True)
class PageUrl:
    """A page's route and its address.

    ``is_variant`` marks another state of a page that is in the walk as well: a tab of it, or the
    page with nothing found.
    """

    endpoint: str
    url: str
    is_variant: bool = False


@dataclass
class Walk:
    """The pages of a role, and what could not be opened though the role may."""

    pages: list[PageUrl] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def pages_for(role: Role | None, app: Flask, clinic_id: int = 1) -> list[PageUrl]:
    """Every page of a role (None: of whoever is signed out); fails if one can't be opened."""
    made = walk(role, app, clinic_id)
    assert not made.complaints, made.complaints
    assert made.pages
    return made.pages


def walk(role: Role | None, app: Flask, clinic_id: int = 1) -> Walk:
    """Open every page that the role may open as the clinic's first person of that role."""
    with app.app_context():
        actor = first_actor(role, clinic_id) if role else None
        values = Values(actor, clinic_id)
        client, made = client_for(app, actor), Walk()
        for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
            try:
                if is_walked(app, rule, role):
                    _open(app, client, rule, values, made)
            except UnknownPart as unknown:
                made.complaints.append(f"{rule.endpoint}: {unknown}")
        db.session.remove()
    return made


def is_walked(app: Flask, rule: Rule, role: Role | None) -> bool:
    """Say whether the route may be a page of the role."""
    access: Access | None = access_of(app.view_functions[rule.endpoint])
    if "GET" not in rule.methods or rule.endpoint in NOT_WALKED or access is None:
        return False
    if FILE.search(rule.rule) or (role, rule.endpoint) in REFUSED:
        return False
    if rule.endpoint.startswith("account.dev_") and not settings().development:
        return False
    if role is None:
        return access.door is Door.PUBLIC
    allowed = access.permission is None or may(role, access.permission)
    return access.door is Door.PERSON and allowed


def first_actor(role: Role, clinic_id: int) -> Actor:
    """The clinic's first person of a role, in demo data the one whose sign-in is told."""
    session = reading(clinic_id)
    user = session.scalars(
        sa.select(User).where(User.role == role, User.is_active).order_by(User.id).limit(1)
    ).one()
    profile = {Role.DOCTOR: Doctor, Role.PATIENT: Patient}.get(role)
    wanted = sa.select(profile.id).where(profile.user_id == user.id) if profile else None
    profile_id = session.scalar(wanted) if profile else None
    return Actor(clinic_id, user.id, role, profile_id, user.name, user.email)


def client_for(app: Flask, actor: Actor | None) -> FlaskClient:
    """A client that is signed in as ``actor``, or signed out."""
    app.test_client_class = FreshClient
    client = app.test_client()
    if actor is None:
        return client
    db.session.remove()
    with transaction(actor.clinic_id) as session:
        row = open_session(session, session.get(User, actor.user_id), "walk", now())
        user_id = f"{actor.clinic_id}:{row.public_id}"
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = user_id, True
    return client


def session_cookie(app: Flask, role: Role, clinic_id: int = 1) -> tuple[str, str]:
    """Name and value of the cookie by which a browser is signed in as a role's first person."""
    with app.app_context():
        client = client_for(app, first_actor(role, clinic_id))
        db.session.remove()
    name = app.config["SESSION_COOKIE_NAME"]
    return name, client.get_cookie(name).value


def _open(app: Flask, client: FlaskClient, rule: Rule, values: Values, made: Walk) -> None:
    """Try addresses of the route until one shows a page; note what else it would not show."""
    statuses = []
    for url in itertools.islice(addresses(app, rule, values), TRIES):
        with client.get(url, headers={"Accept": "text/html"}) as answer:
            if answer.status_code == 200:
                if answer.mimetype == "text/html":
                    made.pages += _states(rule.endpoint, url, answer.get_data(as_text=True))
                return
            if answer.status_code in (302, 303) and "/login/" not in answer.headers["Location"]:
                return
            statuses.append((url, answer.status_code))
    made.complaints.append(f"{rule.endpoint} shows no page: {statuses[:5] or 'no address'}")


def _states(endpoint: str, url: str, html: str) -> list[PageUrl]:
    others = [PageUrl(endpoint, each, is_variant=True) for each in variants(url, html)]
    return [PageUrl(endpoint, url), *others]


def addresses(app: Flask, rule: Rule, values: Values) -> Iterator[str]:
    """Addresses of a route, the likeliest first."""
    names = sorted(rule.arguments)
    choices = [values.of(name) for name in names]
    for chosen in itertools.product(*choices):
        filled = dict(zip(names, chosen, strict=True))
        path = app.url_map.bind("").build(rule.endpoint, filled)
        for query in values.queries(rule.endpoint, filled):
            yield f"{path}?{urlencode(query)}" if query else path


def is_list(html: str) -> bool:
    """Say whether the page lists rows: it can be searched, or has page numbers."""
    return bool(re.search(r'class="pagination"|type="search"', html))


def variants(url: str, html: str) -> list[str]:
    """The page's other tabs, and the page with nothing found."""
    path = urlsplit(url).path
    tabs = re.search(r'<nav class="tabs".*?</nav>', html, flags=re.S)
    links = re.findall(r'href="([^"#]+)"', tabs.group(0)) if tabs else []
    others = [unescape(each) for each in links]
    found = [each for each in others if urlsplit(each).path == path and each != url]
    if re.search(r'<input[^>]*type="search"[^>]*name="q"|<input[^>]*name="q"', html):
        found.append(f"{path}?q={NOTHING}")
    return list(dict.fromkeys(found))
