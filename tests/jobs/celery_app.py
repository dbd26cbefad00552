"""The Celery app with the tests' own jobs."""

from __future__ import annotations

import tests.jobs.sample_jobs  # noqa: F401 - registers them
from engine.jobs.celery import app

__all__ = ["app"]
