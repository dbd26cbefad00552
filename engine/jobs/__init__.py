"""Work in the background: whoever carries it, the outbox row decides what is run."""

from engine.jobs.catalogs import Catalogs, Served
from engine.jobs.runner import Runner
from engine.jobs.schedules import Schedule, schedule, schedules

__all__ = ["Catalogs", "Runner", "Schedule", "Served", "schedule", "schedules"]
