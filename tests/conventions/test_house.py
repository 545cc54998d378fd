"""House rules that a glance at the source can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted([*(ROOT / "medcor").rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"])
SOURCES = sorted(
    [
        *PRODUCT,
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "bench").rglob("*.py"),
        *(ROOT / "migrations").rglob("*.py"),
    ]
)
MAX_FILE, MAX_FUNCTION = 400, 50
# Each place that may look across clinics, and why it must.
ACROSS_CLINICS = {
    "medcor/models/tenancy.py",
    # A staff sign-in does not name its clinic.
    "medcor/services/accounts.py",
    # A sign-up that is sent twice does not know the number of the clinic that it made.
    "medcor/services/clinic_signup.py",
    # One ticker looks after every clinic's hand-overs, every few seconds.
    "medcor/services/handover_escalation.py",
    # One shipper serves the journals of all clinics.
    "medcor/services/conversations.py",
    # The same shipper makes sure that deleted talks and emptied words are gone from the copy too.
    "medcor/services/log_copies.py",
    # A process serves talks of every clinic: what one that is gone has left behind.
    "medcor/services/talk_sessions.py",
    "medcor/services/credits.py",
    # One sender serves every clinic's outbox.
    "medcor/services/mail.py",
    # The same for webhooks.
    "medcor/services/webhook_outbox.py",
}
CORE_TEXT = {
    # A sequence of PostgreSQL is set after rows with fixed ids.
    "medcor/services/demo.py",
}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_stay_small(path):
    assert len(path.read_text().splitlines()) <= MAX_FILE
    long = {
        each.name: each.end_lineno - each.lineno + 1
        for each in functions(tree_of(path))
        if each.end_lineno - each.lineno + 1 > MAX_FUNCTION
    }
    assert not long


def test_style_sheets_and_scripts_stay_small():
    folder = ROOT / "medcor" / "static"
    files = [path for kind in ("css", "js") for path in (folder / kind).rglob(f"*.{kind}")]
    assert files
    assert not {path.name for path in files if len(path.read_text().splitlines()) > MAX_FILE}


@pytest.mark.parametrize("path", PRODUCT, ids=named)
def test_only_listed_places_look_across_clinics(path):
    if named(path) not in ACROSS_CLINICS:
        assert not calls(tree_of(path), "across_clinics")


def test_the_list_of_places_is_no_longer_than_it_must_be():
    using = {named(path) for path in PRODUCT if calls(tree_of(path), "across_clinics")}
    assert using | {"medcor/models/tenancy.py"} == set(ACROSS_CLINICS)


@pytest.mark.parametrize("path", PRODUCT, ids=named)
def test_sql_text_only_where_listed(path):
    if named(path) not in CORE_TEXT and "models/engine" not in named(path):
        assert not calls(tree_of(path), "text") or "sa.text" not in path.read_text()


@pytest.mark.parametrize("path", PRODUCT, ids=named)
def test_only_the_runtime_knows_the_async_mode(path):
    if named(path) != "medcor/runtime.py":
        names = {
            alias.name.split(".")[0]
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        names |= {
            (node.module or "").split(".")[0]
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ImportFrom)
        }
        assert not names & {"eventlet", "gevent", "greenlet"}


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in PRODUCT
        if named(path).startswith(
            ("medcor/services", "medcor/models", "medcor/integrations", "medcor/domain")
        )
    ],
    ids=named,
)
def test_services_models_and_integrations_know_no_request(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "flask":
            assert not {alias.name for alias in node.names} & {
                "request",
                "session",
                "current_app",
                "g",
            }


@pytest.mark.parametrize("path", PRODUCT, ids=named)
def test_no_legacy_query_and_no_import_inside_a_function(path):
    assert not re.search(r"\b[A-Z]\w+\.query\b", path.read_text())
    allowed = {
        "medcor/runtime.py": "an async mode is imported only where it is chosen",
        "medcor/__init__.py": "nothing may be imported before the patches",
        "medcor/speech/recogniser.py": "the model's library is loaded by the process that decodes",
    }
    if named(path) not in allowed:
        inner = [
            node.lineno
            for each in functions(tree_of(path))
            for node in ast.walk(each)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        ]
        assert not inner


def test_one_place_commits():
    committing = {
        named(path) for path in PRODUCT if re.search(r"\bsession\.commit\(", path.read_text())
    }
    assert committing == {"medcor/web/transaction.py"}


def test_layers_import_downward_only():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
