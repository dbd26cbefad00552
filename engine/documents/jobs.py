"""Large batches are set in the background; importing this module registers the work."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from engine.documents.rendering import render
from engine.extension import job
from engine.metadata import Print
from engine.records import Query, Workspace
from engine.storage import enqueue, file_store

JOB = "documents.print"
MOST_AT_ONCE = 300  # documents a person waits for
MOST_ROWS_AT_ONCE = 3_000  # the same for lists, which have many records to a page
_MOST_BYTES = 1024 * 1024 * 1024


def is_large(one: Print, count: int, *, is_list: bool) -> bool:
    """Tell whether so many records should not keep a person waiting."""
    return count > (MOST_ROWS_AT_ONCE if is_list else MOST_AT_ONCE)


def leave(work: Workspace, one: Print, ids: Sequence[int], query: Query | None, run: str) -> int:
    """Leave a batch to the background; return the job's id.

    What is printed is what was chosen now; rights are asked again when it runs.
    """
    arguments = {
        "print": one.name,
        "ids": list(ids),
        "columns": list(query.columns) if query else [],
        "sort": list(query.sort) if query else [],
        "language": work.language,
        "run": run,
    }
    key = f"{one.name} {run}" if run else ""
    return enqueue(work.connection, JOB, arguments, key=key, user_id=work.actor.user_id)


@job(JOB)
def print_job(context: Any) -> dict[str, Any]:
    """Set a batch and keep its PDF for who asked for it."""
    asked, work = context.arguments, context.asking
    ids = tuple(int(one) for one in asked["ids"])
    name = str(asked["print"])
    entity = name.rpartition(".")[2] if "." in name else work.catalog.prints[name].entity
    query = Query(
        entity=entity, ids=ids, columns=tuple(asked["columns"]), sort=tuple(asked["sort"])
    )
    context.progress(0, len(ids))
    printed = render(work, name, query=query, run=str(asked["run"]))
    file_id = file_store().save(
        work.connection,
        io.BytesIO(printed.pdf),
        printed.file_name,
        most_bytes=_MOST_BYTES,
        created_by=work.actor.user_id,
        field="print",
    )
    context.progress(len(ids), len(ids))
    return {"file": file_id, "documents": printed.documents, "pages": printed.pages}
