from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.loading import check_files
from engine.source import TextFiles
from tests.loading.flow_project import TEXTS as FLOWS
from tests.loading.projects import TEXTS

WORDS = ["room", "no", "estate", "x", "房", "5", "-1", "true", "null", "''", "[]", "{}", "user"]
SIGNS = ["a.b", "a ==", "[no, 5]", "{a: {b: [c]}}", "0.5", "text", "link", "lines", "record.x"]
LINES = [(name, i) for name, text in TEXTS.items() for i in range(len(text.splitlines()))]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_project_with_any_value_replaced_gives_findings_and_no_crash(data: st.DataObject) -> None:
    name, number = data.draw(st.sampled_from(LINES))
    lines = TEXTS[name].splitlines()
    parts = lines[number].split(": ")
    position = data.draw(st.integers(0, len(parts) - 1))
    parts[position] = data.draw(st.sampled_from([*WORDS, *SIGNS]))
    lines[number] = ": ".join(parts)
    catalog, found = check_files(TextFiles({**TEXTS, name: "\n".join(lines) + "\n"}))

    assert (catalog is None) == any(d.is_error for d in found)
    assert all(d.at.line >= 1 and d.at.column >= 1 for d in found)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LINES))
def test_a_project_with_any_line_missing_gives_findings_and_no_crash(line: tuple[str, int]) -> None:
    name, number = line
    lines = TEXTS[name].splitlines()
    del lines[number]

    check_files(TextFiles({**TEXTS, name: "\n".join(lines) + "\n"}))


FLOW_LINES = [
    (name, i)
    for name, text in FLOWS.items()
    if name.startswith("workflows/")
    for i in range(len(text.splitlines()))
]
FLOW_WORDS = ["gm", "initiator.manager", "role:legal", "all", "{at_least: 9}", "2 days", "legal"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flow_with_any_value_replaced_gives_findings_and_no_crash(data: st.DataObject) -> None:
    name, number = data.draw(st.sampled_from(FLOW_LINES))
    lines = FLOWS[name].splitlines()
    parts = lines[number].split(": ")
    position = data.draw(st.integers(0, len(parts) - 1))
    parts[position] = data.draw(st.sampled_from([*WORDS, *SIGNS, *FLOW_WORDS]))
    lines[number] = ": ".join(parts)
    catalog, found = check_files(TextFiles({**FLOWS, name: "\n".join(lines) + "\n"}))

    assert (catalog is None) == any(d.is_error for d in found)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FLOW_LINES))
def test_a_flow_with_any_line_missing_gives_findings_and_no_crash(line: tuple[str, int]) -> None:
    name, number = line
    lines = FLOWS[name].splitlines()
    del lines[number]

    check_files(TextFiles({**FLOWS, name: "\n".join(lines) + "\n"}))
