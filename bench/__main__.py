"""`python -m bench [name …]`: print every figure beside its limit."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench.measure import HEAD

HELPERS = {"serving", "measure", "world", "company", "limit_app", "__main__"}


def main(names: list[str]) -> int:
    """Run the benchmarks of those names, all by default; return how many are over."""
    known = [m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in HELPERS]
    over = 0
    print(HEAD)
    for name in names or known:
        for result in importlib.import_module(f"bench.{name}").results():
            print(result.line(), flush=True)
            over += not result.is_reached
    print(f"{over} over their goal" if over else "all within their goals")
    return over


if __name__ == "__main__":
    main(sys.argv[1:])
