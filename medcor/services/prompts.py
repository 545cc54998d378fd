"""The prompt file: who talks, what the assistant may do for them, and the facts it starts from.

It is written before a voice session starts, copied into the session, and removed when the user's
last session ends or after a day.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Clinic
from medcor.services import agenda, booking, lookup

LIFE = timedelta(days=1)
MOST_FACTS = 20
_MAY = {
    Role.PATIENT: (
        "answer about treatments, prices, doctors, opening hours and the address",
        "show free times, book an appointment and cancel one of their own",
        "list their own appointments",
        "hand over to the clinic's staff",
    ),
    Role.DOCTOR: (
        "list their own appointments",
        "answer about treatments, free times and the clinic",
        "hand over to the clinic's staff",
    ),
}


def build_prompt(session: Session, actor: Actor, now: datetime) -> dict[str, Any]:
    """Gather role, name, clinic, abilities and facts, from the database only; times are local."""
    clinic = lookup.get_clinic(session, actor.clinic_id)
    return {
        "user_id": actor.user_id,
        "user_email": actor.email,
        "role": actor.role.value,
        "name": actor.name,
        "clinic": _clinic_facts(clinic),
        "may": list(_MAY[actor.role]),
        "facts": _facts(session, actor, clinic, now),
        "written_at": now.isoformat(),
    }


def _clinic_facts(clinic: Clinic) -> dict[str, Any]:
    return {
        "id": clinic.id,
        "schema_name": clinic.schema_name,
        "name": clinic.name,
        "zone": clinic.zone,
        "country": clinic.country,
        "phone": clinic.phone,
        "address": clinic.address,
    }


def _facts(session: Session, actor: Actor, clinic: Clinic, now: datetime) -> dict[str, Any]:
    zone = clinic.zone_info
    if actor.role is Role.DOCTOR:
        today = now.astimezone(zone).date()
        rows = agenda.load_day(session, actor, today, now).appointments
        return {"today": [_appointment(row, clinic) for row in rows[:MOST_FACTS]]}
    rows = booking.list_own(session, actor.profile_id, live_after=now)
    return {"upcoming_appointments": [_appointment(row, clinic) for row in rows[:MOST_FACTS]]}


def _appointment(row: Appointment, clinic: Clinic) -> dict[str, Any]:
    starts = row.starts_at.astimezone(clinic.zone_info)
    return {
        "id": row.id,
        "date": starts.date().isoformat(),
        "time": starts.strftime("%H:%M"),
        "treatment": row.treatment.name,
        "doctor": row.doctor.name,
        "patient": row.patient.name,
        "status": row.status.value,
    }


def prompt_path(folder: Path, user_id: int) -> Path:
    return folder / f"{user_id}_user_specific_prompts.json"


def save_prompt(folder: Path, prompt: dict[str, Any]) -> Path:
    """Write the file in one step, readable by this system user only (mode 0600)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = prompt_path(folder, prompt["user_id"])
    handle, draft = tempfile.mkstemp(dir=folder, suffix=".draft")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(prompt, file, ensure_ascii=False, indent=1)
        os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target


def load_prompt(folder: Path, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """Read the person's prompt; None when there is none, or it is older than a day."""
    path = prompt_path(folder, actor.user_id)
    try:
        prompt = json.loads(path.read_text(encoding="utf-8"))
        fresh = now - datetime.fromisoformat(prompt["written_at"]) < LIFE
        own = prompt["user_id"] == actor.user_id and prompt["clinic"]["id"] == actor.clinic_id
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return prompt if fresh and own else None


def remove_prompt(folder: Path, user_id: int) -> None:
    prompt_path(folder, user_id).unlink(missing_ok=True)


def remove_old_prompts(folder: Path, now: datetime) -> int:
    """Remove the files that were written more than a day ago; returns how many."""
    oldest = (now - LIFE).timestamp()
    removed = 0
    for path in folder.glob("*_user_specific_prompts.json"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                removed += 1
    return removed
