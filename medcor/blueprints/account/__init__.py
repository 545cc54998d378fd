"""Accounts: sign-in, sign-out, registration, verification and forgotten passwords."""

from . import (  # noqa: F401  (they add routes)
    clinic_details,
    dev_mail,
    doctors,
    erasures,
    home,
    invitations,
    my_data,
    patients,
    profile,
    recovery,
    registration,
    sign_in,
)
from .blueprint import blueprint

__all__ = ["blueprint"]
