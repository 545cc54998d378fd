"""Uploaded files out of a form, and stored ones on their way out."""

from __future__ import annotations

from flask import Response
from werkzeug.datastructures import FileStorage

from medcor.models import StoredFile
from medcor.services import files

YEAR = 365 * 24 * 3600


def uploaded(value: object) -> FileStorage | None:
    """The file of a file field, None where nobody chose one."""
    return value if isinstance(value, FileStorage) and value.filename else None


def uploaded_picture(value: object, side: int = files.PICTURE_SIDE) -> bytes | None:
    """The picture of a file field drawn anew, None where nobody chose one; InvalidInput if bad.

    Call it before the transaction: drawing takes its time.
    """
    chosen = uploaded(value)
    return files.draw_picture(chosen.read(), side) if chosen else None


def picture_answer(row: StoredFile) -> Response:
    """A public picture: its name never changes its content, and it can do nothing but be shown."""
    answer = Response(row.data, mimetype=row.content_type)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # A clinic's own site shows doctors' pictures through the chatbot API.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def attachment_answer(row: StoredFile) -> Response:
    """A record's file: always saved, never shown in this site's name."""
    answer = Response(row.data, mimetype=row.content_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers.set("Content-Disposition", "attachment", filename=row.title or "attachment")
    return answer
