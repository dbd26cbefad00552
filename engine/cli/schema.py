"""`wuye schema`: JSON Schemas, with which editors complete and check as one types."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli._project import root_option
from engine.loading import check_project, json_schema


@click.command("schema")
@root_option
def command(root: Path) -> None:
    """Write schema/: what a manifest, a module and a flow may say."""
    check_project(root)  # imports the plugins, which may bring field types
    folder = root / "schema"
    folder.mkdir(exist_ok=True)
    for name, schema in json_schema().items():
        text = json.dumps(schema, ensure_ascii=False, indent=2)
        (folder / name).write_text(text + "\n", encoding="utf-8")
        click.echo(f"schema/{name}")
