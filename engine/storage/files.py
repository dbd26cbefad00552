"""Where the contents of files lie: a local folder, or an S3-compatible store."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO, cast

import fsspec
from sqlalchemy import Connection, Row, delete, insert, select, text

from engine.extension.errors import Invalid, NotFound
from engine.storage.file_kinds import recognize
from engine.storage.system_tables import wy_file

MOST_BYTES = 50 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
_IN_MEMORY_BYTES = 4 * 1024 * 1024
_LONGEST_NAME = 200
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('wuye files'), hashtext(:sha256))")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A row of wy_file."""

    id: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    entity: str
    record_id: int | None
    field: str
    width: int | None
    height: int | None
    created_at: datetime
    created_by: int | None


class FileStore:
    """Keeps contents by their digest, so that the same content lies there once.

    Nothing here asks for a right: whoever serves a file has asked for that of its record.
    """

    def __init__(self, url: str) -> None:
        """Open a store: a folder's path, or any URL of fsspec such as 's3://bucket/folder'."""
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        self._is_local = self._files.protocol in ("file", ("file", "local"))

    def save(
        self,
        connection: Connection,
        stream: BinaryIO,
        name: str,
        *,
        most_bytes: int = MOST_BYTES,
        **owner: Any,
    ) -> int:
        """Check and keep a file; return its id.

        `owner` are created_by, entity, record_id and field, all optional. The content stays
        when the transaction is rolled back, until `remove_unreferenced`.

        Raises:
            Invalid: too large, of a kind that is not taken, or not what its name says.
        """
        name = _plain_name(name)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spooled:
            kept = cast(BinaryIO, spooled)
            size, sha256 = _copy(stream, kept, most_bytes)
            kept.seek(0)
            content_type, measures = recognize(name, kept)
            connection.execute(_LOCK, {"sha256": sha256})
            self._write(kept, sha256, size)
        values = {"name": name, "content_type": content_type, "size_bytes": size, "sha256": sha256}
        values |= {"width": measures.width, "height": measures.height, **owner}
        made = connection.execute(insert(wy_file).values(values).returning(wy_file.c.id))
        return int(made.scalar_one())

    def find(self, connection: Connection, file_id: int) -> StoredFile:
        """Return what is known of a file.

        Raises:
            NotFound: there is none.
        """
        row = connection.execute(select(wy_file).where(wy_file.c.id == file_id)).one_or_none()
        if row is None:
            raise NotFound("file", file_id)
        return _stored(row)

    def open(self, connection: Connection, file_id: int) -> BinaryIO:
        """Open a file's content; close it after use.

        Raises:
            NotFound: there is no such file, or the store has lost its content.
        """
        path = self._path(self.find(connection, file_id).sha256)
        try:
            return cast(BinaryIO, self._files.open(path, "rb"))
        except FileNotFoundError as error:
            raise NotFound("file", file_id) from error

    def remove(self, connection: Connection, file_id: int) -> None:
        """Forget a file; its content goes with `remove_unreferenced`."""
        connection.execute(delete(wy_file).where(wy_file.c.id == file_id))

    def remove_unreferenced(self, connection: Connection, sha256s: list[str]) -> int:
        """Delete those contents that no row refers to; return how many.

        Call it once the transaction that forgot the files is committed.
        """
        removed = 0
        for sha256 in sorted(set(sha256s)):
            # `save` holds the same lock until its row is there for all to see.
            connection.execute(_LOCK, {"sha256": sha256})
            known = select(wy_file.c.id).where(wy_file.c.sha256 == sha256).limit(1)
            path = self._path(sha256)
            if connection.scalar(known) is None and self._files.exists(path):
                self._files.rm_file(path)
                removed += 1
        return removed

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def _write(self, content: BinaryIO, sha256: str, size: int) -> None:
        path = self._path(sha256)
        if self._files.exists(path) and self._files.size(path) == size:
            return
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        # An object store shows an upload when it is whole; a folder shows it from its first byte.
        unfinished = f"{path}.{os.getpid()}.new" if self._is_local else path
        with self._files.open(unfinished, "wb") as target:
            while chunk := content.read(_CHUNK_BYTES):
                target.write(chunk)
        if unfinished != path:
            self._files.mv(unfinished, path)


def file_store(environ: Mapping[str, str] | None = None) -> FileStore:
    """Return the store of this installation: `WUYE_FILES`, else the folder DATA_DIR/files."""
    environ = os.environ if environ is None else environ
    folder = Path(environ.get("DATA_DIR") or "var").resolve() / "files"
    return FileStore(environ.get("WUYE_FILES") or str(folder))


def _stored(row: Row[Any]) -> StoredFile:
    return StoredFile(**row._mapping)


def _plain_name(name: str) -> str:
    """Return the bare file name: no folders of any system, no control characters."""
    bare = PureWindowsPath(PurePosixPath(name).name).name
    shown = "".join(c for c in bare if c.isprintable()).strip(" .")
    if not shown:
        raise Invalid("The file has no name.")
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: _LONGEST_NAME - len(ending)]}{dot}{ending}"[-_LONGEST_NAME:]


def _copy(source: BinaryIO, target: BinaryIO, most_bytes: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > most_bytes:
            limit = f"{most_bytes / 1024 / 1024:g} MB"
            raise Invalid("The file is larger than %(limit)s.", limit=limit)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise Invalid("The file is empty.")
    return size, digest.hexdigest()
