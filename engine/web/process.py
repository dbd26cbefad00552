"""What a serving process does once its application is made."""

from __future__ import annotations

import gc

from flask import Flask

from engine.web import editions

_SEEN_BY_ALL = ("ui/home.html", "ui/list.html", "ui/form.html", "ui/show.html")
_LOGIN = "appbuilder/general/security/login_db.html"


def settle(app: Flask) -> None:
    """Make once what forked workers share, and take it out of the garbage collector's rounds.

    A catalog is some hundred thousand objects; walking them all every few requests costs
    tens of milliseconds each time, and would touch the pages that forked workers share. For
    the same reason the texts and templates that everybody sees are read here, and not by
    each worker for itself.
    """
    with app.test_request_context():
        app.jinja_env.get_template(_LOGIN)
        for name in _SEEN_BY_ALL:
            editions.template(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
