"""The published requests of the chatbot API as curl sends them, to a server process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.app_servers import AppServer, running
from tests.factories import PASSWORD
from tests.live_clinic import LiveClinic, live_clinic, next_monday

DAY = next_monday().isoformat()
JSON = ("-H", "Content-Type: application/json")


class Curl:
    """Runs curl against one server and takes its answer apart."""

    def __init__(self, server: AppServer, live: LiveClinic) -> None:
        self.server, self.live = server, live
        self.clinic = live.clinic
        self.jar = live.folder / "cookies.txt"

    def __call__(self, path: str, *options: str, method: str = "POST") -> tuple[int, object]:
        command = [
            "curl",
            "-sS",
            "-X",
            method,
            f"{self.server.url}{path}",
            *options,
            "-w",
            "\n%{http_code}",
            "--max-time",
            "30",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)

    def token(self) -> str:
        status, body = self(f"/generate-chatbot-token/{self.clinic.id}/")
        assert status == 200 and list(body) == ["data_token"]
        return body["data_token"]

    def bearer(self) -> tuple[str, str]:
        return "-H", f"Authorization: Bearer {self.token()}"

    def treatment(self, rest: str = "") -> str:
        return f"/{self.clinic.id}/treatments/{self.clinic.treatment_id}/get-doctors/{rest}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def curl(request, tmp_path_factory) -> Iterator[Curl]:
    folder = tmp_path_factory.mktemp("curl")
    with (
        live_clinic(request.param, folder) as live,
        running(folder, live.database_url) as (server,),
    ):
        yield Curl(server, live)


def credentials(curl: Curl, password: str = PASSWORD) -> str:
    return json.dumps({"email": curl.clinic.patient.email, "password": password})


def test_tokens(curl):
    clinic, token = curl.clinic.id, curl.token()
    good = curl(f"/verify-token/{clinic}/{token}/", method="GET")
    assert good == (200, {"success": True})
    assert curl(f"/verify-token/{clinic}/{token}x/", method="GET") == (200, {"success": False})
    unknown = (404, {"detail": "Clinic matching query does not exist."})
    assert curl("/generate-chatbot-token/5000/") == unknown
    assert curl(f"/verify-token/5000/{token}/", method="GET") == unknown


def test_login_refresh_and_logout(curl):
    clinic, token = curl.clinic.id, curl.token()
    login = f"/chatbot/login/{clinic}/{token}/"
    keep, send = ("--cookie-jar", str(curl.jar)), ("--cookie", str(curl.jar))
    status, body = curl(login, *JSON, "-d", credentials(curl), *keep)
    assert status == 200
    assert list(body) == ["api_key", "recent_appointment", "appointment_prompt", "user_data"]
    assert list(body["user_data"]) == ["user_id", "email", "name", "profile_pic", "schema_name"]
    assert body["user_data"]["schema_name"] == f"clinic_{clinic}"
    status, renewed = curl(f"/chatbot/token/login/{token}/", *send, *keep)
    assert (status, list(renewed)) == (200, ["api_key", "user_data"])
    assert renewed["user_data"] == body["user_data"] and renewed["api_key"] != body["api_key"]
    assert "refresh_token" in curl.jar.read_text()
    out = curl(f"/chatbot/token/logout/{token}/", *send, *keep)
    assert out == (200, {"message": "logout successfully"})
    assert "refresh_token" not in curl.jar.read_text()


def test_login_errors(curl):
    clinic, token = curl.clinic.id, curl.token()
    login = f"/chatbot/login/{clinic}/{token}/"
    assert curl(login, *JSON, "-d", "{broken") == (
        400,
        {"error": "Email, password, and tenant ID are required."},
    )
    assert curl(login, *JSON, "-d", credentials(curl, "wrong")) == (
        400,
        {"error": "Invalid credentials or please verify your email."},
    )
    assert curl(f"/chatbot/login/5000/{token}/", *JSON, "-d", credentials(curl)) == (
        404,
        {"error": "Invalid tenant ID."},
    )
    failed, required = {"error": "Authentication Failed."}, {"message": "login required"}
    assert curl(f"/chatbot/login/{clinic}/x/", *JSON, "-d", credentials(curl)) == (401, failed)
    for action in ("login", "logout"):
        assert curl(f"/chatbot/token/{action}/x/") == (401, failed)
        path = f"/chatbot/token/{action}/{token}/"
        assert curl(path) == (404, required)
        assert curl(path, "--cookie", "refresh_token=your_refresh_token_here") == (404, required)


def test_treatments_and_doctors(curl):
    bearer = curl.bearer()
    status, page = curl(f"/{curl.clinic.id}/treatments/", *bearer, method="GET")
    assert (status, list(page)) == (200, ["count", "next", "previous", "results"])
    assert list(page["results"][0]) == ["id", "name", "description", "price"]
    status, found = curl(curl.treatment(), *bearer, method="GET")
    assert (status, list(found)) == (200, ["treatment", "doctors", "clinic"])
    assert list(found["doctors"][0]) == [
        "id",
        "name",
        "email",
        "is_active",
        "profile_picture",
        "total_year_of_experience",
        "specializations",
        "contact_number",
        "gender",
    ]
    refused = (401, {"detail": "Invalid or missing chatbot token."})
    assert curl(f"/{curl.clinic.id}/treatments/", method="GET") == refused
    assert curl("/5000/treatments/", *bearer, method="GET") == (404, {"error": "Clinic not found"})
    assert curl(f"/{curl.clinic.id}/treatments/?page=9", *bearer, method="GET") == (
        404,
        {"detail": "Invalid page."},
    )
    assert curl(f"/{curl.clinic.id}/treatments/5000/get-doctors/", *bearer, method="GET") == (
        404,
        {"error": "No doctors available for this treatment."},
    )


def test_slots_and_booking(curl):
    bearer, doctor = curl.bearer(), curl.clinic.doctor.profile_id
    slots, slot = curl.treatment("slots/"), curl.clinic.slot_ids[0]
    book = curl.treatment(f"slots/{slot}/book/")
    days = curl(slots, *bearer, *JSON, "-d", f'{{"doctor_id": {doctor}}}')
    assert days == (200, {"available_days": ["Monday", "Wednesday"]})
    wanted = json.dumps({"doctor_id": doctor, "date": DAY})
    status, before = curl(slots, *bearer, *JSON, "-d", wanted)
    assert (status, list(before), before["booked_slots"]) == (
        200,
        ["available_slots", "booked_slots"],
        [],
    )
    wish = {
        "patient_email": curl.clinic.patient.email,
        "doctor_id": doctor,
        "appointment_date": DAY,
    }
    status, made = curl(book, *bearer, *JSON, "-d", json.dumps(wish))
    assert (status, list(made)) == (201, ["message", "appointment_id", "appointment_status"])
    assert made["message"] == "Appointment booked successfully."
    assert made["appointment_status"] == "Pending"
    assert curl(book, *bearer, *JSON, "-d", json.dumps(wish)) == (
        400,
        {"error": "Slot is already booked."},
    )
    status, after = curl(slots, *bearer, *JSON, "-d", wanted)
    first = before["available_slots"][0]
    assert list(first) == ["id", "doctor", "start_time", "end_time", "booked"]
    assert after["booked_slots"] == [first | {"booked": True}]


def test_slot_and_booking_errors(curl):
    bearer, doctor = curl.bearer(), curl.clinic.doctor.profile_id
    slots, book = curl.treatment("slots/"), curl.treatment(f"slots/{curl.clinic.slot_ids[1]}/book/")
    wish = {
        "patient_email": curl.clinic.patient.email,
        "doctor_id": doctor,
        "appointment_date": DAY,
    }
    for path, body, expected in (
        (slots, {}, (400, {"error": "Missing required parameter: doctor_id."})),
        (
            slots,
            {"doctor_id": doctor, "date": "12.04.2025"},
            (400, {"error": "Invalid date format. Use YYYY-MM-DD."}),
        ),
        (
            slots,
            {"doctor_id": doctor, "date": "2025-04-12"},
            (400, {"message": "Past dates are not allowed."}),
        ),
        (slots, {"doctor_id": 5000, "date": DAY}, (404, {"error": "Doctor not found."})),
        (
            slots,
            {"doctor_id": doctor, "date": "9999-12-31"},
            (200, {"message": "No slots available for the selected date."}),
        ),
        (book, {}, (400, {"error": "Missing required parameters."})),
        (
            book,
            wish | {"appointment_date": "x"},
            (400, {"error": "Invalid date format. Use YYYY-MM-DD."}),
        ),
        (
            book,
            wish | {"appointment_date": "2025-04-12"},
            (400, {"error": "Cannot book past dates."}),
        ),
        (book, wish | {"patient_email": "nobody@one.test"}, (404, {"error": "Patient not found."})),
        (book, wish | {"doctor_id": 5000}, (404, {"error": "Doctor not found."})),
        (book.replace("/slots/", "/slots/9"), wish, (404, {"error": "Slot not found."})),
        (
            book,
            wish | {"appointment_date": "9999-12-31"},
            (400, {"error": "Slot is unavailable on this date."}),
        ),
    ):
        assert curl(path, *bearer, *JSON, "-d", json.dumps(body)) == expected


def test_a_preflight_and_bad_bytes_leave_the_process_well(curl):
    clinic = curl.clinic.id
    answer = curl.server.call("OPTIONS", f"/{clinic}/treatments/", Origin="https://evil.test")
    assert answer.status == 200 and "access-control-allow-origin" not in answer.headers
    foreign = curl.server.call(
        "POST", f"/generate-chatbot-token/{clinic}/", Origin="https://evil.test"
    )
    assert foreign.status == 403
    big = curl.server.call(
        "POST",
        curl.treatment("slots/"),
        b"x" * 2_000_000,
        Authorization=curl.bearer()[1].removeprefix("Authorization: "),
    )
    assert (big.status, big.json) == (413, {"error": "That is too large. Please send less."})
    lost = curl.server.call("GET", f"/{'9' * 5000}/treatments/")
    assert lost.status == 404
    assert curl.server.call("GET", "/healthz").status == 200
    assert curl.server.log.read_text().count("Traceback") == 0
