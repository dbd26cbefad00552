"""`wuye import`: bring a workbook in, as one of the users."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click


@click.command("import")
@click.argument("entity")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", required=True, help="Whose rights count.")
@click.option("--map", "mapped", multiple=True, metavar="HEAD=FIELD", help="What a column is.")
@click.option("--set", "fixed", multiple=True, metavar="FIELD=TEXT", help="For the whole file.")
@click.option("--key", default="", help="Fields that find existing records, with commas.")
@click.option(
    "--mode",
    type=click.Choice(["both", "create", "update"]),
    default="both",
    help="Make new records, change those that are there, or both.",
)
@click.option("--sheet", default="", help="The sheet to read; the likeliest if left out.")
@click.option("--all-or-nothing", is_flag=True, help="One bad row keeps all from being written.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--errors", type=click.Path(path_type=Path), help="Write the bad rows here (xlsx).")
def command(entity: str, file: Path, login: str, **given: Any) -> None:
    """Import FILE (xlsx, xls, csv) into the records of ENTITY, such as room.

    Columns are recognized by their heads; see the mapping with --dry-run. Ends with 1 when
    a row is wrong.
    """
    from engine.cli.export import acting_as, problems_on_screen
    from engine.exchange.importing.giving_back import bad_rows_workbook
    from engine.exchange.importing.runs import begin, find_import, run
    from engine.storage import file_store

    with acting_as(login) as work, problems_on_screen():
        files = file_store()
        number = begin(work, files, entity, file.read_bytes(), file.name)
        one = _planned(find_import(work, files, number), given)
        done = run(one, "preview" if given["dry_run"] else "commit")
        _report(done)
        if given["errors"] is not None and done.row.failed:
            given["errors"].write_bytes(bad_rows_workbook(done))
        failed = done.row.failed
    sys.exit(1 if failed else 0)


def _planned(one: Any, given: dict[str, Any]) -> Any:
    from engine.exchange.importing.runs import choose, suggest
    from engine.exchange.importing.spelling import heading

    plan, table, _ = suggest(one, given["sheet"])
    columns = dict(plan.columns)
    heads = {heading(h): i for i, h in enumerate(table.heads) if h}
    for head, field in _pairs(given["mapped"], "--map"):
        if heading(head) not in heads:
            raise click.BadParameter(f"the file has no column '{head}'", param_hint="--map")
        columns = {i: f for i, f in columns.items() if f != field}
        columns[heads[heading(head)]] = field
    plan = replace(
        plan,
        columns={i: f for i, f in columns.items() if f},
        constants=dict(_pairs(given["fixed"], "--set")),
        key=tuple(k for k in given["key"].split(",") if k) or plan.key,
        mode=given["mode"],
        good_rows_only=not given["all_or_nothing"],
    )
    for index, head in enumerate(table.heads):
        click.echo(f"{head or '-'} -> {plan.columns.get(index, '(left out)')}", err=True)
    return choose(one, plan)


def _pairs(given: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    pairs = [one.partition("=") for one in given]
    if not all(middle for _, middle, _ in pairs):
        raise click.BadParameter("write NAME=VALUE", param_hint=option)
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _report(done: Any) -> None:
    from engine.exchange.importing.giving_back import said
    from engine.exchange.importing.keeping import bad_rows, problem_of_json

    for note in done.row.options["notes"]:
        click.echo(said(done.work, problem_of_json(note)), err=True)
    for row in bad_rows(done.work, done.id):
        reasons = "; ".join(said(done.work, problem_of_json(p)) for p in row.problems)
        click.echo(f"row {row.number}: {reasons}", err=True)
    counts = done.row.options["counts"]
    click.echo(", ".join(f"{name} {count}" for name, count in counts.items()))
