"""The assistant: one entry point for the voice session, whatever answers behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from medcor.domain.dialogue import wording
from medcor.domain.permissions import Actor
from medcor.domain.talk import Talk
from medcor.integrations.language_models import LanguageModel
from medcor.services.assistant.talk import AssistantTalk
from medcor.services.assistant.toolbox import Toolbox, Work


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
    language = language if language in wording.LANGUAGES else "en"
    name = _shown_name(prompt, actor)
    return AssistantTalk(box, name, language, prompt, model, memory)


def _shown_name(prompt: dict[str, Any], actor: Actor) -> str:
    name = prompt.get("name")
    return " ".join((name if isinstance(name, str) and name else actor.name).split())[:80]
