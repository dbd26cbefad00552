"""YAML text to plain values and the places they stand at; nothing is known of meaning here."""

from engine.source.document import Document
from engine.source.files import Files, Folder, TextFiles
from engine.source.include import MANIFEST, Project, read_project
from engine.source.parse import decode, load_document, parse

__all__ = [
    "MANIFEST",
    "Document",
    "Files",
    "Folder",
    "Project",
    "TextFiles",
    "decode",
    "load_document",
    "parse",
    "read_project",
]
