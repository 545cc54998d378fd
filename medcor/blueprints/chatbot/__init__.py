"""The chatbot API of a clinic's widget: the nine published endpoints, to the letter, and its own.

``openapi/`` describes every one of them; tests hold the description and the answers together.
"""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from medcor.domain.identity import MAX_ID
from medcor.extensions import limiter
from medcor.web.limits import client_network
from medcor.web.state import settings

blueprint = Blueprint("chatbot", __name__)


class RowIdConverter(BaseConverter):
    """An id in a path; whatever is no id is that of nothing, and answered so, in JSON."""

    def to_python(self, value: str) -> int:
        known = value.isascii() and value.isdigit() and len(value) <= len(str(MAX_ID))
        return int(value) if known else 0


def _add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["row_id"] = RowIdConverter


blueprint.record_once(_add_converter)

from . import answers, booking, description, free_times, holds, registration, sign_in  # noqa: E402

answers.register(blueprint)
limiter.shared_limit(
    lambda: f"{settings().limit_api_calls_per_minute} per minute",
    scope="chatbot-api",
    key_func=client_network,
)(blueprint)

__all__ = [
    "blueprint",
    "booking",
    "description",
    "free_times",
    "holds",
    "registration",
    "sign_in",
]
