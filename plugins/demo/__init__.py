"""A demo company that a property manager would believe, made from a seed; with its books.

`generate` is pure: the same seed and day give the same rows. `load` writes them with COPY.
All people, companies and numbers are made up: identity numbers carry the area code 99,
which no place has, and telephone numbers a prefix that no carrier uses.
"""

from plugins.demo.company import Company, generate
from plugins.demo.history import load_history
from plugins.demo.loading import employ, load, set_managers
from plugins.demo.sample import group
from plugins.demo.users import DemoUser

__all__ = [
    "Company",
    "DemoUser",
    "employ",
    "generate",
    "group",
    "load",
    "load_history",
    "set_managers",
]
