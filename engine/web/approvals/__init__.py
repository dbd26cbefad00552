"""Screens of approvals: the four lists, a case and what one may do with it, the monitor."""

from engine.web.approvals.routes import register

__all__ = ["register"]
