"""The only names a plugin may import."""

from engine.extension.contexts import (
    ActionContext,
    ActionResult,
    EventContext,
    JobContext,
    Records,
    ScreenContext,
    ScreenPage,
)
from engine.extension.errors import Conflict, Invalid, NotFound, Problem, Refused
from engine.extension.registry import (
    Action,
    Job,
    Screen,
    action,
    actions,
    after,
    before,
    job,
    jobs,
    listeners,
    screen,
    screens,
)
from engine.fieldtypes.base import FieldType, Format, InvalidValue, Look
from engine.fieldtypes.base import register as register_field_type

__all__ = [
    "Action",
    "ActionContext",
    "ActionResult",
    "Conflict",
    "EventContext",
    "FieldType",
    "Format",
    "Invalid",
    "InvalidValue",
    "Job",
    "JobContext",
    "Look",
    "NotFound",
    "Problem",
    "Records",
    "Refused",
    "Screen",
    "ScreenContext",
    "ScreenPage",
    "action",
    "actions",
    "after",
    "before",
    "job",
    "jobs",
    "listeners",
    "register_field_type",
    "screen",
    "screens",
]
