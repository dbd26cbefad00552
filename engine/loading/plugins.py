"""Import the plugins that the manifest names."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType

from engine.loading.findings import Findings
from engine.loading.site import Site
from engine.source import Files

_PACKAGE = "plugins"
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)


def import_plugins(
    manifest: Site, files: Files, root: Path | None, findings: Findings
) -> frozenset[str]:
    """Import the named plugins, so that their types, actions and screens are registered.

    Returns the names of those that are loaded; the others are reported.
    """
    written = manifest.value.get("plugins") if isinstance(manifest.value, dict) else None
    names = written if isinstance(written, list) else []
    if names and root is not None:
        _reach(root.resolve())
    loaded = set()
    for position, name in enumerate(names):
        site = manifest.down("plugins", position)
        if isinstance(name, str) and _import(name, site, files, findings):
            loaded.add(name)
    return frozenset(loaded)


def _reach(root: Path) -> None:
    """Let Python find the plugins of a project that is not where it was started."""
    if not (root / _PACKAGE).is_dir():
        return
    if str(root) not in sys.path:
        sys.path.append(str(root))
    package = sys.modules.get(_PACKAGE)
    folder = str(root / _PACKAGE)
    if isinstance(package, ModuleType) and folder not in list(package.__path__):
        package.__path__ = [*package.__path__, folder]


def _import(name: str, site: Site, files: Files, findings: Findings) -> bool:
    if not _NAME.match(name) or not _exists(name, files):
        message = f"there is no plugin '{name}'"
        hint = f"a plugin is a folder below {_PACKAGE}/, named in small letters"
        findings.report(site.at(), "unknown-plugin", message, hint)
        return False
    try:
        importlib.import_module(f"{_PACKAGE}.{name}")
    except Exception as error:
        # A plugin is somebody else's code: whatever it raises is a finding about it.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        message = f"the plugin '{name}' cannot be loaded: {error}"
        findings.report(site.at(), "broken-plugin", message, f"raised in {where}")
        return False
    return True


def _exists(name: str, files: Files) -> bool:
    if files.has_folder(f"{_PACKAGE}/{name}"):
        return True
    try:
        return importlib.util.find_spec(f"{_PACKAGE}.{name}") is not None
    except ModuleNotFoundError:
        return False
