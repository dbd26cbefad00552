"""From checked shapes to frozen objects; meaning is checked afterwards."""

from engine.loading.build.flows import build_flow
from engine.loading.build.manifest import build_manifest
from engine.loading.build.modules import build_module, finish_menus

__all__ = ["build_flow", "build_manifest", "build_module", "finish_menus"]
