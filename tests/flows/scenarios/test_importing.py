"""A workbook brings records to where their approval begins, and to no other state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.access import sync_rights
from engine.exchange.importing.giving_back import said
from engine.exchange.importing.keeping import bad_rows, problem_of_json
from engine.exchange.importing.runs import Import, begin, choose, find_import, run, suggest
from engine.extension import EventContext, registry
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import FileStore
from tests.exchange.books import xlsx
from tests.flows.company import texts, workspace
from tests.flows.playing import flow

HEAD = ("標題", "單位", "狀態")
REFUSED = "The state changes with the approval only."


@cache
def importing() -> Catalog:
    """Return the company whose people may import requests."""
    files = dict(texts())
    module = files["models/requests.yaml"]
    rights = "      staff: [read, create, change, delete, export, history, comment, attach]"
    assert rights in module
    module = module.replace(rights, rights[:-1] + ", bulk, import]", 1)
    files["models/requests.yaml"] = module
    return catalog_from_texts({**files, "workflows/t.yaml": flow("- {step: a, who: user:bob}")})


@pytest.fixture
def started(connection: Connection, tmp_path: Path) -> Callable[..., Import]:
    """A function that uploads rows of requests as ann."""
    sync_rights(connection, importing())
    files = FileStore(str(tmp_path))

    def start(*rows: tuple[str, str, str]) -> Import:
        mine = workspace(connection, "ann", importing())
        book = xlsx([HEAD, *rows])
        one = find_import(mine, files, begin(mine, files, "request", book, "requests.xlsx"))
        return choose(one, suggest(one)[0])

    return start


def wrong(one: Import) -> dict[int, list[str]]:
    rows = bad_rows(one.work, one.id)
    return {r.number: [said(one.work, problem_of_json(p)) for p in r.problems] for r in rows}


def states(connection: Connection) -> list[tuple[str, str]]:
    query = text("select title, state from request order by id")
    return [(row.title, row.state) for row in connection.execute(query)]


def test_a_new_record_in_another_state_than_the_first_is_refused_by_name(
    started: Callable[..., Import], connection: Connection
) -> None:
    before = states(connection)
    one = started(("Draft", "Sales", "草稿"), ("Empty", "Sales", ""),
                  ("Decided", "Sales", "已批准"), ("Asked", "Sales", "審批中"))  # fmt: skip
    previewed = run(one, "preview")

    assert previewed.row.options["counts"] == {"create": 2, "update": 0, "same": 0, "error": 2}
    assert wrong(previewed) == {4: [REFUSED], 5: [REFUSED]}
    run(previewed, "commit")
    assert states(connection)[len(before) :] == [("Draft", "draft"), ("Empty", "draft")]


def test_one_state_for_the_whole_file_is_refused_as_well(
    started: Callable[..., Import], connection: Connection
) -> None:
    before = states(connection)
    one = started(("One", "Sales", ""), ("Two", "Sales", ""))
    guessed = suggest(one)[0]
    columns = {place: name for place, name in guessed.columns.items() if name != "state"}
    previewed = run(
        choose(one, replace(guessed, columns=columns, constants={"state": "已批准"})), "preview"
    )
    assert wrong(previewed) == {2: [REFUSED], 3: [REFUSED]}
    run(previewed, "commit")
    assert states(connection) == before


def decide(context: EventContext) -> None:
    """Claim that some records are decided on already, as a plugin might."""
    if str(context.values["title"]).startswith("Decided"):
        context.values["state"] = "approved"


def test_a_listener_gives_no_new_record_another_state_either(
    started: Callable[..., Import],
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(registry._listeners, ("before", "request", "create"), [decide])
    before = states(connection)
    one = started(("Draft", "Sales", ""), ("Decided", "Sales", ""), ("Decided too", "Sales", ""))
    previewed = run(one, "preview")

    assert previewed.row.options["counts"] == {"create": 1, "update": 0, "same": 0, "error": 2}
    assert wrong(previewed) == {3: [REFUSED], 4: [REFUSED]}
    run(previewed, "commit")
    assert states(connection)[len(before) :] == [("Draft", "draft")]
