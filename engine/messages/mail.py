"""Electronic mail over SMTP."""

from __future__ import annotations

import os
import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from engine.extension import Message

TIMEOUT_SECONDS = 20


class MailNotConfigured(Exception):
    """There is no mail server: SMTP_URL is not set."""


def send_mail(message: Message) -> None:
    """Send one mail through `SMTP_URL`, as smtp://user:password@host:587 or smtps://host.

    smtp:// turns to TLS when the server offers it, and must when a password is given.

    Raises:
        MailNotConfigured: no server is named.
        OSError, smtplib.SMTPException: the server cannot be reached, or refuses.
    """
    url = urlsplit(os.environ.get("SMTP_URL", ""))
    if not url.hostname:
        raise MailNotConfigured("set SMTP_URL, as smtp://user:password@host:587")
    mail = _mail(message)
    secure = url.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(url.hostname, url.port or (465 if secure else 25), timeout=TIMEOUT_SECONDS) as server:
        if not secure:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
                server.ehlo()
            elif url.password:
                raise smtplib.SMTPException("the server offers no TLS; a password is not sent")
        if url.username and url.password:
            server.login(unquote(url.username), unquote(url.password))
        server.send_message(mail)


def _mail(message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = os.environ.get("MAIL_FROM", "wuye@localhost")
    mail["To"] = _one_line(message.address)
    mail["Subject"] = _one_line(message.subject)
    base = os.environ.get("PUBLIC_URL", "").rstrip("/")
    link = f"\n\n{base}{message.link}" if message.link and base else ""
    mail.set_content(message.body + link)
    return mail


def _one_line(text: str) -> str:
    """A line break in a head would begin another one."""
    return " ".join(text.split())
