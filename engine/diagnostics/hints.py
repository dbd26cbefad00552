"""Guess what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 24


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Say the nearest allowed word, and all that is allowed (24 at most)."""
    choices = sorted(set(allowed))
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    guess = f"did you mean '{near[0]}'? " if near else ""
    more = f" … and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    if not choices:
        return f"{guess}nothing is allowed here"
    return f"{guess}allowed: {', '.join(choices[:_SHOWN])}{more}"
