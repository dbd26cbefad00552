"""Links by what people write: each distinct spelling is looked up once, in its surroundings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.exchange.importing.candidates import Candidates, load_candidates
from engine.exchange.importing.rows import Row
from engine.exchange.importing.spelling import as_text
from engine.exchange.importing.targets import Target
from engine.extension import Problem
from engine.metadata import Field
from engine.records import Workspace

Around = tuple[tuple[str, Any], ...]  # the values of the row that the link's filter reads


def resolve_links(
    work: Workspace,
    entity: str,
    rows: Sequence[Row],
    targets: Mapping[str, Target],
    paths: frozenset[str],
) -> None:
    """Put ids in the place of what was written; what is not found is a problem of its row.

    The links a filter reads are resolved first, so that building 3 is looked for in the
    estate of the same row. Rows in which such a link failed say nothing more.
    """
    links = [targets[p] for p in paths if targets[p].link]
    for target in _in_order(links):
        reads = [p for p in _reads(target) if p in paths]
        is_helped = any(p.startswith(f"{target.path}.") for p in paths)
        is_filtered = len(reads) == len(_reads(target))
        groups: dict[Around, list[Row]] = {}
        for row in rows:
            if target.path in row.given and _is_ready(row, target, reads):
                around = tuple((p, row.given.get(p)) for p in reads)
                groups.setdefault(around, []).append(row)
        for around, group in groups.items():
            found = _resolve(
                work, target, dict(around), group, filtered=is_filtered, helped=is_helped
            )
            if is_filtered and not target.is_helper:
                # they were read within the actor's rows and the link's filter
                values = tuple(value for _, value in around)
                for one in found:
                    work.memo[found_key(entity, target.path, one, values)] = []


def reads_of(field: Field) -> list[str]:
    """Return the fields of the written record that a link's filter reads, sorted."""
    formula = field.options.get("filter")
    if formula is None:
        return []
    return sorted({path[1] for path in formula.typed.paths if path[0] == "record"})


def found_key(entity: str, link: str, record_id: Any, around: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the key under which a workspace remembers that a link was found to be right."""
    return ("import link", entity, link, record_id, around)


def _reads(target: Target) -> list[str]:
    return [] if target.is_helper else reads_of(target.field)


def _in_order(links: Sequence[Target]) -> list[Target]:
    """Return helpers first, then each link after those its filter reads."""
    found = [one for one in links if one.is_helper]
    waiting = [one for one in links if not one.is_helper]
    while waiting:
        names = {one.path for one in waiting}
        free = [one for one in waiting if not names & (set(_reads(one)) - {one.path})] or waiting
        found += free
        waiting = [one for one in waiting if one not in free]
    return found


def _is_ready(row: Row, target: Target, reads: Sequence[str]) -> bool:
    """Tell whether the link can be looked up; else take it out, for that was said already."""
    if not row.problems:
        return True
    failed = {p.field for p in row.problems}
    before = {*reads, *(p for p in failed if p.startswith(f"{target.path}."))}
    if not failed & before:
        return True
    del row.given[target.path]
    return False


def _resolve(
    work: Workspace,
    target: Target,
    around: Mapping[str, Any],
    rows: Sequence[Row],
    *,
    filtered: bool,
    helped: bool,
) -> set[int]:
    path = target.path
    words = {as_text(row.given[path]) for row in rows}
    found = load_candidates(work, target.link, target.field, around, words, filtered=filtered)
    known: dict[Any, Any] = {}
    alone: dict[str, int] = {}  # spellings that name one record, whatever stands beside them
    for row in rows:
        given = row.given
        word = as_text(given.pop(path))
        answer = alone.get(word)
        if answer is not None:
            given[path] = answer
            continue
        beside = _beside(row, target)
        key = (word, tuple(sorted(beside.items())))
        if key not in known:
            known[key] = _find(found, target, word, beside, around)
        answer = known[key]
        if isinstance(answer, Problem):
            row.problems.append(answer)
            continue
        given[path] = answer
        if not helped and len(found.called(word)) == 1:
            alone[word] = answer
    return {answer for answer in known.values() if isinstance(answer, int)}


def _beside(row: Row, target: Target) -> dict[str, Any]:
    """Return the row's other links, by which records of the same name are told apart."""
    found = {p: v for p, v in row.given.items() if "." not in p and p != target.path}
    for path, value in row.given.items():
        if path.startswith(f"{target.path}."):
            found[f"!{path.split('.')[1]}"] = value
    return {k: v for k, v in found.items() if isinstance(v, int) and not isinstance(v, bool)}


def _find(
    found: Candidates,
    target: Target,
    word: str,
    beside: Mapping[str, int],
    around: Mapping[str, Any],
) -> int | Problem:
    ids = _strict(found, found.called(word), beside)
    if len(ids) > 1:
        ids = _narrowed(found, ids, beside)
    if len(ids) == 1:
        return ids[0]
    if ids:
        return _several(found, ids, target, word)
    if any(value is None for value in around.values()):
        text = "%(label)s '%(value)s' cannot be found without what it belongs to."
        return Problem(text, {"label": target.label, "value": word}, target.path, "unknown")
    near = found.near(word)
    if near:
        text = "There is no %(label)s '%(value)s'. Did you mean %(near)s?"
        params = {"label": target.label, "value": word, "near": "、".join(near)}
        return Problem(text, params, target.path, "unknown")
    text = "There is no %(label)s '%(value)s'."
    return Problem(text, {"label": target.label, "value": word}, target.path, "unknown")


def _strict(found: Candidates, ids: list[int], beside: Mapping[str, int]) -> list[int]:
    """Keep those that fit the helper columns of the row."""
    asked = {name[1:]: value for name, value in beside.items() if name.startswith("!")}
    return [i for i in ids if all(found.links[i].get(n) == v for n, v in asked.items())]


def _narrowed(found: Candidates, ids: list[int], beside: Mapping[str, int]) -> list[int]:
    """Keep those that share a link with the row, as far as that leaves any."""
    for name, value in beside.items():
        fitting = [i for i in ids if found.links[i].get(name) == value]
        ids = fitting or ids
    return ids


def _several(found: Candidates, ids: list[int], target: Target, word: str) -> Problem:
    which = "、".join(f"{found.titles[i]} (#{i})" for i in ids[:3])
    text = "Several %(label)s are called '%(value)s': %(which)s."
    params = {"label": target.label, "value": word, "which": which}
    return Problem(text, params, target.path, "ambiguous")
