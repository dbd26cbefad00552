"""Lists, forms, record pages, menus, home items and prints."""

from __future__ import annotations

from engine.loading.shapes.parts import (
    EXTRA,
    ICON,
    choice,
    flag,
    formula,
    label,
    listing,
    name,
    named,
    names,
    record,
    word,
)

VIEW = record(
    "a saved filter",
    {
        "label": label(),
        "filter": formula("Which records it shows."),
        "sort": names("Fields; '-name' for descending."),
        "columns": names("Fields and paths; the list's if not given."),
    },
    ("label",),
)

LIST = record(
    "a list",
    {
        "columns": names("Fields and paths such as building.name."),
        "filters": names("Fields and paths offered as filters."),
        "sort": names("Fields; '-name' for descending."),
        "totals": names("Numeric columns summed below the list."),
        "card": record(
            "a card",
            {
                "title": name("A field; the entity's title if not given."),
                "subtitle": names("Fields below the title."),
                "badge": name("A choice field shown as a badge."),
                "amount": name("A numeric field shown at the right."),
            },
            doc="How a record looks on a phone and on a board.",
        ),
        "views": named("the saved filters", VIEW, "Saved filters by name, shown as tabs."),
        "board": record(
            "a board",
            {"by": name("The choice field of its columns.")},
            ("by",),
            "Records as cards in columns; moving a card changes the field.",
        ),
        "calendar": record(
            "a calendar",
            {
                "start": name("The date field a record begins at."),
                "end": name("The date field it ends at."),
            },
            ("start",),
            "Records on the days they last.",
        ),
        "tree": flag("Drawn as a tree over the entity's parent field."),
        "edit_inline": names("Columns that may be changed in the list."),
    },
)

SECTION = record(
    "a section",
    {
        "label": label(),
        "fields": names("Fields in order.") | {"minItems": 1},
        "visible_when": formula("Only then it is shown."),
    },
    ("fields",),
)
TAB = record(
    "a tab",
    {
        "name": name("Unique in the form."),
        "label": label(),
        "sections": listing(SECTION, "Groups of fields, in order."),
    },
    ("name", "label", "sections"),
)
FORM = record(
    "a form",
    {
        "tabs": listing(TAB, "Pages of the form."),
        "sections": listing(SECTION, "Groups of fields, when there are no tabs."),
    },
)

RELATED = record(
    "a related list",
    {
        "entity": name("The entity whose records are listed."),
        "by": name("Its link field that points here."),
        "label": label(),
        "columns": names("Its fields and paths."),
        "filter": formula("Which of them; `record.` is the record of the page."),
        "sort": names("Its fields; '-name' for descending."),
    },
    ("entity", "by"),
)
PAGE = record(
    "a page",
    {
        "facts": names("Fields on top."),
        "sections": listing(SECTION, "Groups of fields; the form's if not given."),
        "related": listing(RELATED, "Lists of records that link here."),
    },
)

MENU_ITEM = record(
    "a menu item",
    {
        "label": label(),
        "icon": ICON,
        "entity": name("Opens this entity's list …"),
        "view": name("… with this saved filter."),
        "screen": name("Opens a plugin's screen, 'plugin.page'."),
        "report": name("Opens a report."),
        "shortcut": names("Roles that find it on their home page too."),
    },
)

HOME_ITEM = record(
    "a home item",
    {
        "label": label(),
        "entity": name("What is counted, summed or listed."),
        "filter": formula("Which records."),
        "show": choice("What the card shows.", "count", "sum", "list"),
        "field": name("What is summed."),
        "columns": names("What is listed."),
        "roles": names("Who sees it; without it, all who may read the entity."),
        "icon": ICON,
        "color": word("A colour of the theme.", "blue"),
    },
    ("label", "entity"),
)

PRINT = record(
    "a print",
    {
        "label": label(),
        "entity": name("What is printed."),
        "template": name("A Typst file, relative to the project's root."),
        "fields": names("Fields and paths given to the template; all if not given."),
        "group_by": name("One document per value of this path."),
        "where": formula("Only such records can be printed."),
        "marks_reprint": flag("A second print says so."),
        "extra": EXTRA,
    },
    ("label", "entity", "template"),
)
