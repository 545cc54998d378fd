"""Seeded talks under faults in virtual time; ``make faults`` runs ten thousand of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.servers import ROOT

COUNT = 100


def run(*options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.runs", *options]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1500)


@pytest.mark.parametrize("first", [0, 1000])
def test_no_fault_loses_or_doubles_anything(first):
    done = run("--first", str(first), "--count", str(COUNT))
    assert done.returncode == 0, done.stderr[-3000:]
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["runs"] == COUNT
    # What was seen is worth something: people talked, processes died, the doctor paid.
    assert facts["totals"]["turns"] > 2 * COUNT
    assert facts["totals"]["kills"] > COUNT / 20 and facts["totals"]["doctors"] > COUNT / 10


@pytest.mark.parametrize("guard", ["fence", "resending", "settling", "recovery"])
def test_a_guard_that_is_taken_out_is_missed(guard):
    done = run("--without", guard, "--count", "200")
    assert done.returncode != 0 and "AssertionError" in done.stderr
