"""Build large object graphs without the collector walking them over and over."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic collector of this process, for well under a second at a time.

    The tables of 200 entities are half a million objects that all live on. Collecting
    while they are made took two thirds of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
