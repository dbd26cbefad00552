"""The root manifest and the files it includes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.diagnostics import Diagnostic, Place
from engine.source.document import Document
from engine.source.files import Files
from engine.source.parse import MAX_BYTES, decode, parse

MANIFEST = "models.yaml"
FLOWS = "workflows/*.yaml"
_KEPT = ("reports/*.yaml",)


@dataclass(slots=True)
class Project:
    """All texts of a project; what could not be read is missing, and reported."""

    manifest: Document | None = None
    modules: list[Document] = field(default_factory=list)  # in the manifest's order
    flows: list[Document] = field(default_factory=list)  # by file name
    sources: dict[str, str] = field(default_factory=dict)  # file -> text


def read_project(files: Files) -> tuple[Project, list[Diagnostic]]:
    """Read the manifest, what it includes, the flows, and the texts of reports."""
    project = Project()
    found: list[Diagnostic] = []
    project.manifest = _read(files, MANIFEST, Place(MANIFEST), project, found)
    if project.manifest is not None:
        for name, at in _included(files, project.manifest, found):
            document = _read(files, name, at, project, found)
            if document is not None:
                project.modules.append(document)
    for name in files.matching(FLOWS):
        document = _read(files, name, Place(name), project, found)
        if document is not None:
            project.flows.append(document)
    for name in (name for pattern in _KEPT for name in files.matching(pattern)):
        text, wrong = decode(files.read(name) or b"", name)
        found += wrong
        if text is not None:
            project.sources[name] = text
    return project, found


def _read(
    files: Files, name: str, at: Place, project: Project, found: list[Diagnostic]
) -> Document | None:
    raw = files.read(name) if files.size_bytes(name) <= MAX_BYTES else b"\n" * (MAX_BYTES + 1)
    if raw is None:
        hint = "names are relative to the folder of models.yaml"
        found.append(Diagnostic(at, "missing-file", f"there is no file '{name}'", hint))
        return None
    text, wrong = decode(raw, name)
    found += wrong
    if text is None:
        return None
    project.sources[name] = text
    document, wrong = parse(text, name)
    found += wrong
    return document


def _included(
    files: Files, manifest: Document, found: list[Diagnostic]
) -> Iterator[tuple[str, Place]]:
    entries = manifest.value.get("include") if isinstance(manifest.value, dict) else None
    seen: dict[str, Place] = {MANIFEST: Place(MANIFEST)}
    for position, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, str):
            continue  # the shape check says so
        at = manifest.place(("include", position))
        for name in _names(files, entry, at, found, seen):
            seen[name] = at
            yield name, at


def _names(
    files: Files, entry: str, at: Place, found: list[Diagnostic], seen: dict[str, Place]
) -> list[str]:
    if _leaves_root(entry):
        message = f"'{entry}' leads outside the project"
        hint = "name files below the folder of models.yaml, with '/' and without '..'"
        found.append(Diagnostic(at, "outside-root", message, hint))
        return []
    if "*" in entry or "?" in entry:
        names = files.matching(entry)
        if not names:
            message = f"no file matches '{entry}'"
            found.append(Diagnostic(at, "missing-file", message, "'*' stands for any name"))
        # A pattern after single names means «and the rest».
        return [name for name in names if name not in seen]
    name = PurePosixPath(entry).as_posix()
    if name in seen:
        message = f"'{name}' is included twice"
        found.append(Diagnostic(at, "included-twice", message, f"first at {seen[name]}"))
        return []
    return [name]


def _leaves_root(entry: str) -> bool:
    path = PurePosixPath(entry)
    return path.is_absolute() or ".." in path.parts or "\\" in entry or ":" in entry
