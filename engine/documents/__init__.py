"""Printed documents: Typst templates over records, one compile for a whole batch."""

from engine.documents.amounts import chinese_amount
from engine.documents.prints import find_print, is_generic, prints_of
from engine.documents.rendering import Printed, render
from engine.documents.selection import selected
from engine.documents.typesetting import TemplateError
from engine.storage.work_tables import wy_print

__all__ = [
    "Printed",
    "TemplateError",
    "chinese_amount",
    "find_print",
    "is_generic",
    "prints_of",
    "render",
    "selected",
    "wy_print",
]
