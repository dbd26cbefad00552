"""Templates compiled once per language, with the texts and icons that never change put in.

A page has some hundred `_('…')` and `icon('…')`; looked up at each request they were a third of
its time. What depends on the request (a text with values, an icon by a variable) still is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from flask import Flask, current_app, request
from flask.templating import Environment as FlaskEnvironment
from flask_babel import get_translations
from jinja2 import Environment, Template, nodes
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from engine.web import icons
from engine.web.i18n import language

EXTENSION = "wuye editions"
_KEPT = 400  # compiled templates of one language, as many as Jinja keeps by itself
Fold = Callable[..., Any]


class Edition(FlaskEnvironment):
    """A template environment; with `folds` it works out those calls while compiling."""

    folds: dict[str, Fold] | None = None

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `obj.attribute`; views give dicts, so their keys are looked at first."""
        if self.folds is not None and obj.__class__ is dict:
            if attribute in obj:
                return obj[attribute]
            if not hasattr(dict, attribute):
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        if self.folds is not None:
            is_html = EvalContext(cast(Environment, self), name).autoescape
            source = _Folding(self.folds, is_html).visit(source)
        return super()._generate(source, name, filename, defer_init)


class _Folding(NodeTransformer):
    """Puts the answer in the place of calls that only have constants."""

    def __init__(self, folds: dict[str, Fold], is_html: bool) -> None:
        self._folds, self._is_html = folds, is_html

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        given = [one.value for one in node.args if isinstance(one, nodes.Const)]
        if name not in self._folds or not plain or len(given) != len(node.args) or not given:
            return node
        said = self._folds[name](*given)
        if name == "_" and self._is_html:
            said = Markup(said)  # as jinja2.ext.i18n trusts translations
        return nodes.Const(said, lineno=node.lineno)


def install(app: Flask) -> None:
    """Make room for editions; before anything asks for the application's templates."""
    app.jinja_environment = Edition
    app.extensions[EXTENSION] = {}


def template(name: str) -> Template:
    """Return a template in the reader's language."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if request.script_root:  # addresses of built files begin with it, so they cannot be put in
        return cast(Template, app.jinja_env.get_template(name))
    editions: dict[str, Edition] = app.extensions[EXTENSION]
    spoken = language()
    edition = editions.get(spoken)
    if edition is None:
        edition = editions[spoken] = _edition(app)
    return edition.get_template(name)


def _edition(app: Flask) -> Edition:
    made = cast(Edition, app.jinja_env.overlay(cache_size=_KEPT))
    base = app.static_url_path or ""
    say = get_translations().ugettext  # of this request's language
    made.folds = {
        # gettext in templates fills places even when there are no values: %% means %
        "_": lambda text: say(text) % {},
        "icon": partial(icons.drawn_at, base),
        "asset": partial(icons.url_at, base),
    }
    return made
