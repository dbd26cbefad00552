"""Work in the background: whoever carries it, the outbox row decides what is run."""

from engine.jobs.catalogs import Catalogs, Served
from engine.jobs.runner import Runner

__all__ = ["Catalogs", "Runner", "Served"]
