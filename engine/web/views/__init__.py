"""The generic screens: a fixed set of routes that read the catalog at each request."""

from engine.web.views.routes import bp

__all__ = ["bp"]
