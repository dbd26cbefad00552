"""docs/reference/ and schema/ are what the code says now, and say something about everything."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

import engine.extension
from engine.expressions import free_functions
from engine.fieldtypes.base import field_types
from engine.loading import json_schema
from engine.loading.shapes import (
    FLOW_SCHEMA,
    MANIFEST_SCHEMA,
    MODULE_SCHEMA,
    NODES,
    field_schema,
)
from scripts.build_reference import pages
from scripts.reference.commands import ENVIRONMENT, commands

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
_READ = re.compile(
    r"""(?:environ(?:\.get|\.setdefault|\.pop)?[(\[]|getenv\(|envvar=)["']([A-Z][A-Z_]+)["']"""
)
_OUR_OWN = {"WUYE_TEST_RUN", "WUYE_TEST_FOLDER"}  # between the processes of one test run
# Keys whose name is their whole meaning, and their title links to it.
_OBVIOUS = {"product", "list", "form", "page", "fields.type", "ask.type"}


def test_the_committed_reference_is_what_the_code_says() -> None:
    made = pages()
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}

    assert sorted(committed) == sorted(made)
    differing = [name for name, text in made.items() if committed[name] != text]
    assert differing == [], "run `make reference`"


def test_the_committed_editor_schemas_are_what_the_code_says() -> None:
    for name, schema in json_schema().items():
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"

        assert (ROOT / "schema" / name).read_text(encoding="utf-8") == text, "run `make schema`"


def test_every_yaml_key_says_what_it_means() -> None:
    silent = [
        path
        for schema in (MANIFEST_SCHEMA, MODULE_SCHEMA)
        for path, one in _keys(schema, "")
        if not _says_something(path, one)
    ]

    assert silent == []


def test_every_key_of_a_flow_file_stands_in_the_reference() -> None:
    page = pages()["flow.md"]
    listed = {name.rpartition(".")[2] for name in re.findall(r"^\| `([^`]+)` \|", page, re.M)}
    keys = [path for one in (FLOW_SCHEMA, *NODES.values()) for path, _ in _keys(one, "")]

    assert [path for path in keys if path.rpartition(".")[2] not in listed] == []


def test_the_example_for_programmers_has_every_yaml_key() -> None:
    text = (ROOT / "docs" / "internals.md").read_text(encoding="utf-8")
    keys = {
        path.rpartition(".")[2]
        for schema in (MANIFEST_SCHEMA, MODULE_SCHEMA)
        for path, _ in _keys(schema, "")
    }

    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()


@pytest.mark.parametrize("name", sorted(field_types()))
def test_every_option_of_a_field_type_says_what_it_means(name: str) -> None:
    kind = field_types()[name]
    silent = [
        path
        for path, one in _keys(field_schema(kind), "")
        if path != "type" and not one.get("description")
    ]

    assert kind.doc
    assert silent == []


def test_every_function_is_described_in_both_languages() -> None:
    silent = [one.name for one in free_functions() if not (one.doc and one.doc_zh_hant)]

    assert silent == []


def test_every_command_and_option_has_a_text() -> None:
    silent = []
    for name, command in commands():
        silent += [name] if not command.help else []
        silent += [
            f"{name} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ]

    assert silent == []


def test_every_environment_variable_that_code_reads_is_described() -> None:
    files = [p for folder in ("engine", "plugins") for p in (ROOT / folder).rglob("*.py")]
    files += [*(ROOT / "tests").glob("conftest.py"), ROOT / "app.py"]
    read = {name for path in files for name in _READ.findall(path.read_text(encoding="utf-8"))}

    assert read - _OUR_OWN == set(ENVIRONMENT)


def test_every_name_a_plugin_may_import_says_what_it_is() -> None:
    silent = []
    for name in engine.extension.__all__:
        one = getattr(engine.extension, name)
        silent += [name] if not inspect.getdoc(one) else []
        members = vars(one).items() if inspect.isclass(one) else ()
        silent += [
            f"{name}.{member}"
            for member, found in members
            if inspect.isfunction(found) and member[0] != "_" and not inspect.getdoc(found)
        ]

    assert silent == []


def _keys(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, one in schema.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        yield here, one
        for inner in (one, one.get("items"), one.get("additionalProperties")):
            if isinstance(inner, Mapping):
                yield from _keys(inner, here)


def _says_something(path: str, schema: Mapping[str, Any]) -> bool:
    last = path.rpartition(".")[2]
    two = ".".join(path.split(".")[-2:])
    return bool(schema.get("description")) or last in _OBVIOUS or two in _OBVIOUS
