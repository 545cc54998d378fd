"""Every act that the product writes down has words in the audit log, and a kind to find it by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from medcor.blueprints.clinic.audit_words import ACTS, KINDS, SUBJECTS, act_text
from medcor.domain.appointments import AppointmentStatus
from medcor.services.people import Removal

PRODUCT = Path(__file__).resolve().parents[2] / "medcor"
NAME = re.compile(r"[a-z_]+\.[a-z_-]+")


def recorded() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted((PRODUCT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield path, node


def names_near(path: Path) -> set[str]:
    """Every constant of a module that could be the name of an act."""
    tree = ast.parse(path.read_text())
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if NAME.fullmatch(text)}


def test_every_act_has_words_and_a_kind():
    calls = list(recorded())
    assert len(calls) > 30
    written = set().union(*(names_near(path) for path, _call in calls))
    written |= {f"appointment.{state.value.lower()}" for state in AppointmentStatus}
    written |= {f"{kind}.{removal.value}" for kind in ("doctor", "patient") for removal in Removal}
    written -= {"appointment.pending"}
    assert not sorted(written - set(ACTS))
    parts = {part for _label, kinds in KINDS.values() for part in kinds}
    assert not {act for act in ACTS if act.split(".")[0] not in parts}


def test_every_subject_has_words():
    named = {
        call.args[3].value for _path, call in recorded() if isinstance(call.args[3], ast.Constant)
    }
    assert not named - set(SUBJECTS)


def test_an_unknown_act_is_shown_by_its_name():
    assert act_text("moon.landed") == "moon.landed"
