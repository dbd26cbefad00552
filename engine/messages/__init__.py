"""Messages to people: written in the transaction that causes them, sent by the outbox."""

from engine.messages.inbox import mark_read, unread_count, unread_of
from engine.messages.sending import INBOX, MAIL, Letter, notify, send

__all__ = ["INBOX", "MAIL", "Letter", "mark_read", "notify", "send", "unread_count", "unread_of"]
