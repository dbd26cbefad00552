"""What the manifest says of people: where they work, their groups, when work is done."""

from __future__ import annotations

from engine.loading.shapes.parts import Schema, name, record
from engine.metadata.catalog import WEEKDAYS

PEOPLE = record(
    "the people",
    {
        "entity": name("The entity whose records say where a person works."),
        "user": name("Its link to `user`: the account."),
        "unit": name("Its link to the organization's entity."),
        "manager": name("Its link to the person above, or to that `user`; else the unit's head."),
        "post": name("The text or choice field, or a path to one, that names the post."),
        "phone": name("The field that text messages go to."),
    },
    ("entity", "user", "unit"),
    "Who stands above whom; flows ask it.",
)

GROUPS = record(
    "the groups",
    {
        "entity": name("The entity whose records are groups of people."),
        "code": name("The field by which flows name a group."),
        "members": name("Its lines field."),
        "user": name("The link to `user` in those lines."),
    },
    ("entity", "code", "members", "user"),
    "Groups of people that flows may name.",
)

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_WEEK: Schema = {
    "type": "array",
    "items": {"enum": list(WEEKDAYS)},
    "uniqueItems": True,
    "minItems": 1,
    "description": "The days that are worked, such as [mon, tue]; Monday to Friday if not given.",
}
_HOURS: Schema = {
    "type": "array",
    "items": {"type": "string", "pattern": f"^{_CLOCK}-{_CLOCK}$"},
    "minItems": 1,
    "description": "The hours of such a day, in order, such as '09:00-12:00'.",
}
_DAYS = record(
    "the single days",
    {
        "entity": name("The entity whose records are days that differ from the week."),
        "date": name("Its date field; one record for each day."),
        "works": name("Its boolean field: that day is worked."),
    },
    ("entity", "date", "works"),
    "Holidays, and days of a weekend that are worked.",
)

WORK_CALENDAR = record(
    "the work calendar",
    {"week": _WEEK, "hours": _HOURS, "days": _DAYS},
    (),
    "When the company works; workdays and workhours of deadlines are counted on it.",
)
