"""Names through which code could reach rows past the tenant filter, and who may use them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted((ROOT / "medcor").rglob("*.py"))
# The filter finds a model's table only through the model, and SQL that is not built not at all.
BYPASSES = {
    "__table__",
    "exec_driver_sql",
    "from_statement",
    "literal_column",
    "make_transient",
    "make_transient_to_detached",
    "on_conflict_do_update",
    "on_duplicate_key_update",
    "raw_connection",
}
ALLOWED = {("medcor/models/engine.py", "exec_driver_sql")}


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return found | {alias.name for node in imported for alias in node.names}


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_goes_past_the_tenant_filter(path):
    used = {(str(path.relative_to(ROOT)), name) for name in names_in(path) & BYPASSES}
    assert not used - ALLOWED


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_text_is_not_imported_under_another_name(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            assert "text" not in {alias.name for alias in node.names}
