"""Tables, changes of schema, the trail, number series, files, and the database itself."""

from engine.storage.apply import PlanChanged, PlanRefused, apply, rollback
from engine.storage.audit import (
    AuditEntry,
    Change,
    Origin,
    history,
    record_change,
    record_many,
    record_rows,
    state_at,
    trail_of_rows,
)
from engine.storage.database import database_url, engine_for
from engine.storage.files import FileStore, StoredFile, file_store
from engine.storage.outbox import enqueue
from engine.storage.plan import Plan, Step, plan
from engine.storage.recorded import Beside, alteration, given_columns, insertion, trail_of
from engine.storage.recorded_lines import LINE, Lines, given_lines, insertion_with_lines
from engine.storage.releases import Release, latest_release, releases, sources_of
from engine.storage.search import normalized
from engine.storage.series import take_numbers
from engine.storage.system_tables import (
    ab_permission,
    ab_permission_view,
    ab_permission_view_role,
    ab_role,
    ab_user,
    ab_user_role,
    ab_view_menu,
    wy_audit,
    wy_file,
    wy_release,
    wy_reveal,
    wy_series,
)
from engine.storage.tables import Tables, tables_of
from engine.storage.work_tables import (
    wy_attachment,
    wy_comment,
    wy_export,
    wy_idempotency,
    wy_import,
    wy_import_row,
    wy_message,
    wy_outbox,
    wy_saved_view,
)

__all__ = [
    "LINE",
    "AuditEntry",
    "Beside",
    "Change",
    "FileStore",
    "Lines",
    "Origin",
    "Plan",
    "PlanChanged",
    "PlanRefused",
    "Release",
    "Step",
    "StoredFile",
    "Tables",
    "ab_permission",
    "ab_permission_view",
    "ab_permission_view_role",
    "ab_role",
    "ab_user",
    "ab_user_role",
    "ab_view_menu",
    "alteration",
    "apply",
    "database_url",
    "engine_for",
    "enqueue",
    "file_store",
    "given_columns",
    "given_lines",
    "history",
    "insertion",
    "insertion_with_lines",
    "latest_release",
    "normalized",
    "plan",
    "record_change",
    "record_many",
    "record_rows",
    "releases",
    "rollback",
    "sources_of",
    "state_at",
    "tables_of",
    "take_numbers",
    "trail_of",
    "trail_of_rows",
    "wy_attachment",
    "wy_audit",
    "wy_comment",
    "wy_export",
    "wy_file",
    "wy_idempotency",
    "wy_import",
    "wy_import_row",
    "wy_message",
    "wy_outbox",
    "wy_release",
    "wy_reveal",
    "wy_saved_view",
    "wy_series",
]
