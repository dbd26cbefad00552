"""Estates, buildings and rooms: numbers, the generator, merges, ownership, plans.

Importing the package registers its listeners, actions and screens.
"""

from plugins.estate import (
    estates,
    generator_screen,
    ownership,
    plan_screen,
    room_changes,
    rooms,
    transfers,
)

__all__ = [
    "estates",
    "generator_screen",
    "ownership",
    "plan_screen",
    "room_changes",
    "rooms",
    "transfers",
]
