"""Clients that race: a widget's caller, and a browser with cookies and forms."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from tests.app_servers import Answer, AppServer, send
from tests.factories import PASSWORD
from tests.live_clinic import LiveClinic

_CSRF = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


@dataclass
class Ran:
    """What one racer got, and when it was under way."""

    answer: Answer
    began: float
    ended: float

    @property
    def status(self) -> int:
        return self.answer.status


def race(runners: list[Callable[[], Answer]]) -> list[Ran]:
    """Let all run at once: each waits at one line, then does its single call."""
    line = threading.Barrier(len(runners))
    results: list[Ran | BaseException | None] = [None] * len(runners)

    def run(index: int) -> None:
        try:
            line.wait(60)
            began = time.perf_counter()
            results[index] = Ran(runners[index](), began, time.perf_counter())
        except BaseException as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for result in results:
        if not isinstance(result, Ran):
            raise AssertionError(f"a racer did not finish: {result!r}")
    return results


def most_at_once(ran: list[Ran]) -> int:
    """How many calls were under way at one moment."""
    return max(sum(each.began <= one.began < each.ended for each in ran) for one in ran)


@dataclass
class WidgetCaller:
    """Books through the chatbot API, by the patient's address."""

    live: LiveClinic
    server: AppServer
    email: str
    bearer: str

    def booking(self, slot_id: int, doctor_id: int, day: date) -> Callable[[], Answer]:
        """Connect now, so that only the call itself is in the race."""
        connection = self.server.connect()
        connection.connect()
        wish = {
            "patient_email": self.email,
            "doctor_id": doctor_id,
            "appointment_date": day.isoformat(),
        }

        def call() -> Answer:
            path = self.live.book_path(slot_id)
            try:
                return send(connection, "POST", path, wish, Authorization=self.bearer)
            finally:
                connection.close()

        return call


@dataclass
class Browser:
    """A patient's browser: it keeps cookies and sends forms with their hidden token."""

    live: LiveClinic
    server: AppServer
    cookies: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "text/html",
        }
        body = urlencode(form).encode() if form is not None else None
        if body is not None:
            headers["Content-Type"] = FORM
        answer = self.server.call(method, path, body, **headers)
        name, _, value = answer.headers.get("set-cookie", "").partition(";")[0].partition("=")
        if name:
            self.cookies[name] = value
        return answer

    def open_form(self, path: str) -> str:
        """Load a page and give its form's hidden token."""
        answer = self.request("GET", path)
        found = _CSRF.search(answer.body)
        if answer.status != 200 or found is None:
            raise AssertionError(f"{path}: {answer.status} without a form")
        return found.group(1).decode()

    def sign_in(self, email: str) -> Browser:
        path = f"/patient/login/?clinic={self.live.clinic.id}"
        form = {"csrf_token": self.open_form(path), "email": email, "password": PASSWORD}
        answer = self.request("POST", path, form)
        if answer.status != 302:
            raise AssertionError(f"sign-in: {answer.status}")
        return self

    def booking(self, slot_id: int, doctor_id: int, day: date) -> Callable[[], Answer]:
        """Open the last step of the booking now; the call sends its form."""
        path = f"/slot/{slot_id}/{self.live.clinic.treatment_id}/"
        wish = {"doctor_id": str(doctor_id), "appointment_date": day.isoformat()}
        token = self.open_form(f"{path}?{urlencode(wish)}")
        return lambda: self.request("POST", path, {**wish, "csrf_token": token})
