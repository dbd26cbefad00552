"""The work of exports and imports in the background; importing this module registers it."""

from __future__ import annotations

from typing import Any

from engine.exchange.exporting import JOB as EXPORT
from engine.exchange.exporting import forget_expired, run_export
from engine.exchange.importing.runs import JOB as IMPORT
from engine.exchange.importing.runs import find_import, run
from engine.exchange.importing.undoing import JOB as UNDO
from engine.exchange.importing.undoing import undo
from engine.extension import job
from engine.storage import file_store

CLEAN = "exchange.clean"


@job(EXPORT)
def export_job(context: Any) -> dict[str, Any]:
    """Write an export's file, with the rights the actor has now."""
    number = int(context.arguments["export"])
    return run_export(context.asking, file_store(), number, context.progress)


@job(CLEAN)
def clean_job(context: Any) -> dict[str, Any]:
    """Forget the files of old exports."""
    return {"forgotten": forget_expired(context.asking, file_store())}


@job(IMPORT)
def import_job(context: Any) -> dict[str, Any]:
    """Take a step of an import, with the rights the actor has now."""
    work, number = context.asking, int(context.arguments["import"])
    one = find_import(work, file_store(), number, lock=True)
    done = run(one, str(context.arguments["step"]), context.progress)
    return {"import": number, "counts": done.row.options["counts"]}


@job(UNDO)
def undo_job(context: Any) -> dict[str, Any]:
    """Take an import back."""
    number = int(context.arguments["import"])
    one = find_import(context.asking, file_store(), number, lock=True)
    counts = undo(one, context.progress)
    return {**counts, "url": f"/e/{one.row.entity}/import/{number}/preview"}
