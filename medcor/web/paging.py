"""Pages of a list, numbered in the URL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import request
from flask_sqlalchemy.pagination import Pagination

from medcor.extensions import db

PER_PAGE = 20


def paginate(wanted: sa.Select[Any], per_page: int = PER_PAGE) -> Pagination:
    """The page that ``?page=`` names; one out of range shows the nearest instead of an error."""
    page = max(request.args.get("page", 1, type=int) or 1, 1)
    found = db.paginate(wanted, page=min(page, 100_000), per_page=per_page, error_out=False)
    if not found.items and found.total:
        return db.paginate(wanted, page=found.pages, per_page=per_page, error_out=False)
    return found
