"""Lists: pages numbered in the URL, sorting in the URL, and the same list as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, request, stream_with_context
from flask_sqlalchemy.pagination import Pagination, SelectPagination

from medcor import runtime
from medcor.extensions import db

PER_PAGE = 20
CSV_CHUNK = 200
# A spreadsheet would run a cell that begins so as a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _CountedPagination(SelectPagination):
    """Counts by a statement of its own, which may do without the joins that only show something."""

    def _query_count(self) -> int:
        counted: sa.Select[Any] | None = self._query_args["counted"]
        if counted is None:
            return super()._query_count()
        rows = counted.order_by(None).subquery()
        return self._query_args["session"].scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def paginate(
    wanted: sa.Select[Any], per_page: int = PER_PAGE, counted: sa.Select[Any] | None = None
) -> Pagination:
    """The page that ``?page=`` names; one out of range shows the nearest instead of an error.

    ``counted`` selects the ids of the same rows as ``wanted``, with less work.
    """
    page = max(request.args.get("page", 1, type=int) or 1, 1)
    found = _page(wanted, min(page, 100_000), per_page, counted)
    if not found.items and found.total:
        return _page(wanted, found.pages, per_page, counted)
    return found


def _page(
    wanted: sa.Select[Any], page: int, per_page: int, counted: sa.Select[Any] | None
) -> Pagination:
    return _CountedPagination(
        select=wanted,
        session=db.session(),
        page=page,
        per_page=per_page,
        error_out=False,
        counted=counted,
    )


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which column a list is sorted: what ``table(sort=...)`` shows, and the clauses for it."""

    key: str
    direction: str
    clauses: tuple[sa.ColumnElement[Any], ...]

    @property
    def shown(self) -> tuple[str, str]:
        return self.key, self.direction


def sorting(
    columns: Mapping[str, Sequence[Any]], default: str, *, descending: bool = False
) -> Sorting:
    """The order that ``?sort=`` and ``?direction=`` ask for, else the default one.

    ``columns`` maps a key to the columns that it sorts by; the last one should be unique, so that
    no row is on two pages.
    """
    key = request.args.get("sort", "")
    direction = request.args.get("direction", "")
    if key not in columns:
        key, direction = default, "desc" if descending else "asc"
    direction = "desc" if direction == "desc" else "asc"
    ordered = (each.desc() if direction == "desc" else each.asc() for each in columns[key])
    return Sorting(key, direction, tuple(ordered))


def wants_csv() -> bool:
    """Say whether the list is asked for as a file (``?format=csv``)."""
    return request.args.get("format") == "csv"


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Send rows as a CSV file (RFC 4180, UTF-8 with a mark, which spreadsheets need).

    Goes out piece by piece and gives way to other requests between the pieces.
    """
    return Response(
        stream_with_context(_csv_lines(header, rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if number % CSV_CHUNK == 0:
            yield _taken(buffer)
            runtime.sleep(0)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
