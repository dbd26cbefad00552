"""Ways in which a file of metadata gets broken: by a slip, a bad merge, another program, malice."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

Draw = st.DataObject
_VALUES = [
    *("x", "5", "-1", "true", "null", "''", "[]", "{}", "~", "0x1F", "1e999", ".nan", "房"),
    *("2026-02-30", "[a, [b]]", "{a: {b: 1}}", "*a", "&a x", "!!int x", "!x y", "{<<: {a: 1}}"),
    *('"\\0"', "|", ">", "- - -", "@", "%", "`", "9" * 40, "record.x.y.z", "((((", "a" * 3000),
    *("user", "lines", "link", "text", "a.b", "a ==", "[no, no]", "-id", "__class__"),
]
_SIGNS = [*"{}[]:,#&*!|>@%`\"'-?\t\r\\", "\x00", "\ufeff", "\u2028", "\ufffe"]
_LAUGHS = "".join(f"l{i}: &l{i} [{f'*l{i - 1}, ' * 9}x]\n" for i in range(1, 12))
_CYCLE = "round: &round\n  again: *round\n"


def _lines(change: Callable[[Draw, list[str], int], None]) -> Callable[[Draw, bytes], bytes]:
    """Turn a change of some line into one of a file."""

    def apply(data: Draw, raw: bytes) -> bytes:
        lines = raw.decode(errors="surrogateescape").split("\n")
        change(data, lines, data.draw(st.integers(0, len(lines) - 1)))
        return "\n".join(lines).encode(errors="surrogateescape")

    return apply


def _value(data: Draw, lines: list[str], at: int) -> None:
    key = re.match(r"\s*[\w-]+: ?", lines[at])
    lines[at] = (key[0] if key else "") + data.draw(st.sampled_from(_VALUES))


def _word(data: Draw, lines: list[str], at: int) -> None:
    words = list(re.finditer(r"[\w.]+", lines[at]))
    if words:
        word = data.draw(st.sampled_from(words))
        new = data.draw(st.sampled_from(_VALUES))
        lines[at] = lines[at][: word.start()] + new + lines[at][word.end() :]


def _again(data: Draw, lines: list[str], at: int) -> None:
    """A block stands twice, or a block stands where another belongs."""
    block = lines[at : at + data.draw(st.integers(1, 12))]
    to = data.draw(st.integers(0, len(lines)))
    lines[to:to] = block


def _gone(data: Draw, lines: list[str], at: int) -> None:
    del lines[at : at + data.draw(st.integers(1, 8))]


def _indented(data: Draw, lines: list[str], at: int) -> None:
    lines[at] = data.draw(st.sampled_from(["\t", " ", "   ", "  \t"])) + lines[at].lstrip()


def _unknown_key(data: Draw, lines: list[str], at: int) -> None:
    depth = len(lines[at]) - len(lines[at].lstrip())
    lines.insert(at, " " * depth + data.draw(st.sampled_from(["nope: 1", "<<: {a: 1}", "? [a]"])))


def _bomb(data: Draw, lines: list[str], at: int) -> None:
    deep = "[" * 60 + "]" * 60
    lines.insert(at, data.draw(st.sampled_from([_LAUGHS, _CYCLE, deep, "{a: " * 50])))


def _swapped(data: Draw, lines: list[str], at: int) -> None:
    """One word of the file is everywhere another of its words."""
    words = sorted({w for line in lines for w in re.findall(r"[a-z_]{3,}", line)}) or ["a"]
    old, new = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words))
    lines[:] = [re.sub(rf"\b{old}\b", new, line) for line in lines]


def _cut(data: Draw, raw: bytes) -> bytes:
    return raw[: data.draw(st.integers(0, len(raw)))]


def _byte(data: Draw, raw: bytes) -> bytes:
    at = data.draw(st.integers(0, len(raw)))
    return raw[:at] + bytes([data.draw(st.integers(0, 255))]) + raw[at:]


def _sign(data: Draw, raw: bytes) -> bytes:
    at = data.draw(st.integers(0, len(raw)))
    return raw[:at] + data.draw(st.sampled_from(_SIGNS)).encode() + raw[at:]


def _other_encoding(data: Draw, raw: bytes) -> bytes:
    encoding = data.draw(st.sampled_from(["utf-16", "utf-32", "big5", "gb18030", "utf-8-sig"]))
    return raw.decode(errors="replace").encode(encoding, errors="replace")


def _other_line_ends(_data: Draw, raw: bytes) -> bytes:
    return raw.replace(b"\n", b"\r\n")


WAYS: dict[str, Callable[[Draw, bytes], bytes]] = {
    "another value": _lines(_value),
    "another word": _lines(_word),
    "a block twice": _lines(_again),
    "lines missing": _lines(_gone),
    "another indentation": _lines(_indented),
    "an unknown key": _lines(_unknown_key),
    "a bomb": _lines(_bomb),
    "words swapped": _lines(_swapped),
    "cut off": _cut,
    "a byte too many": _byte,
    "a sign too many": _sign,
    "another encoding": _other_encoding,
    "other line ends": _other_line_ends,
}
