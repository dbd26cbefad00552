from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import main
from tests.loading.projects import TEXTS, changed

ROOT = Path(__file__).parents[2]


def _write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)


def _run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [words[0], "--root", str(root), *words[1:]])


def test_check_of_a_right_project_ends_with_0(tmp_path: Path) -> None:
    _write(tmp_path, TEXTS)

    answer = _run(tmp_path, "check")
    assert answer.exit_code == 0
    assert "2 modules, 4 entities, 17 fields" in answer.output


def test_check_of_a_wrong_project_ends_with_1_and_shows_the_line(tmp_path: Path) -> None:
    _write(tmp_path, changed("title: no", "title: nr"))

    answer = _run(tmp_path, "check")
    assert answer.exit_code == 1
    assert "unknown-field: 'room' has no field 'nr'" in answer.stderr
    assert "title: nr\n" in answer.stderr
    assert "1 error" in answer.stderr


def test_a_hostile_line_neither_fills_nor_steers_the_terminal(tmp_path: Path) -> None:
    texts = {**TEXTS, "models.yaml": f"{'k' * 100_000}: 1\nproduct: \x1b[2J\n"}
    _write(tmp_path, texts)

    answer = _run(tmp_path, "check")
    assert answer.exit_code == 1
    assert "bad-character" in answer.stderr
    assert "\x1b" not in answer.stderr
    _write(tmp_path, {"models.yaml": f"{'k' * 100_000}: 1\n"})
    assert len(_run(tmp_path, "check").stderr) < 5_000


def test_check_speaks_json_to_editors(tmp_path: Path) -> None:
    _write(tmp_path, changed("title: no", "title: nr"))

    answer = _run(tmp_path, "check", "--json")
    assert answer.exit_code == 1
    assert [row["code"] for row in json.loads(answer.stdout)] == ["unknown-field"]


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    assert _run(tmp_path, "check", "--nope").exit_code == 2
    assert _run(tmp_path / "absent", "check").exit_code == 2
    assert CliRunner().invoke(main, ["nope"]).exit_code == 2


def test_explain_shows_values_and_places(tmp_path: Path) -> None:
    _write(tmp_path, TEXTS)

    answer = _run(tmp_path, "explain", "room.area")
    assert answer.exit_code == 0
    assert "room.area.scale = 2    models/estate.yaml:" in answer.output


def test_explain_guesses_what_was_meant(tmp_path: Path) -> None:
    _write(tmp_path, TEXTS)

    answer = _run(tmp_path, "explain", "room.aera")
    assert answer.exit_code == 1
    assert "did you mean 'room.area'?" in answer.stderr


def test_schema_writes_both_files(tmp_path: Path) -> None:
    _write(tmp_path, TEXTS)

    assert _run(tmp_path, "schema").exit_code == 0
    for name in ("manifest", "module"):
        assert json.loads((tmp_path / "schema" / f"{name}.schema.json").read_text())["title"]


@pytest.mark.parametrize("absent", ["flask", "psycopg", "celery", "alembic", "engine.storage"])
def test_check_needs_no_server_and_no_database(tmp_path: Path, absent: str) -> None:
    _write(tmp_path, TEXTS)
    code = (
        "import sys; from engine.cli import main\n"
        f"main(['check', '--root', {str(tmp_path)!r}], standalone_mode=False)\n"
        f"sys.exit({absent!r} in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
