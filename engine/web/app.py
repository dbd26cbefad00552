"""The application: Flask and Flask-AppBuilder around one snapshot of the metadata."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.apis.api_key import ApiKeyApi
from sqlalchemy import Engine, text
from werkzeug.middleware.proxy_fix import ProxyFix

import engine.web
from engine.access import ensure_access
from engine.loading import load_catalog
from engine.metadata import Catalog
from engine.storage.database import database_url as configured_url
from engine.storage.database import engine_for
from engine.web import (
    editions,
    errors,
    guard,
    languages,
    releases,
    security,
    security_trail,
    session,
)
from engine.web.readable_json import ReadableJson
from engine.web.settings import secret_key, settings
from engine.web.state import Snapshot, State, snapshot_of
from engine.web.urls import RecordNumber

_BASE = "appbuilder/baselayout.html"


def create_app(
    catalog: Catalog | None = None,
    *,
    root: Path | None = None,
    database_url: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> Flask:
    """Build the WSGI application.

    Serves the given catalog, else the release the database has, else the files under `root`
    (by default the working folder). `config` goes over the environment.

    Raises:
        InvalidMetadata: the metadata to be served is wrong.
    """
    database = engine_for(database_url or configured_url())
    with database.begin() as connection:
        ensure_access(connection)
    first = _first_snapshot(database, catalog, root or Path())
    app = _flask_app(first.catalog, config or {})
    app.extensions[session.EXTENSION] = State(
        first, database, lambda known: releases.newer_than(database, known)
    )
    _install(app, database)
    return app


def _install(app: Flask, database: Engine) -> None:
    """Put everything in, in the order in which it leans on each other."""
    sessions = session.sessions_for(database)
    security_trail.install(sessions.session_factory)
    session.install(app, sessions)
    errors.install(app)
    security.install(app)
    with app.app_context():
        _add_app_builder(app, sessions)
        guard.install(app)
        languages.install(app)
        _register_parts(app)
    _add_health(app, database)
    if app.config["LISTEN_FOR_RELEASES"]:
        # At the first request, not here: a thread does not survive gunicorn's fork.
        app.before_request(session.state(app).listen)


def _first_snapshot(database: Engine, catalog: Catalog | None, root: Path) -> Snapshot:
    """Return what to serve at first; a database that never saw a release gets one."""
    if catalog is None:
        applied = releases.newer_than(database, 0)
        if applied is not None:
            return applied
    wanted = catalog or load_catalog(root)
    with database.begin() as connection:
        release = releases.newest_id(connection)
        if not release:
            release = releases.apply_with_rights(connection, wanted, author="first start")
    return snapshot_of(wanted, release)


def _flask_app(catalog: Catalog, config: Mapping[str, Any]) -> Flask:
    app = Flask("engine.web")
    app.app_ctx_globals_class = session.RequestGlobals
    editions.install(app)
    app.url_map.converters["int"] = RecordNumber
    app.json = ReadableJson(app)
    app.config.update(settings(os.environ))
    app.config["BABEL_DEFAULT_TIMEZONE"] = catalog.product.time_zone
    app.config["APP_NAME"] = str(catalog.product.name)
    app.config.update(config)
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = secret_key(os.environ)
    app.config.setdefault("JWT_SECRET_KEY", app.config["SECRET_KEY"])
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        # Without this every client has the balancer's address, and one is locked out for all.
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def _add_app_builder(app: Flask, sessions: Any) -> None:
    # The form guard must be known before FAB asks for it.
    app.extensions["csrf"] = guard.csrf
    builder = AppBuilder(
        app,
        sessions,
        indexview=_index_view(),
        base_template=_BASE,
        security_manager_class=security.Guard,
    )
    # The rest of FAB's security API stays away: it would go past the record of changes.
    builder.add_api(ApiKeyApi)
    limit = builder.sm.limiter.limit(app.config["AUTH_RATE_LIMIT"], methods=["POST"])
    limit(app.blueprints["SecurityApi"])


def _index_view() -> Any:
    """Return `HomeView` of engine.web.home, if there is that module; else FAB's own."""
    if importlib.util.find_spec("engine.web.home") is None:
        return None
    return importlib.import_module("engine.web.home").HomeView


def _register_parts(app: Flask) -> None:
    """Call `register(app)` of every module of engine.web that has it, in order of names."""
    for found in pkgutil.iter_modules(engine.web.__path__):
        part = importlib.import_module(f"engine.web.{found.name}")
        register = getattr(part, "register", None)
        if register is not None:
            register(app)


def _add_health(app: Flask, database: Engine) -> None:
    @app.get("/healthz")
    @guard.public
    def healthz() -> Response:
        """Answer balancers: 200 while the database answers too."""
        with database.connect() as connection:
            connection.execute(text("select 1"))
        return jsonify(status="ok", release=session.state(app).current.release)
