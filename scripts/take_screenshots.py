"""Make docs/images/list.png: the first YAML of README.md, on a running app, in Chromium."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from engine.access import NewUser, create_admin, create_user, load_actor  # noqa: E402
from engine.loading import load_catalog  # noqa: E402
from engine.storage.database import engine_for  # noqa: E402
from engine.storage.server import ensure_server, stop_server  # noqa: E402
from engine.web.app import create_app  # noqa: E402
from engine.web.releases import apply_with_rights  # noqa: E402

PASSWORD = "only for a picture"
MANIFEST = """\
product: {name: {zh_Hant: 物業, en: Wuye}, languages: [zh_Hant, en]}
roles:
  clerk: {label: {zh_Hant: 客服, en: Clerk}}
include: [models/keys.yaml]
"""
LOANS = (
    ("1 棟 301", "王小明", "13800138000", "2026-03-02", "out"),
    ("1 棟 1205", "陳美玲", "13912345678", "2026-03-02", "out"),
    ("3 棟 802", "李志強", "02087654321", "2026-03-03", "back"),
    ("5 棟 1501", "張建國", "13600001234", "2026-03-04", "out"),
    ("2 棟 606", "何淑儀", "13755556666", "2026-03-05", "back"),
)


def main() -> None:
    """Write the picture."""
    folder = Path(tempfile.mkdtemp(prefix="wuye-picture-"))
    folder.chmod(0o755)
    os.environ["DATA_DIR"] = str(folder / "var")
    try:
        _write_project(folder)
        url = ensure_server(folder / "var", fast=True)
        _fill(folder, url)
        _take(folder, url)
    finally:
        stop_server(folder / "var")
        shutil.rmtree(folder)


def _write_project(folder: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    (folder / "models").mkdir()
    (folder / "models.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "models" / "keys.yaml").write_text(found[1], encoding="utf-8")


def _fill(folder: Path, url: str) -> None:
    from datetime import UTC, datetime

    from engine.records import RecordService, Workspace
    from engine.storage import tables_of

    catalog = load_catalog(folder)
    engine = engine_for(url)
    with engine.begin() as connection:
        apply_with_rights(connection, catalog, author="picture")
        create_admin(connection, "admin", "Admin", PASSWORD)
        clerk = NewUser(login="mei", name="陳美玲", password=PASSWORD, roles={"clerk": [None]})
        number = create_user(connection, clerk)
    with engine.begin() as connection:
        actor = load_actor(connection, number, catalog)
        assert actor is not None
        work = Workspace(
            catalog=catalog,
            tables=tables_of(catalog),
            connection=connection,
            actor=actor,
            now=datetime(2026, 3, 1, 2, tzinfo=UTC),
        )
        for room, borrower, phone, due_on, state in LOANS:
            sent = {"room": room, "borrower": borrower, "phone": phone, "due_on": due_on}
            RecordService(work).create("key_loan", {**sent, "state": state})
    engine.dispose()


def _take(folder: Path, url: str) -> None:
    app = create_app(root=folder, database_url=url, config={"LISTEN_FOR_RELEASES": False})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 540}, locale="zh-TW")
        here = f"http://127.0.0.1:{server.server_port}"
        page.goto(f"{here}/login/")
        page.fill("#username", "mei")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        page.goto(f"{here}/e/key_loan/")
        page.wait_for_load_state("networkidle")
        target = ROOT / "docs" / "images" / "list.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()
    server.shutdown()
    print("docs/images/list.png")


if __name__ == "__main__":
    main()
