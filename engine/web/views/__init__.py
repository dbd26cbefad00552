"""The generic screens: a fixed set of routes that read the catalog at each request."""

from flask import Flask

from engine.web.views.routes import bp


def register(app: Flask) -> None:
    """Add the screens to the application."""
    app.register_blueprint(bp)
