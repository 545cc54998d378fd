"""One's own talks as files: one of them or all, to read or for a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Response, request
from flask_babel import gettext

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Actor, Permission
from medcor.models import Clinic
from medcor.services import lookup, own_talks
from medcor.web import limits
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.documents import format_stamp
from medcor.web.own_data_file import IN_MEMORY, file_answer
from medcor.web.state import now
from medcor.web.transaction import reading

from . import presenters
from .blueprint import blueprint

MIMETYPES = {"txt": "text/plain", "json": "application/json"}
RULE = "-" * 40


@blueprint.get("/export/")
@needs(Permission.TALK_TO_ASSISTANT)
def export_talks() -> Response:
    """Hand over all of the person's talks; noted in the audit log."""
    who, form = actor(), _form()
    limits.count_export(who.clinic_id, who.user_id)
    acting(lambda session, who: own_talks.note_export(session, who, None, form))
    clinic = lookup.get_clinic(reading(who.clinic_id), who.clinic_id)
    pieces = {"txt": _texts, "json": _objects}[form](clinic, who)
    day = now().astimezone(clinic.zone_info).date()
    return _file(pieces, f"talks-{day.isoformat()}", form)


@blueprint.get("/<session_id>/export/")
@needs(Permission.TALK_TO_ASSISTANT)
def export_talk(session_id: str) -> Response:
    """Hand over one of the person's talks; noted in the audit log."""
    who, form = actor(), _form()
    talk = own_talks.read_talk(reading(who.clinic_id), who, session_id)
    acting(lambda session, who: own_talks.note_export(session, who, talk.row_id, form))
    clinic = lookup.get_clinic(reading(who.clinic_id), who.clinic_id)
    local = talk.began_at.astimezone(clinic.zone_info)
    made: dict[str, Callable[[], str]] = {
        "txt": lambda: presenters.whole_text(talk, clinic),
        "json": lambda: _written(presenters.whole_body(talk)),
    }
    return _file([made[form]()], f"talk-{local:%Y-%m-%d-%H%M}", form)


def _form() -> str:
    form = request.args.get("format", "txt")
    if form not in MIMETYPES:
        raise errors.InvalidInput(errors.N_("A talk can be taken as txt or as json."))
    return form


def _file(pieces: Iterable[str], name: str, form: str) -> Response:
    """Write a file that vanishes when it is closed, and send it.

    Many talks need little memory so, and whoever reads slowly holds no connection to the database.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the answer closes it)
    for each in pieces:
        file.write(each.encode())
    file.seek(0)
    return file_answer(file, MIMETYPES[form], f"{name}.{form}")


def _written(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=1)


def _texts(clinic: Clinic, who: Actor) -> Iterator[str]:
    made = format_stamp(now(), clinic)
    yield gettext(
        "Talks with the assistant of %(clinic)s, as of %(when)s", clinic=clinic.name, when=made
    )
    yield "\n"
    for talk in own_talks.all_talks(reading(who.clinic_id), who, clinic.zone_info):
        yield f"\n{RULE}\n{presenters.whole_text(talk, clinic)}"
        # Others get their turn between the talks.
        runtime.sleep(0)


def _objects(clinic: Clinic, who: Actor) -> Iterator[str]:
    head = {"clinic": clinic.name, "exported_at": now().isoformat()}
    yield f'{_written(head)[:-2]},\n "talks": ['
    between = "\n"
    for talk in own_talks.all_talks(reading(who.clinic_id), who, clinic.zone_info):
        yield between + _written(presenters.whole_body(talk))
        between = ",\n"
        runtime.sleep(0)
    yield "\n]}\n"
