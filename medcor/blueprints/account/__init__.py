"""Accounts: sign-in, sign-out, registration, verification and forgotten passwords."""

from . import dev_mail, home, recovery, registration, sign_in  # noqa: F401  (they add routes)
from .blueprint import blueprint

__all__ = ["blueprint"]
