"""Exports: what a list shows, as a file; who took what out is kept in wy_export."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from engine.exchange.asked import Asked, asked_of, query_of
from engine.exchange.streaming import count, stream
from engine.exchange.writing import RowWriter, write_csv, write_xlsx
from engine.extension import NotFound, Refused
from engine.records import Workspace, is_allowed
from engine.storage import FileStore, enqueue, wy_export, wy_file

JOB = "exchange.export"
MOST_AT_ONCE = 5_000  # rows that a person waits for; more go to the background
KEPT_FOR = timedelta(days=7)
MOST_FILE_BYTES = 2 * 1024 * 1024 * 1024
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export that is at hand."""

    id: int
    name: str
    content_type: str
    content: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An export that a worker makes."""

    id: int
    job_id: int


def export(work: Workspace, asked: Asked) -> ExportFile | ExportJob:
    """Export a list, at once or in the background, by its size.

    Raises:
        Refused: the right `export` is missing.
        Invalid: a filter or a column is none.
    """
    query = _allowed_query(work, asked)
    if count(work, query, MOST_AT_ONCE) > MOST_AT_ONCE:
        return _leave(work, asked)
    with written(work, asked) as (path, rows), open(path, "rb") as file:
        content = file.read()
    values = {"state": "done", "rows": rows, "finished_at": work.now}
    export_id = log_export(work, asked, **values)
    return ExportFile(export_id, file_name(work, asked), CONTENT_TYPES[asked.format], content, rows)


def _allowed_query(work: Workspace, asked: Asked) -> Any:
    if asked.entity not in work.catalog.entities:
        raise NotFound("entity", asked.entity)
    if not is_allowed(work, asked.entity, "export"):
        raise Refused("You have no right to do this here.")
    return query_of(work, asked)


def log_export(work: Workspace, asked: Asked, **values: Any) -> int:
    """Note who takes what out; return the row's id."""
    values |= {"entity": asked.entity, "format": asked.format, "settings": asked.as_settings()}
    values["created_by"] = work.actor.user_id
    return int(
        work.connection.scalar(insert(wy_export).values(values).returning(wy_export.c.id)) or 0
    )


def _leave(work: Workspace, asked: Asked) -> ExportJob:
    export_id = log_export(work, asked)
    language = asked.language or work.language
    arguments = {"export": export_id, "entity": asked.entity, "language": language}
    job_id = enqueue(work.connection, JOB, arguments, user_id=work.actor.user_id)
    work.connection.execute(
        update(wy_export).where(wy_export.c.id == export_id).values(job_id=job_id)
    )
    return ExportJob(export_id, job_id)


@contextmanager
def written(
    work: Workspace, asked: Asked, tell: Callable[[int], None] | None = None
) -> Iterator[tuple[str, int]]:
    """Write the file; give its path, which is gone afterwards, and how many rows it has.

    Raises:
        Refused, Invalid: as `export` does; asked anew, since a job runs later.
    """
    query = _allowed_query(work, asked)
    writer = RowWriter(work, asked.entity, stream(work, query), tell)
    with tempfile.TemporaryDirectory(prefix="wuye-export-") as folder:
        path = os.path.join(folder, f"export.{asked.format}")
        if asked.format == "csv":
            with open(path, "wb") as target:
                write_csv(writer, target)
        else:
            label = work.catalog.entity(asked.entity).label.in_(work.language)
            write_xlsx(writer, path, label)
        yield path, writer.rows


def file_name(work: Workspace, asked: Asked) -> str:
    """Return what the file is called: the entity's label and the day."""
    label = work.catalog.entity(asked.entity).label.in_(work.language)
    plain = "".join("_" if c in '\\/:*?"<>|' else c for c in label)
    return f"{plain}-{work.today.isoformat()}.{asked.format}"


def run_export(work: Workspace, files: FileStore, export_id: int, tell: Tell) -> dict[str, Any]:
    """Make a waiting export's file, for the job.

    Raises:
        NotFound: there is no such export of this actor.
        Refused, Invalid: rights or metadata changed since.
    """
    row = export_row(work, export_id)
    asked = asked_of(row.settings)
    total = count(work, _allowed_query(work, asked), 10_000_000)
    with (
        written(work, asked, lambda done: tell(done, total, "")) as (path, rows),
        open(path, "rb") as file,
    ):
        file_id = files.save(
            work.connection,
            file,
            file_name(work, asked),
            most_bytes=MOST_FILE_BYTES,
            created_by=row.created_by,
            field="export",
        )
    work.connection.execute(
        update(wy_export)
        .where(wy_export.c.id == export_id)
        .values(
            state="done",
            rows=rows,
            file_id=file_id,
            finished_at=work.now,
            expires_at=work.now + KEPT_FOR,
        )
    )
    return {"export": export_id, "file": file_id, "rows": rows}


def export_row(work: Workspace, export_id: int) -> Any:
    """Return a row of wy_export, to whom it belongs or to an administrator.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = work.connection.execute(
        select(wy_export).where(wy_export.c.id == export_id)
    ).one_or_none()
    if row is None or not (work.actor.is_unlimited or row.created_by == work.actor.user_id):
        raise NotFound("export", export_id)
    return row


def finished_file(work: Workspace, export_id: int) -> int:
    """Return the id of an export's file, to be served.

    Raises:
        NotFound: it is not finished, no longer kept, or somebody else's.
        Refused: the right `export` was taken away since.
    """
    row = export_row(work, export_id)
    if row.file_id is None or (row.expires_at is not None and row.expires_at < work.now):
        raise NotFound("export", export_id)
    if not is_allowed(work, row.entity, "export"):
        raise Refused("You have no right to do this here.")
    return int(row.file_id)


def forget_expired(work: Workspace, files: FileStore) -> int:
    """Forget the files of exports whose time is over; the log of who took what stays."""
    query = (
        select(wy_export.c.id, wy_file.c.id.label("file"), wy_file.c.sha256)
        .join(wy_file, wy_file.c.id == wy_export.c.file_id)
        .where(wy_export.c.expires_at < work.now)
    )
    old = work.connection.execute(query).all()
    for row in old:
        files.remove(work.connection, row.file)
    # What still refers to a content in another transaction keeps it: the store looks.
    files.remove_unreferenced(work.connection, [row.sha256 for row in old])
    return len(old)
