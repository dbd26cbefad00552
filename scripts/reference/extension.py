"""What a plugin may import."""

from __future__ import annotations

import inspect
from typing import Any

import engine.extension
from scripts.reference import NOTE


def extension() -> str:
    """Return every name of `engine.extension` with what it says of itself."""
    text = (
        f"{NOTE}# What a plugin may import\n\nFrom `engine.extension`, and nothing else of the"
        " engine.\n"
    )
    for name in engine.extension.__all__:
        one = getattr(engine.extension, name)
        text += f"\n## {name}\n\n{inspect.getdoc(one) or ''}\n"
        if inspect.isfunction(one):
            text += f"\n```python\n{name}{inspect.signature(one)}\n```\n"
        elif inspect.isclass(one):
            text += "".join(_method(n, m) for n, m in vars(one).items() if _is_own(n, m))
    return text


def _is_own(name: str, member: object) -> bool:
    return inspect.isfunction(member) and not name.startswith("_")


def _method(name: str, member: Any) -> str:
    doc = (inspect.getdoc(member) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    return f"\n- `{name}`: {doc}"
