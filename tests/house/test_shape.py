"""The shape of the house: small modules and functions, plain names, an engine that knows nobody.

A line counts when there is code on it: a comment that says why makes nothing longer.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 30
# What a template is given is a map of many keys; a function that makes one may be longer.
SCREENS, LONGEST_SCREEN = ("engine/web/api", "engine/web/present", "engine/web/views"), 45
# A test or a measurement is a story: its length counts in steps, for data are no logic.
STORIES, LONGEST_STORY, MOST_STEPS = ("tests", "bench"), 400, 45

# Words of the property company, and never of an engine that could run any other business.
BUSINESS = frozenset(
    re.findall(
        r"\w+",
        """room bill estate tenant fee receipt payment building invoice deposit cashier arrears
        dunning payer landlord vehicle surcharge household parking meter district prepayment""",
    )
)
VAGUE = frozenset({"util", "helper", "common", "misc", "stuff", "base_utils", "tool"})
_PLACES = re.compile(r"[\w.]+")  # one word or a path: no sentence
_WORD = re.compile(r"[A-Za-z][a-z]+")


@cache
def _files() -> tuple[str, ...]:
    """Return what git knows, and what it will know."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return tuple(name for name in listed if name and (ROOT / name).exists())


def _modules(*folders: str) -> list[str]:
    inside = tuple(f"{folder}/" for folder in folders)
    return [name for name in _files() if name.endswith(".py") and name.startswith(inside)]


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


@cache
def _code(name: str) -> frozenset[int]:
    """Return the lines of a module that hold code."""
    text = (ROOT / name).read_text(encoding="utf-8")
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent | {tokenize.ENDMARKER}:
            found.update(range(token.start[0], token.end[0] + 1))
    for node in _docstrings(name):
        found.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return frozenset(found)


def _docstrings(name: str) -> Iterator[ast.Constant]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for owner in ast.walk(_tree(name)):
        first = owner.body[0] if isinstance(owner, owners) and owner.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            yield first.value


def _functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body."""
    body = range(function.body[0].lineno, (function.end_lineno or 0) + 1)
    return len(_code(name).intersection(body))


def _allowed(name: str) -> int:
    return LONGEST_SCREEN if name.startswith(SCREENS) else LONGEST_FUNCTION


def _is_story(name: str) -> bool:
    return name.startswith(tuple(f"{folder}/" for folder in STORIES))


def test_no_module_is_long() -> None:
    long = {
        name: len(_code(name))
        for name in _modules("engine", "plugins", "scripts", "tests", "bench")
        if len(_code(name)) > (LONGEST_STORY if _is_story(name) else LONGEST_MODULE)
    }

    assert long == {}


def test_no_function_is_long() -> None:
    long = {
        f"{name}:{function.lineno} {function.name}": _length(name, function)
        for name in _modules("engine", "plugins", "scripts")
        for function in _functions(name)
        if _length(name, function)
        > (LONGEST_SCREEN if name.startswith(SCREENS) else LONGEST_FUNCTION)
    }

    assert long == {}


def test_no_story_has_many_steps() -> None:
    steps = {
        f"{name}:{function.lineno} {function.name}": sum(
            isinstance(node, ast.stmt) for node in ast.walk(function)
        )
        for name in _modules(*STORIES)
        for function in _functions(name)
    }

    assert {name: count for name, count in steps.items() if count > MOST_STEPS} == {}


def test_scripts_of_the_browser_are_short() -> None:
    own = [name for name in _files() if re.fullmatch(r"frontend/(assets/)?[\w-]+\.m?js", name)]
    long = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in own
        if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > 310
    }

    assert own
    assert long == {}


def test_every_file_is_named_after_what_it_holds() -> None:
    vague = [
        name
        for name in _files()
        for part in Path(name).parts
        if part.split(".")[0].removesuffix("s").lstrip("_") in VAGUE
    ]

    assert vague == []


@pytest.mark.parametrize("package", sorted({name.split("/")[1] for name in _modules("engine")}))
def test_the_engine_knows_no_business(package: str) -> None:
    names = _modules("engine") if package.endswith(".py") else _modules(f"engine/{package}")
    told = [
        f"{name}:{line} {word}"
        for name in names
        for line, word in _names_in(name)
        if _business_words(word)
    ]

    assert told == []


def test_a_business_word_would_be_noticed() -> None:
    assert _business_words("built_rooms") == {"room"}
    assert _business_words("RoomFee") == {"room", "fee"}
    assert _business_words("bathroom") == set()


def _names_in(name: str) -> Iterator[tuple[int, str]]:
    """Yield identifiers, and texts that are one word or path; a sentence may give an example."""
    docs = {id(node) for node in _docstrings(name)}
    for node in ast.walk(_tree(name)):
        line = getattr(node, "lineno", 0)
        for field in ("id", "attr", "name", "arg"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield line, value
        value = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
        if isinstance(value, str) and _PLACES.fullmatch(value):
            yield line, value


def _business_words(text: str) -> set[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).replace("_", " ")
    words = {word.lower() for word in _WORD.findall(split)}
    return BUSINESS & (words | {word.removesuffix("s") for word in words})


def test_no_file_names_a_machine_of_ours() -> None:
    path = re.compile(rb"/(?:work|root|home|tmp)/[A-Za-z0-9]")
    told = [
        f"{name}: {found[0].decode()}"
        for name in _files()
        if not name.startswith(("engine/web/static/", "docs/images/"))
        for found in path.finditer((ROOT / name).read_bytes())
    ]

    assert told == []
