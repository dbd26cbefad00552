"""Put parser events together to values and places; refuses what YAML offers beyond data."""

from __future__ import annotations

from typing import Any

from yaml import events

from engine.diagnostics import Diagnostic, Place
from engine.source.document import Entry, Spot, Tree
from engine.source.scalars import plain_value

MAX_DEPTH = 40
MAX_NODES = 200_000


class Stopped(Exception):
    """Reading on would only give false errors."""


class _Open:
    """A map or list whose end has not come yet."""

    __slots__ = ("is_map", "key", "key_spot", "spot", "tree", "value")

    def __init__(self, value: Any, spot: Spot) -> None:
        self.value = value
        self.is_map = isinstance(value, dict)
        self.spot = spot
        self.tree: Tree = {}
        self.key: str | None = None  # in a map: the key that waits for its value
        self.key_spot = spot


class Builder:
    """Takes events one by one. Iterative, so that no nesting can exhaust the stack."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Diagnostic] = []
        self._nodes = 0
        self._documents = 0
        self._stack: list[_Open] = [_Open([], Spot(1, 1))]
        self._take = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._start_map,
            events.SequenceStartEvent: self._start_list,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Take the next event.

        Raises:
            Stopped: nothing after this can be read; `found` says why.
        """
        handler = self._take.get(type(event))
        if handler is not None:
            handler(event)

    def result(self) -> tuple[Any, Entry]:
        """Return the document's value and its places; an empty one is None at the beginning."""
        root = self._stack[0]
        if not root.value:
            return None, Entry(Spot(1, 1), Spot(1, 1), None)
        return root.value[0], root.tree[0]

    def _scalar(self, event: Any) -> None:
        self._check_node(event)
        top = self._stack[-1]
        spot = _spot_of_scalar(event)
        if top.is_map and top.key is None:
            self._key(top, event, spot)
        else:
            value = event.value if event.style else plain_value(event.value)
            self._add(top, value, spot, None)

    def _key(self, top: _Open, event: Any, spot: Spot) -> None:
        if event.value == "<<" and not event.style:
            self._refuse(spot, "yaml-merge", "'<<' (merge) is not used here", "write the keys out")
        elif event.value == "":
            self._refuse(spot, "yaml-key", "a key is missing before ':'", "write key: value")
        top.key = event.value
        top.key_spot = spot

    def _start_map(self, event: Any) -> None:
        self._start(event, {})

    def _start_list(self, event: Any) -> None:
        self._start(event, [])

    def _start(self, event: Any, value: Any) -> None:
        self._check_node(event)
        mark = event.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        top = self._stack[-1]
        if top.is_map and top.key is None:
            hint = "write a plain word before ':'; quote a text that begins with '{' or '['"
            self._stop(spot, "yaml-key", "a key must be a plain text", hint)
        if len(self._stack) > MAX_DEPTH:
            hint = "describe it in fewer levels"
            self._stop(spot, "too-big", f"more than {MAX_DEPTH} levels inside each other", hint)
        self._stack.append(_Open(value, spot))

    def _end(self, _event: Any) -> None:
        done = self._stack.pop()
        self._add(self._stack[-1], done.value, done.spot, done.tree)

    def _add(self, top: _Open, value: Any, spot: Spot, tree: Tree | None) -> None:
        if not top.is_map:
            top.tree[len(top.value)] = Entry(spot, spot, tree)
            top.value.append(value)
            return
        key, top.key = top.key, None
        assert key is not None
        first = top.tree.get(key)
        if first is not None:
            self._duplicate(key, first.key, top.key_spot)
            return
        top.value[key] = value
        top.tree[key] = Entry(top.key_spot, spot, tree)

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        message = f"'*{event.anchor}' (alias) is not used here"
        self._refuse(spot, "yaml-anchor", message, "write the value out; quote a text with '*'")
        top = self._stack[-1]
        if top.is_map and top.key is None:
            raise Stopped
        self._add(top, None, spot, None)

    def _document(self, event: Any) -> None:
        self._documents += 1
        mark = event.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        if self._documents > 1:
            hint = "delete the line '---', or make it a file of its own"
            self._stop(spot, "several-documents", "a second document begins here", hint)
        if event.version or event.tags:
            self._refuse(spot, "yaml-tag", "a '%' line is not used here", "delete it")

    def _check_node(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            hint = "split the file into several modules"
            message = f"more than {MAX_NODES:,} values in one file"
            self._stop(_begin(event), "too-big", message, hint)
        if event.anchor is not None:
            message = f"'&{event.anchor}' (anchor) is not used here"
            hint = "write the value out where it is needed; quote a text with '&'"
            self._refuse(_begin(event), "yaml-anchor", message, hint)
        if event.tag is not None:
            message = f"'{_tag(event.tag)}' (tag) is not used here"
            hint = "delete it; quote a text with '!'"
            self._refuse(_begin(event), "yaml-tag", message, hint)

    def _duplicate(self, key: str, first: Spot, second: Spot) -> None:
        hint = f"first written at {self._place(first)}; keep one of them"
        self._refuse(second, "duplicate-key", f"'{key}' is written twice in one map", hint)

    def _refuse(self, spot: Spot, code: str, message: str, hint: str) -> None:
        self.found.append(Diagnostic(self._place(spot), code, message, hint))

    def _stop(self, spot: Spot, code: str, message: str, hint: str) -> None:
        self._refuse(spot, code, message, hint)
        raise Stopped

    def _place(self, spot: Spot) -> Place:
        return Place(self.file, spot.line, spot.column)


def _begin(event: Any) -> Spot:
    return Spot(event.start_mark.line + 1, event.start_mark.column + 1)


def _tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _spot_of_scalar(event: Any) -> Spot:
    start, end = event.start_mark, event.end_mark
    shift = -1
    if start.line == end.line:
        quotes = 2 if event.style else 0
        if end.column - start.column == len(event.value) + quotes:
            shift = quotes // 2
    return Spot(start.line + 1, start.column + 1, shift)
