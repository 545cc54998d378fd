"""Language models behind one small protocol."""

from __future__ import annotations

from .base import LanguageModel, Message, ModelFailed, TextPiece, ToolCall
from .openai_client import OpenAIModel, Patience

__all__ = [
    "LanguageModel",
    "Message",
    "ModelFailed",
    "OpenAIModel",
    "Patience",
    "TextPiece",
    "ToolCall",
    "make_language_model",
]


def make_language_model(base_url: str, api_key: str, model: str) -> LanguageModel | None:
    """The model that the settings name; None leaves everything to the guided assistant."""
    return OpenAIModel(base_url, api_key, model) if base_url else None
