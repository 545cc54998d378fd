"""The steps of a new clinic's setup as its pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor, Role
from medcor.models import Clinic
from medcor.services.setup import steps_done


@dataclass(frozen=True, slots=True)
class Setup:
    """Every step with its words, its link and whether it is done."""

    steps: list[dict[str, Any]]

    @property
    def done(self) -> int:
        return sum(1 for step in self.steps if step["done"])

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)

    @property
    def following(self) -> dict[str, Any] | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step["done"]), None)


def setup_card(session: Session, clinic: Clinic, actor: Actor) -> Setup | None:
    """What the day's page shows an admin until the setup is complete or dismissed."""
    if clinic.setup_done or actor.role is not Role.ADMIN:
        return None
    held = load_setup(session)
    return None if held.is_complete else held


def load_setup(session: Session) -> Setup:
    """The setup of the clinic in scope."""
    words = {
        "hours": (
            gettext("Opening hours"),
            gettext("When your door is open. Patients and the assistant ask for it first."),
            gettext("Set the hours"),
            url_for("account.edit_clinic_details", part="hours", next=url_for("clinic.setup")),
        ),
        "doctor": (
            gettext("First doctor"),
            gettext("You give name and email; the doctor chooses their own password by mail."),
            gettext("Add a doctor"),
            url_for("account.create_doctor"),
        ),
        "treatment": (
            gettext("First treatment"),
            gettext("What patients can book, its price and length, and who gives it."),
            gettext("Add a treatment"),
            url_for("treatment.add_treatment", next=url_for("clinic.setup")),
        ),
        "slots": (
            gettext("First free times"),
            gettext("A doctor's weekly times. As soon as there are some, patients can book."),
            gettext("Set the week"),
            url_for("appointment.doctor_slots_and_excluded_dates_list"),
        ),
    }
    done = steps_done(session)
    steps = []
    for name, is_done in done.items():
        title, note, label, url = words[name]
        steps.append(
            {"name": name, "title": title, "note": note, "label": label, "url": url}
            | {"done": is_done}
        )
    return Setup(steps)
