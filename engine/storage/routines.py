"""The extensions, functions and triggers that the tables stand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.storage.search import search_function_sql
from engine.storage.shape import digest
from engine.storage.steps import Phase, Step

_APPEND_ONLY = """\
CREATE OR REPLACE FUNCTION wy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""

_KEEP_PEOPLE = """\
CREATE OR REPLACE FUNCTION wy_keep_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM wy_audit WHERE actor_id = OLD.id) THEN
    RAISE EXCEPTION 'the trail names this user: deactivate the account, do not delete it'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$"""

# The stored columns are not computed anew when wy_search changes: give it a new name then.
_PREPARED = {
    "extension pg_trgm": "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "extension btree_gist": "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "function wy_search": search_function_sql(),
    "function wy_append_only": _APPEND_ONLY,
    "function wy_keep_people": _KEEP_PEOPLE,
}


def _append_only(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER wy_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION wy_append_only();\n"
        f"CREATE OR REPLACE TRIGGER wy_append_only_all BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION wy_append_only()"
    )


_TRIGGERS = {
    f"trigger {table}": _append_only(table)
    for table in ("wy_audit", "wy_reveal", "wy_flow_log", "wy_flow_file")
}
_TRIGGERS["trigger ab_user"] = (
    "CREATE OR REPLACE TRIGGER wy_keep_people BEFORE DELETE ON ab_user"
    " FOR EACH ROW EXECUTE FUNCTION wy_keep_people()"
)


def routine_signatures() -> dict[str, str]:
    """Return what wy_schema holds once the routines are there."""
    return {name: digest(sql) for name, sql in (_PREPARED | _TRIGGERS).items()}


def routine_steps(signatures: Mapping[str, str]) -> Iterator[Step]:
    """Yield the steps for routines that are missing or altered."""
    for phase, routines in ((Phase.PREPARE, _PREPARED), (Phase.RULE, _TRIGGERS)):
        for name, sql in routines.items():
            if signatures.get(name) != digest(sql):
                yield Step(sign="+", kind="routine", target=name, statements=((phase, sql),))
