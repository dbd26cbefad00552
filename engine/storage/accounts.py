"""Flask-AppBuilder's tables, which ours refer to."""

from __future__ import annotations

from sqlalchemy import Connection, text

_COMPLETE = text(
    "SELECT to_regclass('ab_user') IS NOT NULL AND to_regclass('ab_group') IS NOT NULL"
    " AND to_regclass('ab_api_key') IS NOT NULL"
)


def ensure_account_tables(connection: Connection) -> None:
    """Create what is missing of them, as Flask-AppBuilder itself does at its first start."""
    if connection.scalar(_COMPLETE):
        return
    import flask_appbuilder.security.sqla.models  # noqa: F401  # defines the tables
    from flask_appbuilder import Model

    Model.metadata.create_all(connection)
