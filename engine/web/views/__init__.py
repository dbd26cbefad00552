"""The generic screens: a fixed set of routes that read the catalog at each request."""

from flask import Flask

from engine.web.views import exporting, importing, jobs, routes


def register(app: Flask) -> None:
    """Add the screens to the application."""
    for part in (routes, exporting, importing, jobs):
        app.register_blueprint(part.bp)
