"""People whose account somebody else made: they choose their own password by a mailed link."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.domain.permissions import Actor
from medcor.models import LinkPurpose, OutboxMail, User
from medcor.services import audit, links, notices, offered
from medcor.services.sessions import revoke_all


def invite(session: Session, actor: Actor, user: User, now: datetime) -> None:
    """Mail the link by which ``user`` chooses a password; links sent before stay good."""
    token = links.issue_link(session, user, LinkPurpose.INVITATION, now)
    notices.invited(session, user, token)
    audit.record(session, actor, "account.invited", "user", user.id)


def invite_again(session: Session, actor: Actor, user: User, now: datetime) -> None:
    """Send the invitation anew; Conflict for whoever needs none or could not use it."""
    if not user.is_active:
        raise errors.Conflict(errors.N_("This account is deactivated. Activate it first."))
    if user.verified_at is not None:
        raise errors.Conflict(errors.N_("This person has chosen a password already."))
    invite(session, actor, user, now)


def accept_invitation(
    session: Session, token: str, password_hash: str, now: datetime
) -> links.OpenLink:
    """Set the first password by an invitation, which proves the address; LinkExpired once used."""
    link = links.use_link(session, token, LinkPurpose.INVITATION, now)
    user = session.get_one(User, link.user_id)
    user.password_hash = password_hash
    user.verified_at = user.verified_at or now
    revoke_all(session, user.id, now)
    self = Actor(user.clinic_id, user.id, user.role, None, user.name, user.email)
    audit.record(session, self, "account.invitation_accepted", "user", user.id)
    return link


_WITH_LINKS = (
    notices.MailKind.INVITED,
    notices.MailKind.VERIFY,
    notices.MailKind.TIME_OFFERED,
    notices.MailKind.FREED_TIME_OFFERED,
)


def change_email(session: Session, actor: Actor, user: User, email: str, now: datetime) -> None:
    """Give a person another address, which has to prove itself before the account opens again.

    Password, sessions and links end, the old address is told, the new one is invited. A change of
    mere spelling does none of that. EmailTaken if somebody at the clinic has the address.
    """
    key = email_key(email)
    if key == user.email_key:
        user.email = email
        return
    links.close_links(session, user.id, now)
    offered.close_mailed_links(session, user.id)
    withdraw_mails(session, user.email, _WITH_LINKS)
    if user.verified_at is not None:
        notices.email_changed(session, user)
        revoke_all(session, user.id, now)
    user.verified_at, user.password_hash = None, ""
    user.email, user.email_key = email, key
    session.flush()
    audit.record(session, actor, "account.email_changed", "user", user.id)
    if user.is_active:
        invite(session, actor, user, now)


def withdraw_mails(
    session: Session, recipient: str, kinds: tuple[notices.MailKind, ...] = ()
) -> None:
    """Take mails to an address out of the outbox: those of ``kinds`` that wait, else all."""
    gone = sa.delete(OutboxMail).where(OutboxMail.recipient == recipient)
    if kinds:
        gone = gone.where(OutboxMail.kind.in_(kinds), OutboxMail.next_try_at.is_not(None))
    session.execute(gone, execution_options={"synchronize_session": False})
