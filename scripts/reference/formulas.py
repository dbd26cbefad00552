"""The language of formulas, and the filters in addresses."""

from __future__ import annotations

from engine.expressions import free_functions
from engine.loading.builtin import ACTOR_FIELDS
from engine.records.filters import SUFFIXES
from engine.records.periods import PERIODS
from scripts.reference import NOTE


def formulas() -> str:
    """Return the rules of the language and its functions."""
    rows = ["| function | result | 說明 |", "|---|---|---|"]
    for one in free_functions():
        cells = (f"`{one.signature}`", one.doc, one.doc_zh_hant)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    actor = ", ".join(f"`user.{name}`" for name in ACTOR_FIELDS)
    return f"""{NOTE}# Formulas

One language for conditions, computed values, row rules and filters. It looks like Python and is
not: it is checked against the fields when the metadata is loaded, and runs in the app and in
PostgreSQL with the same results.

- Numbers (exact decimals), texts in quotes, `true`, `false`, `None`.
- `+ - * /`, `== != < <= > >=`, `in`, `not in`, `is None`, `and`, `or`, `not`, `a if condition else b`.
- A name is a field of the record; `owner.phone` goes over a link, at most five of them.
- {actor}: who acts. `old.x`: the value before the change, in checks and `read_only_when`.
  `ask.x`: an answer in a button's dialog. `record.x`: in the `filter` of a link or related list,
  the record being edited.
- No value spreads as in SQL: `None + 1` is no value, `None > 1` is neither yes nor no. A condition
  holds only when it is true; a check is broken only when it is false. Division by zero gives no
  value in a query and an error where a value would be kept.
- At most 500 parts, 50 levels deep; no lists, no calls on values, no loops.

{chr(10).join(rows)}
"""  # noqa: E501


_SUFFIX_MEANING = {
    "from": "at least that much, from that day on",
    "to": "at most that much, up to and with that day",
    "has": "contains the text, in any spelling",
    "empty": "`1`: without a value; `0`: with one",
    "under": "a link: that record or one below it in its tree",
    "not": "anything but these",
}


def filters() -> str:
    """Return the arguments that choose records."""
    suffixes = "\n".join(f"| `f.field.{s}=` | {_SUFFIX_MEANING[s]} |" for s in SUFFIXES)
    periods = ", ".join(f"`{name}`" for name in PERIODS)
    return f"""{NOTE}# Filters in addresses

A list's address carries its filters, on screen and under `/api/v1`. All that are given must hold.

| argument | records whose field |
|---|---|
| `f.field=a&f.field=b` | is a or b; a period for a date |
{suffixes}
| `where=` | satisfy a [formula](formulas.md), with and, or, not and brackets |
| `q=` | have the words in a search field |
| `view=` | are those of a saved filter |

`field` may be a path such as `estate.office`.

Periods for dates: {periods}.
"""
