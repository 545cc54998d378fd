"""What goes before a talk: the prompt file that the socket asks for."""

from .routes import blueprint

__all__ = ["blueprint"]
