"""The root manifest models.yaml."""

from __future__ import annotations

from engine.loading.shapes.parts import label, name, named, names, record, word
from engine.loading.shapes.people import GROUPS, PEOPLE, WORK_CALENDAR

PRODUCT = record(
    "the product",
    {
        "name": label("What the installation is called."),
        "languages": names("Language codes in order of preference, such as zh_Hant.")
        | {"minItems": 1},
        "default_language": name("The language of labels written as one text; zh_Hant."),
        "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "Three capital letters, such as CNY.",
        },
        "time_zone": word("The company's zone, such as Asia/Shanghai.", "Asia/Shanghai"),
    },
    ("name",),
)

ORGANIZATION = record(
    "the organization",
    {
        "entity": name("The entity whose records are the units of the company."),
        "parent": name("The link field that makes its tree; 'parent' if not given."),
        "code": name("The field by which flows name a unit; its title if not given."),
        "head": name("The link field to the user who heads a unit."),
    },
    ("entity",),
    "The tree that data scopes are drawn over.",
)

ROLE = record(
    "a role",
    {
        "label": label(),
        "includes": names("Roles whose rights this one has too."),
        "home": names("Home items in order; without it, all that the role may see."),
    },
    ("label",),
)

MANIFEST_SCHEMA = record(
    "the manifest",
    {
        "product": PRODUCT,
        "organization": ORGANIZATION,
        "people": PEOPLE,
        "groups": GROUPS,
        "work_calendar": WORK_CALENDAR,
        "plugins": names("Folders below plugins/, loaded at start."),
        "roles": named("the roles", ROLE, "Roles by name."),
        "include": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Module files in menu order; '*' and '**' match several.",
        },
    },
    ("product",),
    "The root of a project.",
) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
