"""The manifest's people, groups and work calendar."""

from __future__ import annotations

from datetime import time

import pytest

from engine.loading import catalog_from_texts, check_files, explain
from engine.metadata import Groups, Organization, People, WorkCalendar
from engine.source import TextFiles

MANIFEST = """\
product: {name: 物業}
organization: {entity: unit, code: code, head: head}
people: {entity: staff, user: account, unit: unit, manager: boss, post: job.name}
groups: {entity: team, code: code, members: members, user: member}
work_calendar:
  week: [sat, mon, tue]
  hours: ["08:00-12:00", "12:00-17:30"]
  days: {entity: day, date: date, works: works}
include: [m.yaml]
"""
MODULE = """\
module: m
label: 甲
entities:
  unit:
    label: 單位
    fields:
      code: {type: text, label: 編碼}
      parent: {type: link, to: unit, label: 上級}
      head: {type: link, to: user, label: 負責人}
  job: {label: 崗位, fields: {name: {type: text, label: 名稱}}}
  staff:
    label: 員工
    fields:
      name: {type: text, label: 姓名}
      account: {type: link, to: user, label: 賬號}
      unit: {type: link, to: unit, label: 單位}
      boss: {type: link, to: staff, label: 上級}
      job: {type: link, to: job, label: 崗位}
      born: {type: date, label: 生日}
  team:
    label: 小組
    fields:
      code: {type: text, label: 編碼}
      members: {type: lines, of: member, by: team, label: 成員}
  member:
    label: 成員
    part_of: team
    fields:
      team: {type: link, to: team, required: true, label: 小組}
      member: {type: link, to: user, label: 人員}
  day:
    label: 日子
    fields:
      date: {type: date, label: 日期}
      works: {type: boolean, label: 上班}
"""


def findings_with(old: str, new: str) -> list[str]:
    assert old in MANIFEST
    texts = {"models.yaml": MANIFEST.replace(old, new), "m.yaml": MODULE}
    _, found = check_files(TextFiles(texts))
    return [f"{one.at.line}:{one.at.column} {one.code}: {one.message}" for one in found]


def test_they_are_loaded() -> None:
    found = catalog_from_texts({"models.yaml": MANIFEST, "m.yaml": MODULE})

    assert found.organization == Organization(entity="unit", code="code", head="head")
    assert found.people == People(
        entity="staff", user="account", unit="unit", manager="boss", post="job.name"
    )
    assert found.groups == Groups(entity="team", code="code", members="members", user="member")
    assert found.calendar == WorkCalendar(
        week=(1, 2, 6),
        hours=((time(8), time(12)), (time(12), time(17, 30))),
        entity="day",
        date="date",
        works="works",
    )


def test_none_of_them_is_needed() -> None:
    found = catalog_from_texts({"models.yaml": "product: {name: 物業}\n"})

    assert (found.people, found.groups, found.calendar) == (None, None, WorkCalendar())


def test_they_are_explained() -> None:
    found = catalog_from_texts({"models.yaml": MANIFEST, "m.yaml": MODULE})

    [(_, value, place)] = explain(found, "manifest.people.manager")
    assert (value, str(place)) == ("boss", "models.yaml:3:52")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code: code, head: head}", "code: nope}", "2:36 unknown-field: 'unit' has no field"),
        ("code: code, head: head}", "code: parent}", "wrong-field: 'parent' must be a text or"),
        ("head: head", "head: code", "2:48 wrong-field: 'code' must be a link to 'user'"),
        ("entity: staff", "entity: stuff", "3:18 unknown-entity"),
        ("user: account", "user: boss", "wrong-field: 'boss' must be a link to 'user'"),
        ("unit: unit,", "unit: job,", "wrong-field: 'job' must be a link to 'unit'"),
        ("manager: boss", "manager: unit", "wrong-field: 'unit' must be a link to 'user' or to"),
        ("post: job.name", "post: job.nam", "unknown-field: 'job' has no field 'nam'"),
        ("post: job.name", "post: job", "wrong-field: 'job' must be a text or choice field"),
        ("post: job.name", "post: born", "wrong-field: 'born' must be a text or choice field"),
        ("organization: {entity: unit, code: code, head: head}\n", "", "bad-scope: 'people'"),
        ("entity: team", "entity: teams", "unknown-entity"),
        ("members: members", "members: code", "wrong-field: 'code' must be a lines field"),
        ("members, user: member", "members, user: team", "wrong-field: 'team' must be a link"),
        ("code: code, members", "code: members, members", "wrong-field: 'members' must be a text"),
        ("entity: day", "entity: days", "unknown-entity"),
        ("date: date", "date: works", "wrong-field: 'works' must be a date field"),
        ("works: works", "works: date", "wrong-field: 'date' must be a boolean field"),
        (", works: works", "", "missing-key"),
        ("[sat, mon, tue]", "[sat, moon]", "6:15 wrong-choice"),
        ("[sat, mon, tue]", "[sat, sat]", "named-twice"),
        ("[sat, mon, tue]", "[]", "wrong-value"),
        ('"08:00-12:00"', '"8-12"', "wrong-value"),
        ('"08:00-12:00"', '"08:00-25:00"', "wrong-value"),
        ('"12:00-17:30"', '"11:59-17:30"', "7:26 bad-hours: 11:59 is before 12:00"),
        ('"12:00-17:30"', '"17:30-12:00"', "7:26 bad-hours: work begins at 17:30"),
        ('"12:00-17:30"', '"18:00-18:00"', "bad-hours"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, said: str) -> None:
    found = findings_with(old, new)

    assert any(said in one for one in found), found
