"""The first page."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import IndexView, expose
from flask_login import login_required


class HomeView(IndexView):
    """The home page of whoever has signed in, in place of Flask-AppBuilder's own."""

    @expose("/")
    @login_required
    def index(self) -> Any:
        """Show the home page."""
        from engine.web.desk import current_work
        from engine.web.views.home import home_answer

        self.update_redirect()
        return home_answer(current_work())
