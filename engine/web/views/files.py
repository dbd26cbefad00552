"""Files: kept after a check, served after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from os import SEEK_END
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from flask import current_app, make_response, request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from engine.access import readable_fields
from engine.extension import Invalid, InvalidValue, NotFound, Problem, Refused
from engine.fieldtypes import field_type
from engine.fieldtypes.file import FileType
from engine.flows.attachments import OWNER
from engine.flows.panel import may_see, mender_of
from engine.metadata import Entity, Field
from engine.records import RecordService, Workspace
from engine.records.shown import hidden_in, reader_of
from engine.storage import FileStore
from engine.storage import file_store as open_store
from engine.storage.system_tables import wy_file
from engine.web.present.posted import uploads
from engine.web.urls import numbers

Answer = Any


def file_store() -> FileStore:
    """Return where this installation keeps its files."""
    store: FileStore | None = current_app.extensions.get("wuye_files")
    if store is None:
        store = current_app.extensions["wuye_files"] = open_store()
    return store


def keep_file(
    work: Workspace, upload: FileStorage, entity: str, record_id: int | None, field: str
) -> int:
    """Check and keep an uploaded file; return its id.

    Raises:
        Invalid: the file is not what it says, too large, or of a kind that is not taken.
    """
    return file_store().save(
        work.connection,
        cast(BinaryIO, upload.stream),
        upload.filename or "",
        created_by=work.actor.user_id,
        entity=entity,
        record_id=record_id,
        field=field,
    )


def keep_for_field(work: Workspace, upload: FileStorage, entity: Entity, field: Field) -> int:
    """Keep a file that a field is to hold; return its id.

    Raises:
        Invalid: the field takes no such file; names the field.
    """
    size = upload.stream.seek(0, SEEK_END)
    upload.stream.seek(0)
    kind = cast(FileType, field_type(field.type))
    try:
        kind.check_upload(field, upload.filename or "", size)
        return keep_file(work, upload, entity.name, None, field.name)
    except InvalidValue as wrong:
        raise Invalid([Problem(wrong.message, wrong.params, field.name)]) from wrong
    except Invalid as wrong:
        raise Invalid([replace(p, field=field.name) for p in wrong.problems]) from wrong


def take_uploads(work: Workspace, entity: Entity, fields: Iterable[Field]) -> dict[str, Any]:
    """Keep the files that came with a form; return the values of their fields."""
    found: dict[str, Any] = {}
    given = uploads(request.files, fields)
    for name, files in given.items():
        field = entity.fields[name]
        ids = [keep_for_field(work, f, entity, field) for f in files]
        if field.options.get("multiple"):
            found[name] = [*numbers(request.form.getlist(f"{name}.keep")), *ids]
        else:
            found[name] = ids[-1]
    return found


def file_answer(work: Workspace, file_id: int) -> Answer:
    """Serve a file to whoever may see the record and the field it stands in.

    Raises:
        NotFound: there is none, or none this reader may see.
    """
    row = work.connection.execute(select(wy_file).where(wy_file.c.id == file_id)).one_or_none()
    if row is None or not _may_see(work, row):
        raise NotFound("file", file_id)
    with file_store().open(work.connection, file_id) as stream:
        answer = make_response(stream.read())
    shown = row.content_type.startswith("image/") or row.content_type == "application/pdf"
    answer.headers["Content-Type"] = row.content_type
    kind = "inline" if shown else "attachment"
    answer.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.name)}"
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def download(content: Any, content_type: str, name: str) -> Answer:
    """Answer a file to be saved under a name, which may be in any script."""
    answer = make_response(content)
    answer.headers["Content-Type"] = content_type or "application/octet-stream"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _may_see(work: Workspace, row: Any) -> bool:
    if work.actor.is_unlimited:
        return True
    if row.record_id is None:
        return bool(row.created_by == work.actor.user_id)
    if row.entity == OWNER:  # it came with a decision
        return may_see(work, row.record_id)
    entity = work.catalog.entities.get(row.entity)
    if entity is None:
        return bool(row.created_by == work.actor.user_id)
    ways = (lambda *of: work, reader_of, mender_of)  # the rarest last: it asks the most
    return any(_shows(way(work, entity.name, row.record_id), entity, row) for way in ways)


def _shows(work: Workspace | None, entity: Entity, row: Any) -> bool:
    """Tell whether a reader sees the record and the field that a file stands in."""
    if work is None:
        return False
    readable = readable_fields(work.catalog, work.actor, entity.name)
    if row.field in entity.fields and row.field not in readable:
        return False
    try:
        found = RecordService(work).view(entity.name, row.record_id, ())
    except (NotFound, Invalid, Refused):
        return False
    return bool(found.rows) and row.field not in hidden_in(work, entity.name, row.record_id)
