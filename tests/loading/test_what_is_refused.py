"""Wrong changes to a right project; the golden texts are in tests/errors."""

from __future__ import annotations

import pytest

from tests.loading.projects import findings_of, findings_with


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: no", "title: nr", "unknown-field: 'room' has no field 'nr'"),
        ("scope: estate.office", "scope: estate", "bad-scope"),
        ("scope: estate.office", "scope: estate.name", "bad-scope"),
        ("scope: estate.office", "scope: estate.offise", "unknown-field"),
        ("own: keeper", "own: estate", "wrong-field: 'estate' must be a link to 'user'"),
        ("own: keeper", "parent: estate", "wrong-field: 'estate' must be a link to 'room' itself"),
        ("own: keeper", "part_of: no", "wrong-field: 'no' must be a link"),
        ("own: keeper", "subtitle: [estate.city]", "unknown-field"),
        ("own: keeper", "search: [area]", "wrong-field: 'area' must be a text field"),
        ("own: keeper", "search_links: [no]", "wrong-field: 'no' must be a link"),
        ("own: keeper", "lock_except: [nope]", "unknown-field"),
        ("own: keeper", "renamed_from: estate", "bad-rename"),
        ("own: keeper", "department: no", "bad-scope"),
        ("to: estate,", "to: estat,", "unknown-entity"),
        ("of: room_key", "of: room_kee", "unknown-entity"),
        ("by: room,", "by: code,", "bad-option"),
        ("record.estate", "record.estat", "unknown-name: 'record' has no 'estat'"),
        ('"estate == record.estate"', "no == record.estate", "formula-type"),
        ("default_formula: user.id", "default_formula: no", "formula-type"),
        ("default_formula: user.id", "default_formula: old.keeper", "unknown-name"),
        ("default_formula: user.id", "default_formula: estate", "formula-type: 'keeper' needs"),
        ("default: vacant", "default: empty", "bad-default"),
        ("count(keys)", "keys + 1", "formula-lines"),
        ("round(price * area, 2)", "user.id", "unknown-name"),
        ("round(price * area, 2)", "neighbour.total", "compute-cycle"),
        ("round(price * area, 2)", "total + 1", "compute-cycle"),
        ("old.area", "old.aria", "unknown-name: 'old' has no 'aria'"),
        ("field: area}", "field: areas}", "unknown-field"),
        ("fields: [estate, no]", "fields: [estate, nr]", "unknown-field"),
        ("fields: [estate, no]", "fields: [key_count]", "wrong-field"),
        ("where: \"state != 'sold'\"", "where: estate.name is None", "unknown-name"),
        ("estate.manager.name", "estate.manager.nme", "unknown-field: 'user' has no field 'nme'"),
        ("estate.manager.name", "keys", "wrong-field: 'keys' has many values"),
        ("estate.manager.name", "keys.code", "not-a-link"),
        ("filters: [state", "filters: [estate.stat", "unknown-field"),
        ("sort: [-area", "sort: [-aera", "unknown-field"),
        ("sort: [-area, no]", "tree: true", "missing-key: a tree needs the key 'parent'"),
        ("sort: [-area, no]", "board: {by: no}", "wrong-field: 'no' must be a choice field"),
        ("sort: [-area, no]", "calendar: {start: no}", "wrong-field: 'no' must be a date field"),
        ("sort: [-area, no]", "card: {badge: area}", "wrong-field"),
        ("sort: [-area, no]", "card: {amount: no}", "wrong-field"),
        ("sort: [-area, no]", "edit_inline: [total]", "wrong-field"),
        ("sort: [-area, no]", "edit_inline: [area]", "unknown-column"),
        ("by: neighbour", "by: estate", "wrong-field: 'estate' must be a link to 'room'"),
        ("{entity: room, by: neigh", "{entity: roon, by: neigh", "unknown-entity"),
        ("price: ask.price", "price: ask.prise", "unknown-name: 'ask' has no 'prise'"),
        ("price: ask.price", "prise: ask.price", "unknown-field: 'room' has no field 'prise'"),
        ("price: ask.price", "total: ask.price", "wrong-field: a button cannot set 'total'"),
        ("state: \"'sold'\"", "state: \"'gone'\"", "unknown-option"),
        ("can: [read", "can: [raed", "unknown-right"),
        ("rows: unit", "hide: [nope]", "unknown-field"),
        ("rows: unit", "reveal: [no]", "wrong-field: 'no' is not masked"),
        ("rows: unit", "rows: department", "missing-key"),
        ("includes: [staff]", "includes: [stuff]", "unknown-role"),
        ("includes: [staff]", "includes: [clerk]", "role-cycle"),
        ("home: [vacant]", "home: [vacnt]", "unknown-home"),
        ("roles: [clerk]", "roles: [clerc]", "unknown-role"),
        ("organization: {entity: unit}", "organization: {entity: units}", "unknown-entity"),
        ("entity: unit}", "entity: unit, parent: name}", "wrong-field"),
        ("icon: door", "form: {sections: [{fields: [no, no]}]}", "named-twice"),
        ("icon: door", "form: {sections: [{fields: [no, keys]}]}", "lines-alone"),
        ("icon: door", "form: {sections: [{fields: [estate.name]}]}", "unknown-field"),
        ("icon: door", "page: {facts: [nope]}", "duplicate-key"),
        ("label: 已售}}", "label: 已售, pick: [nobody]}}", "unknown-role"),
        ("min: 0.01", "fetch: estate.name", "wrong-field: 'area' holds a number"),
        ("min: 0.01", "fetch: estate.nme", "unknown-field"),
        ("min: 0.01", "fetch: no", "not-a-link"),
        ("min: 0.01", "renamed_from: price", "bad-rename"),
        ("min: 0.01", "stored: true", "conflicting-keys"),
        ("min: 0.01", "default: 1, default_formula: 2", "conflicting-keys"),
        ("stored: true", "required: true", "conflicting-keys"),
        ("stored: true", "unique: true", "conflicting-keys"),
        ("by: room, label", "by: room, unique: true, label", "conflicting-keys"),
        ("required: true, default_formula: price", "compute: price", "conflicting-keys"),
    ],
)
def test_a_wrong_change_is_named(old: str, new: str, said: str) -> None:
    found = findings_with(old, new)

    assert any(said in one for one in found), found


def test_a_formula_error_points_into_the_text() -> None:
    found = findings_with("state == 'vacant'\", roles", "stat == 'vacant'\", roles")

    assert found == ["5:46 unknown-name: 'stat' is not known here"]


def test_a_formula_over_several_lines_is_pointed_at_as_a_whole() -> None:
    module = findings_of(
        "module: m\nlabel: 甲\nentities:\n  a:\n    label: 甲\n    fields:\n      n:\n"
        "        type: text\n        label: 名\n        visible_when: |\n          n is None\n"
        "          and m is None\n"
    )

    assert module == ["10:23 unknown-name: 'm' is not known here"]


def test_one_wrong_entity_does_not_hide_another() -> None:
    module = (
        "module: m\nlabel: 甲\nentities:\n"
        "  a: {label: 甲, title: x, fields: {n: {type: text, label: 名}}}\n"
        "  b: {label: 乙, own: n, fields: {n: {type: link, to: c, label: 名}}}\n"
    )

    assert [one.split(":")[1].split(" ")[1] for one in findings_of(module)] == [
        "unknown-field",
        "wrong-field",
        "unknown-entity",
    ]


def test_a_link_to_an_unknown_entity_is_said_once() -> None:
    module = (
        "module: m\nlabel: 甲\nentities:\n"
        "  a:\n    label: 甲\n    fields:\n      n: {type: link, to: b, label: 名}\n"
        "    list: {columns: [n, n.x]}\n"
    )

    assert findings_of(module) == ["7:27 unknown-entity: there is no entity 'b'"]


@pytest.mark.parametrize("value", ["", "text", "[1]", "5", "true", "{a: 1}"])
@pytest.mark.parametrize("key", ["module", "label", "menu", "home", "prints", "entities", "icon"])
def test_any_value_in_any_place_gives_findings_and_no_crash(key: str, value: str) -> None:
    parts = {"module": "m", "label": "甲"} | {key: value}

    findings_of("".join(f"{name}: {one}\n" for name, one in parts.items()))


@pytest.mark.parametrize("value", ["", "text", "[x]", "5", "true", "{a: 1}", "{a: {b: 1}}"])
@pytest.mark.parametrize(
    "key",
    [
        *("label", "title", "subtitle", "scope", "fields", "checks", "unique", "indexes", "list"),
        *("form", "page", "buttons", "rights", "lock_when", "lock_except", "extra", "own"),
    ],
)
def test_any_value_in_any_key_of_an_entity_gives_no_crash(key: str, value: str) -> None:
    entity = {"label": "甲", "fields": "{n: {type: text, label: 名}}"} | {key: value}
    lines = "".join(f"    {name}: {one}\n" for name, one in entity.items())

    findings_of(f"module: m\nlabel: 甲\nentities:\n  a:\n{lines}")
