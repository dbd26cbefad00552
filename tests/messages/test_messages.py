"""Messages: written with what causes them, sent once, through a real SMTP server."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.extension import Message, channel
from engine.messages import INBOX, MAIL, Letter, mark_read, notify, send, unread_count
from engine.messages.mail import MailNotConfigured, send_mail
from engine.messages.sending import SEND, send_job
from engine.records import PluginContext, RecordService
from engine.storage.work_tables import wy_message, wy_outbox


class Post:
    """A mail server that keeps what it gets; speaks just enough SMTP."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._talk, sock=self.socket))
        self.loop.run_forever()
        server.close()

    async def _talk(self, reader: Any, writer: Any) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            word = line.decode().strip().upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                body = []
                while (part := await reader.readline()) != b".\r\n":
                    body.append(part.decode())
                self.mails.append("".join(body))
            if word == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        writer.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    server = Post()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    yield server
    server.stop()


def run_waiting(service: RecordService) -> None:
    rows = service.work.connection.execute(select(wy_outbox).where(wy_outbox.c.job == SEND))
    for row in rows.all():
        context: Any = PluginContext(service.work)
        context.arguments = row.arguments
        send_job(context)


def test_a_message_in_the_app_waits_for_its_reader_only(as_: Any) -> None:
    clerk, boss = as_(clerk=[2]), as_(boss=[2])
    told = notify(clerk.work, [boss.work.actor.user_id, clerk.work.actor.user_id], "看一下")

    assert told == 1  # nobody is told what he did himself
    assert unread_count(boss.work) == 1
    assert unread_count(clerk.work) == 0
    assert mark_read(clerk.work) == 0
    assert mark_read(boss.work) == 1
    assert unread_count(boss.work) == 0


def test_a_mail_leaves_once_however_often_the_job_runs(as_: Any, post: Post) -> None:
    clerk = as_(clerk=[2])
    send(clerk.work, MAIL, [Letter(subject="欠費\r\nBcc: x@y.z", body="請繳費", address="a@b.cn")])
    run_waiting(clerk)
    run_waiting(clerk)

    assert len(post.mails) == 1
    assert "\nBcc:" not in post.mails[0]
    states = clerk.work.connection.scalars(select(wy_message.c.state))
    assert list(states) == ["sent"]


def test_a_key_makes_two_messages_one(as_: Any) -> None:
    clerk = as_(clerk=[2])
    letter = Letter(subject="x", address="a@b.cn", dedupe_key="room 1 2026-06")
    first = send(clerk.work, MAIL, [letter])
    again = send(clerk.work, MAIL, [letter])

    assert (first, again) == (1, 0)


def test_without_a_mail_server_the_message_waits_and_says_why(
    as_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    with pytest.raises(MailNotConfigured, match="SMTP_URL"):
        send_mail(Message("a@b.cn", "x", "y"))


def test_a_mail_that_no_server_takes_is_noted_and_not_tried_again(
    as_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    clerk = as_(clerk=[2])
    send(clerk.work, MAIL, [Letter(subject="x", address="a@b.cn")])
    run_waiting(clerk)
    run_waiting(clerk)

    [row] = clerk.work.connection.execute(select(wy_message))
    assert (row.state, row.attempts) == ("failed", 1)
    assert "SMTP_URL" in row.last_error


def test_a_plugins_channel_carries_messages(as_: Any) -> None:
    gone: list[Message] = []
    channel("tests.pigeon")(gone.append)
    clerk = as_(clerk=[2])
    send(clerk.work, "tests.pigeon", [Letter(subject="x", body="y", address="138")])
    run_waiting(clerk)

    assert [m.address for m in gone] == ["138"]


def test_an_unknown_channel_is_refused_by_name(as_: Any) -> None:
    with pytest.raises(ValueError, match="telepathy"):
        send(as_(clerk=[2]).work, "telepathy", [Letter(subject="x")])


def test_inbox_is_a_channel_that_leaves_no_job(as_: Any) -> None:
    clerk, boss = as_(clerk=[2]), as_(boss=[2])
    send(clerk.work, INBOX, [Letter(subject="x", user_id=boss.work.actor.user_id)])

    jobs = select(wy_outbox.c.id).where(wy_outbox.c.job == SEND)
    assert clerk.work.connection.execute(jobs).all() == []
