"""Uploaded pictures and attachments: looked into, never trusted by their names."""

from __future__ import annotations

import io
import secrets

import sqlalchemy as sa
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session, undefer

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.domain.texts import storable
from medcor.models import FileKind, StoredFile

PICTURE_FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 40_000_000
PICTURE_SIDE, LOGO_SIDE, WIDE_SIDE = 512, 256, 1024
QUALITY = 84
MAX_ATTACHMENT = 5 * 1024 * 1024
# What a record may hold, told by its first bytes.
_ATTACHMENTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


def draw_picture(data: bytes, side: int = PICTURE_SIDE) -> bytes:
    """Draw an uploaded picture anew as WebP, at most ``side`` pixels wide and high.

    Nothing of the file but its pixels is kept: no place where it was taken, nothing hidden behind
    it. InvalidInput for anything that is no PNG, JPEG or WebP of a sane size. Takes a real thread
    and must not be called inside a transaction.
    """
    return runtime.offload(_draw, data, side)


def _draw(data: bytes, side: int) -> bytes:
    refused = errors.InvalidInput(
        errors.N_("This is no picture that can be used. Choose a PNG, JPEG or WebP file."),
        field="picture",
    )
    try:
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS or min(picture.size) < 1:
                raise refused
            picture.draft("RGB", (side * 2, side * 2))
            upright = ImageOps.exif_transpose(picture)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            drawn = upright.convert(mode)
            drawn.thumbnail((side, side))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise refused from error
    except Image.DecompressionBombError as error:
        raise refused from error
    out = io.BytesIO()
    # A fresh image: WebP would carry the old one's metadata along.
    clean = Image.new(mode, drawn.size)
    clean.paste(drawn)
    clean.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def add_picture(session: Session, actor: Actor, drawn: bytes) -> str:
    """Store a drawn picture and return the path under which anybody who knows it may see it."""
    row = _add(session, actor, FileKind.PICTURE, drawn, "image/webp", "", ".webp")
    return f"/media/{row.clinic_id}/{row.name}"


def drop_picture(session: Session, path: str) -> None:
    """Delete a picture that nothing shows any more."""
    name = path.rpartition("/")[2]
    session.execute(
        sa.delete(StoredFile).where(StoredFile.name == name, StoredFile.kind == FileKind.PICTURE)
    )


def attachment_type(data: bytes) -> str:
    """The content type of an attachment by its first bytes; InvalidInput for any other kind."""
    for mark, content_type in _ATTACHMENTS:
        if data.startswith(mark):
            return content_type
    raise errors.InvalidInput(
        errors.N_("Only PDF, PNG and JPEG files can be attached."), field="attachment"
    )


def add_attachment(session: Session, actor: Actor, data: bytes, title: str) -> StoredFile:
    """Store an attachment as it is; InvalidInput if it is too large or of another kind."""
    if not data or len(data) > MAX_ATTACHMENT:
        raise errors.InvalidInput(
            errors.N_("A file may have 5 MB at most, and not be empty."), field="attachment"
        )
    content_type = attachment_type(data)
    shown = storable(title.replace("\\", "/").rpartition("/")[2]).strip()[-200:]
    return _add(session, actor, FileKind.ATTACHMENT, data, content_type, shown, "")


def _add(
    session: Session,
    actor: Actor,
    kind: FileKind,
    data: bytes,
    content_type: str,
    title: str,
    ending: str,
) -> StoredFile:
    row = StoredFile(
        clinic_id=actor.clinic_id,
        name=secrets.token_urlsafe(24) + ending,
        kind=kind,
        content_type=content_type,
        title=title,
        size=len(data),
        data=data,
        uploaded_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    return row


def get_picture(session: Session, name: str) -> StoredFile:
    """A public picture of the clinic in scope, with its bytes; NotFound for anything else."""
    row = session.scalar(
        sa.select(StoredFile)
        .where(StoredFile.name == name, StoredFile.kind == FileKind.PICTURE)
        .options(undefer(StoredFile.data))
    )
    if row is None:
        raise errors.NotFound()
    return row
