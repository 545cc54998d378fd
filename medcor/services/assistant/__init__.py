"""The assistant: one entry point for the voice session, whatever answers behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from medcor.domain.dialogue import wording
from medcor.domain.permissions import Actor
from medcor.domain.talk import Talk
from medcor.integrations.language_models import LanguageModel
from medcor.services import lookup
from medcor.services.assistant.talk import AssistantTalk
from medcor.services.assistant.toolbox import Toolbox, Work

log = structlog.get_logger("medcor.assistant")


def open_talk(
    actor: Actor,
    prompt: dict[str, Any],
    *,
    language: str,
    session_id: str,
    run: Callable[[Work[Any]], Any],
    look: Callable[[Work[Any]], Any],
    clock: Callable[[], datetime],
    model: LanguageModel | None = None,
    memory: dict[str, Any] | None = None,
) -> Talk:
    """Open the talk of one signed-in person.

    ``run`` runs a function of a session in a write transaction, ``look`` on a read session that
    it closes afterwards; ``clock`` gives an aware UTC instant. ``model`` is a LanguageModel or
    None for the guided assistant alone. ``memory`` is what ``Talk.memory`` gave in another process.
    """
    box = Toolbox(actor, session_id, run, look, clock)
    box.country = _country(prompt, box)
    language = language if language in wording.LANGUAGES else "en"
    name = _shown_name(prompt, actor)
    return AssistantTalk(box, name, language, prompt, model, memory)


def _country(prompt: dict[str, Any], box: Toolbox) -> str:
    """The clinic's country, kept for the talk: an alarm waits for no database."""
    clinic = prompt.get("clinic")
    told = clinic.get("country") if isinstance(clinic, dict) else None
    if isinstance(told, str) and told:
        return told
    try:
        return box.look(lambda session: lookup.get_clinic(session, box.actor.clinic_id).country)
    except Exception:
        log.exception("country_not_read", clinic=box.actor.clinic_id)
        return ""


def _shown_name(prompt: dict[str, Any], actor: Actor) -> str:
    name = prompt.get("name")
    return " ".join((name if isinstance(name, str) and name else actor.name).split())[:80]
