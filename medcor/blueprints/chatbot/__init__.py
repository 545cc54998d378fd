"""The chatbot API: nine endpoints for a clinic's widget, published to the letter."""

from flask import Blueprint

blueprint = Blueprint("chatbot", __name__)

from . import answers, booking, limits, sign_in  # noqa: E402  (they hang their routes on it)

answers.register(blueprint)
limits.register(blueprint)

__all__ = ["blueprint", "booking", "sign_in"]
