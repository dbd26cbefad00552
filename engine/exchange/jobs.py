"""The work of exports and imports in the background; importing this module registers it."""

from __future__ import annotations

from typing import Any

from engine.exchange.exporting import JOB as EXPORT
from engine.exchange.exporting import forget_expired, run_export
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
