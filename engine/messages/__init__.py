"""Messages to people: written in the transaction that causes them, sent by the outbox."""

from engine.messages.inbox import mark_read, unread_count, unread_of
from engine.messages.languages import Said, languages_of
from engine.messages.sending import INBOX, MAIL, SMS, Letter, notify, reach, send

__all__ = [
    "INBOX",
    "MAIL",
    "SMS",
    "Letter",
    "Said",
    "languages_of",
    "mark_read",
    "notify",
    "reach",
    "send",
    "unread_count",
    "unread_of",
]
