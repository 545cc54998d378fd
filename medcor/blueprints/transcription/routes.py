"""Routes under ``/transcription/``."""

from __future__ import annotations

from flask import Blueprint, jsonify

from medcor.domain.permissions import Permission
from medcor.services.prompts import build_prompt, save_prompt
from medcor.web.access import actor, needs
from medcor.web.state import now, settings
from medcor.web.transaction import reading

blueprint = Blueprint("transcription", __name__, url_prefix="/transcription")


@blueprint.post("/user-prompt/")
@needs(Permission.TALK_TO_ASSISTANT)
def user_prompt():
    """Write the file that a voice session starts from; the socket refuses to start without it."""
    person = actor()
    prompt = build_prompt(reading(person.clinic_id), person, now())
    path = save_prompt(settings().prompts_folder, prompt)
    return jsonify(message="User prompt created.", user_id=person.user_id, file=path.name), 201
