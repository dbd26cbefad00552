"""What a job is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.records import PluginContext, Workspace

Tell = Callable[[int, int, str], None]


class JobWork(PluginContext):
    """An extension.JobContext; jobs of the engine itself also use `asking`."""

    def __init__(self, work: Workspace, arguments: Mapping[str, Any], tell: Tell) -> None:
        super().__init__(work)
        self.asking = work  # the same work, asking for every right of the actor
        self.arguments = arguments
        self._tell = tell

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell the screen how far it is; written outside the job's transaction.

        Raises:
            LostLease: the job was cancelled; let it pass, so that all is rolled back.
        """
        self._tell(done, total, self.message(note))
