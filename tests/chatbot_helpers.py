"""Calls of the chatbot API as a widget makes them, and exact comparison of what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medcor.web import tokens
from tests.factories import PASSWORD, ClinicWorld

MONDAY = "2026-03-09"
BAD_DATES = [
    "09.03.2026",
    "2026-3-9",
    "20260309",
    "2026-W11-1",
    "2026-02-30",
    "0000-01-01",
    "x",
    20260309,
    1.5,
    True,
    ["2026-03-09"],
    {"a": 1},
    "2026-03-09 ",
    "\x00",
    "\ud800",
]


def says(response: TestResponse, status: int, body: object) -> None:
    """Assert status and body to the letter, the order of the keys included."""
    shown = (response.status_code, json.dumps(response.json))
    assert shown == (status, json.dumps(body))


@dataclass
class Widget:
    """One clinic's widget: it holds a chatbot token and knows the paths."""

    client: FlaskClient
    clinic: ClinicWorld
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.token or tokens.issue_chatbot_token(self.clinic.id)

    @property
    def treatments_path(self) -> str:
        return f"/{self.clinic.id}/treatments/"

    @property
    def doctors_path(self) -> str:
        return f"{self.treatments_path}{self.clinic.treatment_id}/get-doctors/"

    @property
    def slots_path(self) -> str:
        return f"{self.doctors_path}slots/"

    @property
    def book_path(self) -> str:
        return f"{self.slots_path}{self.clinic.slot_ids[0]}/book/"

    @property
    def hold_path(self) -> str:
        return f"{self.slots_path}{self.clinic.slot_ids[0]}/hold/"

    @property
    def first_free_path(self) -> str:
        return f"{self.treatments_path}{self.clinic.treatment_id}/first-free/"

    @property
    def why_not_path(self) -> str:
        return f"{self.doctors_path}{self.clinic.doctor.profile_id}/why-not/"

    @property
    def register_path(self) -> str:
        return f"/chatbot/register/{self.clinic.id}/{self.token}/"

    @property
    def login_path(self) -> str:
        return f"/chatbot/login/{self.clinic.id}/{self.token}/"

    @property
    def refresh_path(self) -> str:
        return f"/chatbot/token/login/{self.token}/"

    @property
    def logout_path(self) -> str:
        return f"/chatbot/token/logout/{self.token}/"

    def headers(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", **named}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self.headers(**headers))

    def post(self, path: str, body: object = None, **headers: str) -> TestResponse:
        return self.client.post(path, json=body, headers=self.headers(**headers))

    def login(self, email: str = "", password: str = PASSWORD, **headers: str) -> TestResponse:
        email = email or self.clinic.patient.email
        return self.post(self.login_path, {"email": email, "password": password}, **headers)

    def key(self, email: str = "") -> str:
        """The access key of a patient who signs in through the widget."""
        return self.login(email).json["api_key"]

    def hold(self, key: str, path: str = "", **changes: Any) -> TestResponse:
        body = {"doctor_id": self.clinic.doctor.profile_id, "appointment_date": MONDAY, **changes}
        return self.post(path or self.hold_path, body, X_Api_Key=key)

    def wish(self, **changes: Any) -> dict[str, Any]:
        values = {
            "patient_email": self.clinic.patient.email,
            "doctor_id": self.clinic.doctor.profile_id,
            "appointment_date": MONDAY,
        }
        return {**values, **changes}

    def book(self, **changes: Any) -> TestResponse:
        return self.post(self.book_path, self.wish(**changes))
