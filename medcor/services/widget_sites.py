"""Which web sites may show a clinic's widget: added and removed one by one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.models import Clinic
from medcor.services import clinics, lookup

MAX_SITES = 20
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def allow_site(session: Session, actor: Actor, origin: str, now: datetime) -> Clinic:
    """Let a web origin show the widget; one that is listed already stays as it is.

    InvalidInput (field ``origin``) for plain http elsewhere than on this computer, and beyond
    MAX_SITES.
    """
    parts = urlsplit(origin)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise errors.InvalidInput(
            errors.N_(
                "Give the https address: over plain http, anybody on the way could change the "
                "page. http works for localhost only, to try things out."
            ),
            field="origin",
        )
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if origin in clinic.widget_origins:
        return clinic
    if len(clinic.widget_origins) >= MAX_SITES:
        raise errors.InvalidInput(
            errors.N_("Twenty web sites are the most. Remove one that is not used any more."),
            field="origin",
        )
    return _save(session, actor, clinic, [*clinic.widget_origins, origin], now)


def drop_site(session: Session, actor: Actor, origin: str, now: datetime) -> Clinic:
    """Take a web origin off the list; one that is not on it is off already."""
    clinic = lookup.get_clinic(session, actor.clinic_id)
    left = [each for each in clinic.widget_origins if each != origin]
    return _save(session, actor, clinic, left, now)


def _save(
    session: Session, actor: Actor, clinic: Clinic, sites: list[str], now: datetime
) -> Clinic:
    # One site more or less hits nobody else's edit, so the version seen is the one that stands.
    return clinics.edit_clinic(session, actor, {"widget_origins": sites}, clinic.version, now)


def _is_loopback(host: str) -> bool:
    return host in _LOOPBACK or host.endswith(".localhost")
