"""Write messages, and carry them out of the house."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from engine.extension import Message, channels, job
from engine.messages.languages import Said, languages_of
from engine.messages.mail import MailNotConfigured, send_mail
from engine.records import Workspace
from engine.storage.outbox import enqueue
from engine.storage.system_tables import ab_user
from engine.storage.work_tables import wy_message as table

INBOX = "inbox"  # shown in the app; leaves no house
MAIL = "mail"
SMS = "sms"
SEND = "messages.send"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is to be told, in that person's language."""

    subject: str
    body: str = ""
    user_id: int | None = None  # none for people without an account
    address: str = ""  # of the channel: a phone number, a mail address
    entity: str = ""
    record_id: int | None = None
    link: str = ""  # where the app shows what it is about
    language: str = ""  # that of the text; of the work if not given
    dedupe_key: str = ""  # one message of a channel per key, for ever
    send_after: datetime | None = None


def send(work: Workspace, channel: str, letters: Iterable[Letter]) -> int:
    """Write messages in this transaction; what leaves the house goes once it is committed.

    Returns how many are new: a key that was used is passed over.

    Raises:
        ValueError: there is no such channel.
    """
    if channel not in (INBOX, MAIL) and channel not in channels():
        raise ValueError(f"no channel {channel!r}; there are: inbox, mail, {', '.join(channels())}")
    rows = [_row(work, channel, letter) for letter in letters]
    if not rows:
        return 0
    statement = insert(table).on_conflict_do_nothing().returning(table.c.id, table.c.send_after)
    written = work.connection.execute(statement, rows).all()
    if channel != INBOX:
        for row in written:
            enqueue(
                work.connection,
                SEND,
                {"message": row.id},
                user_id=None,
                run_after=row.send_after,
            )
    return len(written)


def _row(work: Workspace, channel: str, letter: Letter) -> dict[str, Any]:
    return {
        "channel": channel,
        "user_id": letter.user_id,
        "address": letter.address,
        "language": letter.language or work.language,
        "subject": letter.subject,
        "body": letter.body,
        "entity": letter.entity,
        "record_id": letter.record_id,
        "link": letter.link,
        "dedupe_key": letter.dedupe_key,
        "state": "sent" if channel == INBOX else "waiting",
        "sent_at": work.now if channel == INBOX else None,
        "send_after": letter.send_after or work.now,
        "created_by": work.actor.user_id,
        "created_at": work.now,
    }


def notify(work: Workspace, user_ids: Iterable[int], subject: str | Said, **about: Any) -> int:
    """Tell people in the app; `about` are fields of Letter. A str is in the work's language."""
    people = sorted({i for i in user_ids if i != work.actor.user_id})
    return send(work, INBOX, _each(work, dict.fromkeys(people, ""), subject, **about))


def _each(
    work: Workspace, addresses: Mapping[int, str], subject: str | Said, **about: Any
) -> list[Letter]:
    """Return a letter for each person, in his language."""
    if isinstance(subject, str):
        spoken = dict.fromkeys(addresses, work.language)
        said = {work.language: subject}
    else:
        known = languages_of(work, addresses)
        spoken = {user: known[user] for user in addresses}
        said = {one: subject.in_(one) for one in spoken.values()}
    return [
        Letter(
            subject=said[spoken[user]],
            language=spoken[user],
            user_id=user,
            address=address,
            **about,
        )
        for user, address in addresses.items()
    ]


def reach(
    work: Workspace, user_ids: Iterable[int], subject: str | Said, body: str = "", link: str = ""
) -> int:
    """Send people a message by what reaches them outside of the app; return how many.

    Mail goes to the account's address. SMS goes when a plugin brings the channel and the
    manifest says where a person's telephone stands (`people: {phone: …}`).
    """
    people = sorted(set(user_ids))
    query = select(ab_user.c.id, ab_user.c.email).where(ab_user.c.id.in_(people))
    query = query.where(ab_user.c.active)
    mails = {
        row.id: row.email for row in work.connection.execute(query) if "@" in (row.email or "")
    }
    sent = send(work, MAIL, _each(work, mails, subject, body=body, link=link))
    if SMS in channels():
        sent += send(work, SMS, _each(work, _phones(work, people), subject, link=link))
    return sent


def _phones(work: Workspace, people: list[int]) -> dict[int, str]:
    staff = work.catalog.people
    if staff is None or not staff.phone:
        return {}
    table = work.tables.table(staff.entity)
    user, phone = table.c[f"{staff.user}_id"], table.c[staff.phone]
    query = select(user.label("id"), phone.label("phone")).where(user.in_(people))
    return {row.id: row.phone for row in work.connection.execute(query) if row.phone}


@job(SEND)
def send_job(context: Any) -> dict[str, Any]:
    """Carry one message out; a message that was sent or called off is left alone.

    At least once: when the process dies after the channel took the message and before we
    could note it, it is sent again.
    """
    row = context.connection.execute(
        select(table).where(table.c.id == int(context.arguments["message"])).with_for_update()
    ).one_or_none()
    if row is None or row.state not in ("waiting", "sending"):
        return {"sent": False}
    message = Message(row.address, row.subject, row.body, row.link)
    run = send_mail if row.channel == MAIL else channels()[row.channel].run
    noted: dict[str, Any] = {"state": "sent", "sent_at": context.now}
    try:
        run(message)
    except MailNotConfigured as wrong:  # a choice of who runs the app, and no failure to repeat
        _warn_once(str(wrong))
        noted = {"state": "failed", "last_error": str(wrong)}
    noted["attempts"] = table.c.attempts + 1
    context.connection.execute(update(table).where(table.c.id == row.id).values(noted))
    return {"sent": noted["state"] == "sent"}


@cache
def _warn_once(why: str) -> None:
    log.warning("no mail is sent: %s", why)
