"""What people type when they change an appointment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from medcor.web.forms import EditForm, PostedForm, tidy


def one_line(value: str | None) -> str:
    """A reason as one line: it goes into mails and calendars."""
    return tidy(" ".join((value or "").split()))


class ReasonForm(PostedForm):
    """Why; whether one is needed is the service's to say."""

    class Meta(PostedForm.Meta):
        # The hook has checked the token; a caller with a key has none.
        csrf = False

    reason = TextAreaField(
        _l("Reason"),
        [Length(max=300, message=_l("Use at most 300 characters."))],
        filters=[one_line],
    )


class MoveForm(EditForm, ReasonForm):
    """A move: the time is in the page's own hidden fields, as a link to it has it."""

    class Meta(ReasonForm.Meta):
        pass
