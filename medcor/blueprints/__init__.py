"""One package per feature: routes, forms, presenters or schemas. They don't import each other."""

from __future__ import annotations

from flask import Blueprint

from medcor.blueprints.account import blueprint as account
from medcor.blueprints.appointment import blueprint as appointment
from medcor.blueprints.chatbot import blueprint as chatbot
from medcor.blueprints.clinic import blueprint as clinic
from medcor.blueprints.talks import blueprint as talks
from medcor.blueprints.transcription import blueprint as transcription
from medcor.blueprints.treatment import blueprint as treatment
from medcor.blueprints.widget import blueprint as widget


def all_blueprints() -> list[Blueprint]:
    """Every blueprint that an application serves."""
    return [account, appointment, chatbot, clinic, talks, transcription, treatment, widget]
