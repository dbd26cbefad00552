"""The pages about machines are typed to the letter: a backup restored, a server of one's own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.storage.server import ensure_server, stop_server
from tests.docs.pages import DOCS, blocks_of
from tests.docs.shell import Machine

_MANIFEST = """\
product: {name: Wuye, languages: [zh_Hant, en]}
roles: {clerk: {label: Clerk}}
include: [models/keys.yaml]
"""


def _keys() -> dict[str, str]:
    """Return the module that the README shows."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    return {"models.yaml": _MANIFEST, "models/keys.yaml": found[1]}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wuye-docs-") as name:
        path = Path(name)
        path.chmod(0o755)  # the server may run as another account
        yield path
        for data in (path / "here" / "var", path / "there" / "var"):
            stop_server(data)


def _shell(page: str) -> list[str]:
    return [block.text for block in blocks_of(page) if block.language == "sh"]


def test_a_backup_is_restored_elsewhere(folder: Path) -> None:
    programs, backup, restore = _shell("how-to/backup.md")
    here, there = Machine(folder / "here", _keys()), Machine(folder / "there", _keys())
    here.type("wuye apply; WUYE_PASSWORD=long-enough wuye users create-admin admin")
    here.ask_database("INSERT INTO key_loan (no, room, borrower) VALUES ('K1', '3-502', '王小明')")
    files = folder / "here" / "var" / "files"
    files.mkdir()
    (files / "lease.pdf").write_bytes(b"%PDF")
    (files.parent / "secret_key").write_text("kept")
    here.type(programs + backup)
    stop_server(folder / "here" / "var")
    for name in ("wuye.dump", "files.tgz"):
        (folder / "here" / name).rename(folder / "there" / name)

    said = there.type(programs + restore)

    assert "nothing to do" in said
    assert there.ask_database("SELECT no, room, borrower FROM key_loan") == "K1|3-502|王小明"
    assert there.ask_database("SELECT username FROM ab_user") == "admin"
    assert (folder / "there" / "var" / "files" / "lease.pdf").read_bytes() == b"%PDF"
    assert (folder / "there" / "var" / "secret_key").read_text() == "kept"


def test_a_database_of_ones_own_is_made_and_filled(folder: Path) -> None:
    ensure_server(folder / "here" / "var", fast=True)  # stands for the server of one's own
    machine = Machine(folder / "here", _keys())
    password = (folder / "here" / "var" / "postgres.password").read_text().strip()
    sockets = folder / "here" / "var" / "postgres"
    making = _shell("how-to/your-own-servers.md")[0]
    # A role and a database called wuye are there already, and the address is an example.
    making = re.sub(r"(createuser|createdb|psql) wuye", r"\1 mine", making)
    making = making.replace("--owner=wuye", "--owner=mine")
    address = f"postgresql://mine:mine-2026@/mine?host={sockets}"
    making = re.sub(r"postgresql://[^\']+", address, making)
    administrator = {"PGHOST": str(sockets), "PGUSER": "postgres", "PGPASSWORD": password}

    said = machine.type(
        making, "mine-2026\nmine-2026\n", WUYE_PASSWORD="long-enough", **administrator
    )

    assert "release 1" in said
    found = "SELECT (SELECT count(*) FROM key_loan), (SELECT username FROM ab_user)"
    assert machine.ask_database(found, DATABASE_URL=address) == "0|admin"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'mine'"
    assert machine.ask_database(owner, DATABASE_URL=address) == "mine"
