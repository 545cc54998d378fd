"""A person's data as one ZIP file: readable pages, the same as JSON, records as PDFs, files."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, render_template

from medcor import runtime
from medcor.domain import errors
from medcor.models import Clinic
from medcor.services import files, own_data
from medcor.services.own_data import OwnData
from medcor.services.records import OpenRecord
from medcor.web import documents
from medcor.web.state import now
from medcor.web.transaction import reading

IN_MEMORY = 4 * 1024 * 1024
PIECE = 64 * 1024
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def make_archive(clinic: Clinic, data: OwnData) -> IO[bytes]:
    """Write the ZIP to a temporary file that vanishes when it is closed.

    Records are printed and files packed one by one, each in a real thread, so that nothing large
    is held and nobody else waits.
    """
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the answer closes it)
    logo = documents.clinic_logo(reading(clinic.id), clinic)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in _members(clinic, data, logo):
            packed = zipfile.ZIP_DEFLATED if name.endswith((".json", ".html")) else None
            runtime.offload(archive.writestr, name, content, packed)
    target.seek(0)
    return target


def _members(clinic: Clinic, data: OwnData, logo: bytes) -> Iterator[tuple[str, bytes | str]]:
    """The files of the archive, made when their turn comes."""
    shown = [(view, folder_of(view), own_files(view)) for view in data.records]
    yield "data.json", json.dumps(data.facts, default=_plain, ensure_ascii=False, indent=1)
    yield "index.html", _index(clinic, data, shown)
    for view, folder, members in shown:
        yield f"{folder}/record.pdf", documents.print_record(view, clinic, logo, now())
        for file_id, name in members:
            yield f"{folder}/{name}", own_data.read_file(reading(clinic.id), file_id)
    if data.picture:
        name = data.picture.rpartition("/")[2]
        try:
            yield "picture.webp", files.get_picture(reading(clinic.id), name).data
        except errors.NotFound:
            return


def _index(clinic: Clinic, data: OwnData, shown: list[tuple[OpenRecord, str, Any]]) -> str:
    return render_template(
        "account/my_data_export.html",
        clinic=clinic,
        facts=data.facts,
        records=shown,
        stamp=lambda instant: documents.format_stamp(instant, clinic),
        made=documents.format_stamp(now(), clinic),
    )


def folder_of(view: OpenRecord) -> str:
    return f"records/{view.visit.day.isoformat()}-{view.visit.appointment_id}"


def own_files(view: OpenRecord) -> list[tuple[int, str]]:
    """The files of a record with names that every system takes and that never collide."""
    return [
        (each.id, f"{each.id}-{_ODD.sub('_', each.title)[-80:] or 'file'}")
        for each in view.attachments
    ]


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON value")


def archive_answer(archive: IO[bytes], name: str) -> Response:
    """Send the archive piece by piece and close it after the last."""
    return file_answer(archive, "application/zip", f"{name}.zip")


def file_answer(file: IO[bytes], mimetype: str, name: str) -> Response:
    """Send a personal file piece by piece and close it after the last."""
    answer = Response(_pieces(file), mimetype=mimetype)
    # For a reader who leaves before the first piece.
    answer.call_on_close(file.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pieces(archive: IO[bytes]) -> Iterator[bytes]:
    try:
        while piece := archive.read(PIECE):
            yield piece
    finally:
        archive.close()
