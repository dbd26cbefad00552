"""`wuye explain`: where does a value come from?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from engine.cli._project import echo_findings, root_option
from engine.diagnostics import did_you_mean
from engine.loading import check_project, explain


@click.command("explain")
@root_option
@click.argument("name")
def command(root: Path, name: str) -> None:
    """Show every value written under NAME, such as room.built_area, and where."""
    catalog, found = check_project(root)
    if catalog is None:
        echo_findings(found, root)
        sys.exit(1)
    if name not in catalog.origins:
        known = [key for key in catalog.origins if key.count(".") <= name.count(".")]
        guess = did_you_mean(name, known).split("allowed:", maxsplit=1)[0].strip()
        click.echo(f"nothing is called '{name}'. {guess}".rstrip(), err=True)
        sys.exit(1)
    for key, value, place in explain(catalog, name):
        click.echo(f"{key} = {_shown(value)}    {place}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
