"""What a talk is told of its hand-over: somebody has taken it, or nobody has yet."""

from __future__ import annotations

from sqlalchemy.orm import Session

from medcor.models import MessageType
from medcor.services import conversations, handovers
from medcor.services.handovers import HandoverNews

from .keeper import Keeper
from .outbox import Outbox


def tell_news(keeper: Keeper, outbox: Outbox, news: HandoverNews) -> bool:
    """Note that it is told, log it and show it; False where somebody else has told it.

    False too where no page is there: then it is not told, and the patient is mailed, or told when
    the page comes back.
    """
    if outbox.client is None:
        return False
    language = keeper.work.language
    name, text = f"{keeper.session_id}.{news.name}", news.text(language)
    cards = [news.card(language).as_json()]

    def note(session: Session) -> bool:
        now = keeper.work.now()
        if not handovers.mark_told(session, [news.handover_id], news.kind, now):
            return False
        conversations.log_message(
            session,
            keeper.actor,
            session_id=keeper.session_id,
            turn_id=name,
            message_id=name,
            message_type=MessageType.LLM,
            content=text,
            source="staff",
            interrupted=False,
            cards=cards,
            now=now,
        )
        return True

    if not keeper.run(note):
        return False
    if outbox.client is not None:
        outbox.emit("reply", turn_id=name, text=text, interrupted=False, cards=cards)
    if outbox.client is None:
        # The page went while it was written down.
        keeper.run(lambda session: handovers.take_back_told(session, news, name))
        return False
    return True
