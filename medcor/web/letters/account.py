"""Mails about accounts: verification, invitation, passwords."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.models import Clinic
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import format_day

from .content import Content, Writer, forgot_path, sign_in_path
from .content import url as link_to


def _verify_email(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    url = link_to(f"/email-verifications/{mail.details['token']}/")
    return Content(
        subject=gettext("Confirm your email for %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "One step is left until you can book with %(clinic)s online: tell us that this "
                "address is yours.",
                clinic=clinic.name,
            ),
        ),
        button=(gettext("Confirm my email"), url),
        note=gettext(
            "The link works once, for 48 hours. If you did not register, ignore this "
            "mail: without your confirmation nobody can use the account."
        ),
    )


def _already_registered(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("You already have an account at %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "Somebody, probably you, tried to register this address again. You already "
                "have an account: sign in with your password."
            ),
            gettext(
                "If you forgot the password, you can set a new one here: %(url)s",
                url=link_to(forgot_path(mail)),
            ),
        ),
        button=(gettext("Sign in"), link_to(sign_in_path(mail))),
        note=gettext("If it was not you, there is nothing to do. Your account was not changed."),
    )


def _reset_password(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    url = link_to(f"/password-resets/{mail.details['token']}/")
    return Content(
        subject=gettext("A new password for %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "You asked for a new password for your account at %(clinic)s.", clinic=clinic.name
            ),
        ),
        button=(gettext("Set a new password"), url),
        note=gettext(
            "The link works once, for one hour. If you did not ask for it, ignore this "
            "mail: your password stays as it is."
        ),
    )


def _password_changed(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("Your password at %(clinic)s was changed", clinic=clinic.name),
        lines=(_what_changed(mail),),
        button=(gettext("Sign in"), link_to(sign_in_path(mail))),
        note=gettext(
            "If it was not you, set a new password at once at %(url)s and tell the clinic.",
            url=link_to(forgot_path(mail)),
        ),
    )


def _what_changed(mail: DueMail) -> str:
    if mail.details.get("kept_session"):
        return gettext(
            "The password of your account was just changed on your profile page. Everywhere else "
            "you were signed out; sign in with the new one."
        )
    return gettext(
        "The password of your account was just changed. You were signed out "
        "everywhere; sign in with the new one."
    )


def _email_changed(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    lines = [
        gettext(
            "%(clinic)s has changed the email of your account. From now on mails go to the new "
            "address, and this one no longer signs in. You were signed out everywhere.",
            clinic=clinic.name,
        )
    ]
    if clinic.phone:
        lines.append(
            gettext(
                "If you did not ask for this, call the clinic now: %(phone)s", phone=clinic.phone
            )
        )
    return Content(
        subject=gettext("The email of your account at %(clinic)s was changed", clinic=clinic.name),
        lines=tuple(lines),
        note=gettext(
            "Nobody can use the account until a new password is chosen at the new address."
        ),
    )


def _invitation(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("Your account at %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "%(clinic)s has made an account for you. Choose your own password, and you are in.",
                clinic=clinic.name,
            ),
        ),
        button=(
            gettext("Choose my password"),
            link_to(f"/invitations/{mail.details['token']}/"),
        ),
        note=gettext(
            "The link works once, for seven days. If you do not know this clinic, ignore this "
            "mail: without a password nobody can use the account."
        ),
    )


def _open_clinic(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("Open %(clinic)s on Medcor", clinic=clinic.name),
        lines=(
            gettext(
                "One step is left until you can set up %(clinic)s: tell us that this address is "
                "yours.",
                clinic=clinic.name,
            ),
        ),
        button=(
            gettext("Confirm and set up my clinic"),
            link_to(f"/clinic-openings/{mail.details['token']}/"),
        ),
        note=gettext(
            "The link works once, for 48 hours. If you did not sign up, ignore this mail: nobody "
            "sees the clinic before it is confirmed."
        ),
    )


def _erased(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    kept = mail.details.get("kept_until", "")
    lines = [gettext("As you asked, %(clinic)s has erased your account.", clinic=clinic.name)]
    if kept:
        lines.append(
            gettext(
                "The law makes the clinic keep the records of your treatments until %(day)s. They "
                "are locked away and used for nothing else.",
                day=format_day(date.fromisoformat(kept)),
            )
        )
    return Content(subject=gettext("Your data was erased"), lines=tuple(lines))


def _erasure_refused(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("About your wish to erase your data"),
        lines=(
            gettext("%(clinic)s can't erase your data now.", clinic=clinic.name),
            mail.details.get("answer", ""),
        ),
        button=(gettext("See my data"), link_to("/my-data/")),
    )


WRITERS: dict[MailKind, Writer] = {
    MailKind.VERIFY: _verify_email,
    MailKind.ALREADY_REGISTERED: _already_registered,
    MailKind.RESET: _reset_password,
    MailKind.CHANGED: _password_changed,
    MailKind.INVITED: _invitation,
    MailKind.OPEN_CLINIC: _open_clinic,
    MailKind.ERASED: _erased,
    MailKind.ERASURE_REFUSED: _erasure_refused,
    MailKind.EMAIL_CHANGED: _email_changed,
}
