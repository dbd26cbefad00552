"""`wuye check`: is the metadata right?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli._project import echo_findings, root_option
from engine.diagnostics import as_json
from engine.loading import check_project


@click.command("check")
@root_option
@click.option("--json", "machine", is_flag=True, help="Write the findings as JSON.")
def command(root: Path, machine: bool) -> None:
    """Check all metadata; needs no server and no database.

    Ends with 0 when it can be used, with 1 when it has errors.
    """
    catalog, found = check_project(root)
    if machine:
        click.echo(as_json(found))
    elif found:
        echo_findings(found, root)
    errors = sum(d.is_error for d in found)
    if not machine:
        click.echo(_summary(errors, len(found) - errors), err=bool(errors))
    if catalog is None:
        sys.exit(1)
    if not machine:
        fields = sum(len(one.fields) for one in catalog.entities.values())
        flows = f", {len(catalog.flows)} flows" if catalog.flows else ""
        click.echo(
            f"{len(catalog.modules)} modules, {len(catalog.entities)} entities, {fields} fields"
            f"{flows}"
        )


def _summary(errors: int, warnings: int) -> str:
    counted = [(errors, "error"), (warnings, "warning")]
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n]
    return ", ".join(parts) or "no errors"
