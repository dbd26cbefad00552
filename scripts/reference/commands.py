"""The command line, the environment, the diagnostic codes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from engine.cli import main as wuye
from scripts.reference import NOTE, ROOT

# variable -> (what holds without it, what it means)
ENVIRONMENT: dict[str, tuple[str, str]] = {
    "DATABASE_URL": ("the embedded server", "URL of your PostgreSQL 14 or newer."),
    "DATA_DIR": ("`var`", "Folder of the embedded server, of uploads and of the secret key."),
    "WUYE_FILES": ("`DATA_DIR/files`", "Where uploads are kept: a folder, or a URL that fsspec"
                   " opens, such as `s3://bucket/path`."),
    "PORT": ("8080", "Port of `wuye serve`."),
    "HOST": ("127.0.0.1", "Address `wuye serve` listens on; 0.0.0.0 for all."),
    "WEB_CONCURRENCY": ("2", "Processes of `wuye serve`; each has 4 threads."),
    "ADMIN_PASSWORD": ("made up and printed", "Password of `admin`, made at the first start"
                       " without the demo company."),
    "WUYE_PASSWORD": ("asked for", "Password for `wuye users create-…` and `set-password`."),
    "SECRET_KEY": ("made once, kept in `DATA_DIR/secret_key`", "Signs sessions and tokens; the"
                   " same in all processes and machines."),
    "HTTPS_ONLY": ("off", "`1`: the session cookie travels over HTTPS only."),
    "TRUSTED_PROXIES": ("0", "How many proxies stand before the app, whose X-Forwarded headers"
                        " are believed."),
    "SESSION_IDLE_MINUTES": ("480", "A session ends after so long without a click."),
    "SESSION_HOURS": ("168", "A session ends after so long at the latest."),
    "LOGIN_RATE_LIMIT": ("20 per minute", "Attempts to sign in from one address."),
    "RATE_LIMIT_STORAGE": ("`memory://`, each process for itself", "Where attempts are counted;"
                           " `redis://…` counts for all."),
    "LOGIN_FAILURES": ("6", "Wrong passwords before a login is locked."),
    "LOGIN_LOCK_MINUTES": ("15", "How long it stays locked."),
    "SMTP_URL": ("no mail is sent", "Mail server: `smtp://user:password@host:587` or"
                 " `smtps://host`."),
    "MAIL_FROM": ("wuye@localhost", "Sender of mail."),
    "PUBLIC_URL": ("no links in mail", "Address of the app as people reach it, for links in"
                   " mail."),
    "MAX_UPLOAD_MB": ("50", "The largest request."),
    "CELERY_BROKER_URL": ("a thread in each web process", "Broker of the workers, such as"
                          " `redis://host/0`."),
    "JOB_SWEEP_SECONDS": ("10", "How often the workers' schedule looks for work nobody took."),
    "TEST_DATABASE_URL": ("an embedded server for the run", "Tests only: a server where"
                          " databases may be created."),
}  # fmt: skip


def diagnostics() -> str:
    """Return each code with the first sentence of its paragraph in docs/errors.md."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\S+)\n\n(.+?)(?<=[.:])(?:\s|$)", text, re.MULTILINE)
    rows = [f"| [`{code}`](../errors.md#{code}) | {sentence} |" for code, sentence in found]
    return (
        f"{NOTE}# Diagnostic codes\n\nThe first sentence of each; how to mend it is in"
        " [What the checks say](../errors.md).\n\n| code | meaning |\n|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def command_line() -> str:
    """Return every command with its options."""
    text = (
        f"{NOTE}# Command line\n\n`wuye` stands for `.venv/bin/python -m engine.cli`, in the"
        " folder of the product.\n"
    )
    return text + "".join(_command(command, name) for name, command in commands())


def commands() -> Iterator[tuple[str, click.Command]]:
    """Return every command with its whole name, those of groups too."""
    context = click.Context(wuye, info_name="wuye")
    for name in wuye.list_commands(context):
        command = wuye.get_command(context, name)
        assert command is not None  # it was listed
        yield f"wuye {name}", command
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield f"wuye {name} {inner}", found


def _command(command: click.Command, name: str) -> str:
    usage = " ".join(command.collect_usage_pieces(click.Context(command)))
    text = f"\n## {name}\n\n```\n{name} {usage}\n```\n\n{inspect.cleandoc(command.help or '')}\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        text += "\n| option | meaning |\n|---|---|\n"
    for option in options:
        words = ", ".join(f"`{word}`" for word in option.opts)
        variable = f" Variable `{option.envvar}`." if option.envvar else ""
        text += f"| {words} | {option.help or ''}{_default(option)}{variable} |\n"
    return text


def _default(option: click.Option) -> str:
    plain = isinstance(option.default, str | int) and not isinstance(option.default, bool)
    return f" ({option.default} if not given)" if plain and option.default != "" else ""


def environment() -> str:
    """Return every variable, what it means and what holds without it."""
    rows = "\n".join(
        f"| `{name}` | {without} | {meaning} |" for name, (without, meaning) in ENVIRONMENT.items()
    )
    return (
        f"{NOTE}# Environment variables\n\n| variable | without it | meaning |\n|---|---|---|\n"
        f"{rows}\n"
    )
