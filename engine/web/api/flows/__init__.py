"""Approvals over the API: the lists, one case, every command, starting, proxies, the monitor."""

from engine.web.api.flows import deciding, starting, watching

__all__ = ["deciding", "starting", "watching"]
