"""schemathesis against a server process: whatever it sends, the answers are those described."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from medcor.blueprints.chatbot.openapi import document
from medcor.models import AuthSession
from medcor.web import tokens
from medcor.web.transaction import reading
from tests.app_servers import AppServer, running
from tests.factories import PASSWORD
from tests.live_clinic import LiveClinic, live_clinic, next_monday

SEED, EXAMPLES, MOST_SECONDS = 20261125, 15, 300
# The limits themselves are tested elsewhere; here they would only hide what is behind them.
NO_LIMITS = {
    "LIMIT_API_CALLS_PER_MINUTE": "1000000",
    "LIMIT_SIGN_INS_PER_MINUTE": "1000000",
    "LIMIT_SIGN_INS_PER_ACCOUNT": "1000000 per minute",
    "LIMIT_EMAIL_LOOKUPS": "1000000 per minute",
    "LIMIT_MAILS_PER_ACCOUNT": "1000000 per minute",
}
# Ids and days that exist are tried more often than not, so that what lies behind them is reached.
# The token in a path is always a good one: what bad ones get is tested one by one elsewhere.
CONFIG = """
[generation]
mode = "all"
database = "none"
max-examples = {examples}

[checks]
# A well-formed wish may still be refused with the published 400: "Slot is already booked."
positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = ["token_login", "token_logout"]
# Without a refresh token their published answer is 404: "login required".
checks.ignored_auth.enabled = false

[auth.openapi.chatbotToken]
bearer = "{token}"
[auth.openapi.patientKey]
api_key = "{key}"
[auth.openapi.refreshToken]
api_key = "{refresh}"

[dictionaries]
clinics.values = [{clinic}]
treatments.values = [{treatment}]
doctors.values = [{doctor}]
slots.values = {slots}
days.values = {days}
emails.values = ["{email}"]
passwords.values = ["{password}"]

[parameters]
"path.token" = "{token}"
"path.clinc_token" = "{token}"
"path.clinic_id" = {{ dictionary = "clinics", probability = 0.9 }}
"path.treatment_id" = {{ dictionary = "treatments", probability = 0.9 }}
"path.doctor_id" = {{ dictionary = "doctors", probability = 0.9 }}
"path.slot_id" = {{ dictionary = "slots", probability = 0.9 }}
"query.doctor_id" = {{ dictionary = "doctors", probability = 0.5 }}
"query.from" = {{ dictionary = "days", probability = 0.5 }}
"query.date" = {{ dictionary = "days", probability = 0.7 }}
"body.doctor_id" = {{ dictionary = "doctors", probability = 0.9 }}
"body.date" = {{ dictionary = "days", probability = 0.7 }}
"body.appointment_date" = {{ dictionary = "days", probability = 0.9 }}
"body.patient_email" = {{ dictionary = "emails", probability = 0.9 }}
"body.email" = {{ dictionary = "emails", probability = 0.6 }}
"body.password" = {{ dictionary = "passwords", probability = 0.8 }}
"""
# Operations that must have succeeded at least once, or the run has only seen refusals. The others
# need what a run may not have: a hold's id, a session that no other call has ended.
REACHED = {
    "book",
    "first_free",
    "generate_chatbot_token",
    "get_doctors",
    "hold",
    "login",
    "openapi_document",
    "register_patient",
    "slots",
    "treatments",
    "verify_token",
    "why_not",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> Iterator[tuple[LiveClinic, AppServer]]:
    folder = tmp_path_factory.mktemp("fuzz")
    with (
        live_clinic("sqlite", folder) as made,
        running(folder, made.database_url, **NO_LIMITS) as (server,),
    ):
        yield made, server


def config_for(live: LiveClinic, folder: Path) -> Path:
    """The settings of a run: how to sign in, and what exists."""
    clinic, monday = live.clinic, next_monday()
    weeks = [monday + timedelta(weeks=week) for week in range(8)]
    days = [each + timedelta(days=offset) for each in weeks for offset in (0, 2)]
    # A session of its own for the refresh token: the run signs it out.
    session_id = tokens.read_token(live.sign_in(clinic.patient), "api").session_id
    row = reading(clinic.id).scalar(sa.select(AuthSession).filter_by(public_id=session_id))
    file = folder / "schemathesis.toml"
    file.write_text(
        CONFIG.format(
            examples=EXAMPLES,
            token=live.bearer.removeprefix("Bearer "),
            key=live.sign_in(clinic.patient),
            refresh=tokens.issue_refresh_token(
                clinic.id, clinic.patient.user_id, session_id, row.refresh_id
            ),
            clinic=clinic.id,
            treatment=clinic.treatment_id,
            doctor=clinic.doctor.profile_id,
            slots=clinic.slot_ids,
            days=json.dumps([day.isoformat() for day in days]),
            email=clinic.patient.email,
            password=PASSWORD,
        )
    )
    return file


def fuzz(document: str, url: str, config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis, a process of its own, over a document at an address or in a file."""
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config)]
    command += ["run", document, "--url", url, "--seed", str(SEED), "--no-color"]
    return subprocess.run(
        [*command, "--continue-on-failure", *options],
        cwd=config.parent,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )


def succeeded(app: Flask, log: str) -> set[str]:
    """The endpoints that answered with success, as the server's log has it."""
    adapter, found = app.url_map.bind("localhost"), set()
    for line in log.splitlines():
        if '"event": "request"' not in line:
            continue
        call = json.loads(line)
        if call["status"] < 300:
            found.add(adapter.match(call["path"], method=call["method"])[0])
    return {endpoint.removeprefix("chatbot.") for endpoint in found}


def test_schemathesis_finds_nothing(live, tmp_path):
    made, server = live
    done = fuzz(f"{server.url}/openapi.json", server.url, config_for(made, tmp_path))
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-3000:]
    log = server.log.read_text()
    assert "Traceback" not in log
    assert not REACHED - succeeded(made.app, log)


@pytest.mark.parametrize(
    ("path", "status", "change"),
    [
        # A status that the document does not tell, and a body that it tells wrongly.
        ("/verify-token/{clinic_id}/{token}/", "404", None),
        ("/verify-token/{clinic_id}/{token}/", "200", {"type": "array"}),
    ],
)
def test_it_would_find_what_a_document_tells_wrongly(live, tmp_path, path, status, change):
    made, server = live
    wrong = copy.deepcopy(document(server.url))
    answers = wrong["paths"][path]["get"]["responses"]
    if change is None:
        del answers[status]
    else:
        answers[status]["content"]["application/json"]["schema"] = change
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong))
    only = ("--include-operation-id", "verify_token", "--phases", "examples,fuzzing")
    done = fuzz(str(file), server.url, config_for(made, tmp_path), *only)
    assert done.returncode == 1, done.stdout
    assert "verify-token" in done.stdout
