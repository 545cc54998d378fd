"""The chatbot API: nine endpoints for a clinic's widget, published to the letter."""

from flask import Blueprint

from medcor.extensions import limiter
from medcor.web.limits import client_network
from medcor.web.state import settings

blueprint = Blueprint("chatbot", __name__)

from . import answers, booking, sign_in  # noqa: E402  (they hang their routes on it)

answers.register(blueprint)
limiter.shared_limit(
    lambda: f"{settings().limit_api_calls_per_minute} per minute",
    scope="chatbot-api",
    key_func=client_network,
)(blueprint)

__all__ = ["blueprint", "booking", "sign_in"]
