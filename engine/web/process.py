"""What a serving process does once its application is made."""

from __future__ import annotations

import gc


def settle() -> None:
    """Take what lives as long as the process out of the garbage collector's rounds.

    A catalog is some hundred thousand objects; walking them all every few requests costs
    tens of milliseconds each time, and would touch the pages that forked workers share.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
