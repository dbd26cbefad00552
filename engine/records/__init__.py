"""The only way to read or change business data."""

from engine.records.approval import EVERY, editable_in, flows_of
from engine.records.bulk import BulkOutcome
from engine.records.buttons import offered
from engine.records.contexts import Action, PluginContext, flows_hear
from engine.records.draft import Draft
from engine.records.engine_fields import ENGINE_FIELDS, USER_FIELDS, field_of, resolve, title_field
from engine.records.environment import RecordEnvironment, read_paths
from engine.records.filters import Chip, chips_of, condition_of, conditions
from engine.records.query import MAX_PAGE_SIZE, PAGE_SIZES, Column, Page, Query
from engine.records.reach import is_allowed, joined, visible
from engine.records.search import Hit
from engine.records.service import RecordService
from engine.records.workspace import Workspace

__all__ = [
    "ENGINE_FIELDS",
    "EVERY",
    "MAX_PAGE_SIZE",
    "PAGE_SIZES",
    "USER_FIELDS",
    "Action",
    "BulkOutcome",
    "Chip",
    "Column",
    "Draft",
    "Hit",
    "Page",
    "PluginContext",
    "Query",
    "RecordEnvironment",
    "RecordService",
    "Workspace",
    "chips_of",
    "condition_of",
    "conditions",
    "editable_in",
    "field_of",
    "flows_hear",
    "flows_of",
    "is_allowed",
    "joined",
    "offered",
    "read_paths",
    "resolve",
    "title_field",
    "visible",
]
