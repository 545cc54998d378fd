"""One's own talks with the assistant: read, searched, taken along, deleted."""

from . import deletion, exports, pages  # noqa: F401  (they add routes)
from .blueprint import blueprint

__all__ = ["blueprint"]
