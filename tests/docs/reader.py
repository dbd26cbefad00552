"""Somebody who follows a page of docs/ to the letter, in a folder and a database of his own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.cli import main
from engine.storage.database import engine_for
from engine.web.app import create_app
from engine.web.session import state
from tests.docs.pages import Block, blocks_of, fits, written

_PRODUCT = Path(__file__).resolve().parents[2]
_CONFIG = {
    "SECRET_KEY": "only for tests, and long enough for a token",
    "RATELIMIT_ENABLED": False,
    "LISTEN_FOR_RELEASES": False,
}


class Reader:
    """Writes files, types commands, and is surprised when a page promised something else."""

    def __init__(self, folder: Path, database_url: str, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.database_url = database_url
        self.kept: dict[str, str] = {}  # shell variables
        self.surprises: list[str] = []
        self._app: Flask | None = None
        patch.setenv("DATABASE_URL", database_url)
        patch.setenv("DATA_DIR", str(folder / "var"))
        patch.chdir(folder)

    def take_product(self) -> None:
        """Copy the metadata that comes with the product."""
        shutil.copy(_PRODUCT / "models.yaml", self.folder)
        for name in ("models", "reports"):
            shutil.copytree(_PRODUCT / name, self.folder / name)

    def follow(self, page: str) -> None:
        """Do all that a page says, in order."""
        for block in blocks_of(page):
            self.do(block, page)
        if self.surprises:
            pytest.fail("\n".join(self.surprises), pytrace=False)

    def write_files_of(self, page: str) -> None:
        """Write the files of a page and type nothing."""
        for block in blocks_of(page):
            if "file" in block.words:
                self._write(block)

    def do(self, block: Block, page: str) -> None:
        """Do what one block says; blocks without a task are only read."""
        if "file" in block.words:
            self._write(block)
        elif block.language == "console" and "not-run" not in block.words:
            for command, expected in block.commands():
                printed = self.type(command)
                if not fits(expected, printed):
                    said = f"docs/{page}:{block.line}: $ {command}\n{printed}"
                    self.surprises.append(said)
                    if not os.environ.get("DOCS_ALL"):  # to see at once what a page should say
                        pytest.fail(said, pytrace=False)

    def _write(self, block: Block) -> None:
        path = self.folder / block.words["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(written(block, before), encoding="utf-8")

    def type(self, command: str) -> str:
        """Return what a command prints; knows `wuye`, `curl` and variables."""
        setting = re.fullmatch(r"(\w+)=\$\((.*)\)", command)
        if setting:
            self.kept[setting[1]] = self.type(setting[2]).strip()
            return ""
        setting = re.fullmatch(r"(\w+)=(\S+)", command)
        if setting:
            self.kept[setting[1]] = setting[2]
            return ""
        command, _, program = command.partition(" | jq ")
        if program:
            return _picked(self.type(command), f"jq {program}")
        words = shlex.split(re.sub(r"\$(\w+)", lambda m: self.kept.get(m[1], m[0]), command))
        environment: dict[str, str] = {}
        while words and re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        if words[0] == "wuye":
            return self._run_wuye(words[1:], environment)
        if words[0] == "curl":
            return self._curl(words[1:])
        raise ValueError(f"nobody can type {command!r} here")

    def _run_wuye(self, words: list[str], environment: dict[str, str]) -> str:
        if words[0] in ("apply", "rollback"):
            self.close()  # the next call is answered by the new release
        done = CliRunner().invoke(main, words, env=environment, prog_name="wuye")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    @property
    def app(self) -> Flask:
        """The application, serving the release in force."""
        if self._app is None:
            config = {**_CONFIG, "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1"}
            self._app = create_app(root=self.folder, database_url=self.database_url, config=config)
        return self._app

    def _curl(self, words: list[str]) -> str:
        options, url = _curl_options(words)
        self.app.json.sort_keys = True  # type: ignore[attr-defined]
        path = re.sub(r"^https?://[^/]+", "", url)
        return self.app.test_client().open(path, **options).get_data(as_text=True)

    def close(self) -> None:
        """Stop the application."""
        if self._app is not None:
            state(self._app).stop()
            state(self._app)._engine.dispose()
            self._app = None

    def ask_database(self, statement: str) -> Any:
        """Run a statement and return what it finds first."""
        from sqlalchemy import text

        engine = engine_for(self.database_url)
        with engine.begin() as connection:
            found = connection.execute(text(statement))
            value = found.scalar() if found.returns_rows else None
        engine.dispose()
        return value


def _curl_options(words: list[str]) -> tuple[dict[str, Any], str]:
    """Return what curl's words ask of Flask's test client, and the address."""
    headers: dict[str, str] = {}
    found: dict[str, Any] = {"method": "GET", "headers": headers}
    url = ""
    rest = iter(words)
    for word in rest:
        if word == "-X":
            found["method"] = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "--json":
            found["data"], headers["Content-Type"] = next(rest), "application/json"
            found["method"] = "POST" if found["method"] == "GET" else found["method"]
        elif word == "--data-urlencode":
            name, _, value = next(rest).partition("=")
            found.setdefault("query_string", {}).setdefault(name, []).append(value)
        elif word.startswith("http"):
            url = word
        elif word not in ("-s", "-G"):
            raise ValueError(f"curl {word!r} is not known here")
    return found, url


def _picked(printed: str, program: str) -> str:
    """Do what jq does with `-r .items[0].id`, `-c .error`, `-c '{no, state}'` and `-c keys`.

    Raises:
        ValueError: more of jq than that is asked for.
    """
    words = shlex.split(program)
    found = json.loads(printed)
    if words[1] not in ("-r", "-c"):
        raise ValueError(f"nobody can type {program!r} here")
    if words[2] == "keys":
        found = sorted(found)
    elif words[2].startswith("{"):
        found = {name.strip(): found[name.strip()] for name in words[2].strip("{}").split(",")}
    else:
        for step in re.findall(r"\w+", words[2]):
            found = found[int(step)] if step.isdigit() else found[step]
    if words[1] == "-r" and isinstance(found, str):
        return found
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
