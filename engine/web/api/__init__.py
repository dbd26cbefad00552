"""REST under /api/v1: the same records, rights, filters and refusals as the screens."""

from flask import Flask

from engine.web.api import doing, flows
from engine.web.api.routes import bp


def register(app: Flask) -> None:
    """Add the API to the application."""
    app.register_blueprint(bp)


__all__ = ["doing", "flows", "register"]
