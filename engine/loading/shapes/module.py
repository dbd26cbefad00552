"""A module file: its menu, home items, prints and entities."""

from __future__ import annotations

from engine.loading.shapes.parts import (
    EXTRA,
    ICON,
    Schema,
    choice,
    flag,
    formula,
    label,
    listing,
    name,
    named,
    names,
    record,
)
from engine.loading.shapes.views import FORM, HOME_ITEM, LIST, MENU_ITEM, PAGE, PRINT

# Each field is checked again with the schema of its own type, so that messages are about it.
ANY_FIELD: Schema = {
    "title": "a field",
    "type": "object",
    "properties": {"type": {"type": "string"}},
    "required": ["type"],
}
FIELDS = named("the fields", ANY_FIELD, "Fields by name, in the order of the form.")

CHECK = record(
    "a check",
    {
        "that": formula("What must be true; no value counts as true."),
        "message": label("What the clerk reads when it is not."),
        "field": name("The field the message stands at."),
    },
    ("that", "message"),
)

INDEX_KEYS: dict[str, Schema] = {
    "fields": names("Fields, the most selective first.") | {"minItems": 1},
    "where": formula("Only records that satisfy this count."),
}
UNIQUE = record(
    "a unique rule",
    {**INDEX_KEYS, "message": label("What the clerk reads when it is taken.")},
    ("fields",),
)
INDEX = record("an index", INDEX_KEYS, ("fields",))

BUTTON = record(
    "a button",
    {
        "label": label(),
        "icon": ICON,
        "color": choice(
            "How it looks.", "", "primary", "secondary", "success", "warning", "danger"
        ),
        "when": formula("Offered and accepted only on such records."),
        "why_not": label("Shown on the grey button when `when` is false."),
        "confirm": label("A question asked first."),
        "ask": named("the fields of a dialog", ANY_FIELD, "Fields of a dialog opened first."),
        "set": {
            "title": "the changes",
            "type": "object",
            "additionalProperties": formula("The new value; may read `ask.`."),
            "description": "What it changes in the record: field -> formula.",
        },
        "action": name("A plugin's function, 'plugin.function', in the same transaction."),
        "bulk": flag("Offered above a list for many records."),
        "list_only": flag("Offered above the list with no record chosen."),
        "preview": flag("Shows what its action would do, and asks again, before it is done."),
    },
    ("label",),
)

RIGHTS: Schema = {
    "title": "the rights of a role",
    "type": ["array", "object"],
    "items": {"type": "string", "minLength": 1},
    "uniqueItems": True,
    "properties": {
        "can": names("Actions, and names of buttons."),
        "rows": choice("Which records.", "unit", "all", "own", "department"),
        "where": formula("Rows must satisfy this too."),
        "hide": names("Fields this role does not see."),
        "read_only": names("Fields this role sees and may not change."),
        "reveal": names("Masked fields it may reveal."),
    },
    "required": ["can"],
    "additionalProperties": False,
    "description": "A list of actions, or a map with limits.",
}

ENTITY = record(
    "an entity",
    {
        "label": label(),
        "icon": ICON,
        "title": name("The field that names a record; the first field if not given."),
        "subtitle": names("Fields shown small beside the title."),
        "search": names("Fields that the search box reads; the title if not given, [] for none."),
        "search_links": names("Links whose records' own search words a list's box finds too."),
        "scope": {
            "type": "string",
            "description": "Path of links to the unit that owns a record; '' is shared by all.",
        },
        "own": name("Link field to a user: whose record it is."),
        "department": name("Path of links to the unit of the row rule 'department'."),
        "parent": name("The link field that makes a tree."),
        "part_of": name("The link field to the record whose lines these are."),
        "written_by": choice("Who writes it.", "people", "plugins"),
        "lock_when": formula("Then the record is closed."),
        "lock_except": names("Fields that may change all the same."),
        "delete": choice("Which records may be deleted.", "unused", "never"),
        "audit": flag("Changes are kept in the history.", default=True),
        "comments": flag("People may comment.", default=True),
        "attachments": flag("People may attach files.", default=True),
        "renamed_from": name("The entity's name before; its data is kept."),
        "fields": FIELDS | {"minProperties": 1},
        "checks": named("the checks", CHECK, "Conditions of every saved record, by name."),
        "unique": listing(UNIQUE, "What no two records may share."),
        "indexes": listing(INDEX, "What the database is to find fast."),
        "list": LIST,
        "form": FORM,
        "page": PAGE,
        "buttons": named("the buttons", BUTTON, "What can be done with a record, by name."),
        "rights": named("the rights", RIGHTS, "Who may do what, by role."),
        "extra": EXTRA,
    },
    ("label", "fields"),
)

MODULE_SCHEMA = record(
    "a module",
    {
        "module": name("The module's name."),
        "label": label(),
        "icon": ICON,
        "menu": listing(MENU_ITEM, "Entries in order; every entity that is no line if not given."),
        "home": named("the home items", HOME_ITEM, "Cards of the home page, by name."),
        "prints": named("the prints", PRINT, "Printed documents, by name."),
        "entities": named("the entities", ENTITY, "Entities by name."),
    },
    ("module", "label"),
    "One business area.",
) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
