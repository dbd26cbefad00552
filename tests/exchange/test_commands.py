from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import load_workbook
from sqlalchemy import Engine, text

from engine.cli import main
from tests.exchange.books import HEAD, line, xlsx
from tests.exchange.world import build


@pytest.fixture
def run(engine: Engine, database_url: str, tmp_path: Path, monkeypatch):
    build(engine)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("rooms.xlsx").write_bytes(xlsx([HEAD, line("A"), line("B", building="7棟")]))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return call


def rooms(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("select full_no from room order by full_no")))


def test_a_dry_run_says_what_would_happen_and_writes_nothing(run, engine) -> None:
    answer = run("import", "room", "rooms.xlsx", "--as", "ann", "--dry-run")

    assert answer.exit_code == 1
    assert "create 1" in answer.output
    assert "row 3" in answer.output
    assert rooms(engine) == []


def test_good_rows_are_imported_and_bad_ones_given_back(run, engine) -> None:
    answer = run("import", "room", "rooms.xlsx", "--as", "ann", "--errors", "bad.xlsx")

    assert (answer.exit_code, rooms(engine)) == (1, ["A"])
    assert len(load_workbook("bad.xlsx").get_sheet_by_index(0).to_python()) == 2


def test_columns_and_constants_can_be_told(run, engine) -> None:
    Path("few.csv").write_text("門牌,棟\nX1,1\n", encoding="utf-8")
    told = ["--map", "門牌=full_no", "--map", "棟=building", "--set", "estate=N1"]

    answer = run("import", "room", "few.csv", "--as", "ann", *told)

    assert (answer.exit_code, rooms(engine)) == (0, ["X1"])


def test_the_users_rights_count(run, engine) -> None:
    assert run("import", "room", "rooms.xlsx", "--as", "vic").exit_code == 2
    assert run("import", "room", "rooms.xlsx", "--as", "nobody").exit_code == 2
    assert run("export", "room", "--out", "x.csv", "--as", "vic").exit_code == 2
    assert rooms(engine) == []


def test_records_are_exported_with_a_filter(run, engine) -> None:
    run("import", "room", "rooms.xlsx", "--as", "ann")

    answer = run("export", "room", "--where", "full_no == 'A'", "--out", "out.csv", "--as", "ann")

    assert answer.output.strip() == "1 rows"
    assert Path("out.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("A,")
    assert run("export", "room", "--where", "nonsense(", "--out", "y.csv").exit_code == 2
