"""One package per feature: routes, forms, presenters or schemas. They don't import each other."""

from __future__ import annotations

from flask import Blueprint

from medcor.blueprints.chatbot import blueprint as chatbot
from medcor.blueprints.clinic import blueprint as clinic


def all_blueprints() -> list[Blueprint]:
    """Every blueprint that an application serves."""
    return [chatbot, clinic]
