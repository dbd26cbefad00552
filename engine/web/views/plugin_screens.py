"""Screens that plugins bring: the right is asked first, the rest is the plugin's."""

from __future__ import annotations

import secrets
from decimal import Decimal
from functools import partial
from typing import Any

from flask import redirect, request

from engine.extension import NotFound, Refused, ScreenPage, screens
from engine.fieldtypes.money import SYMBOLS
from engine.records import PluginContext, Workspace, is_allowed
from engine.web.desk import render, tell
from engine.web.once import answered_before, remember
from engine.web.urls import screen_url
from engine.web.views.files import download

Answer = Any


class ScreenWork(PluginContext):
    """An extension.ScreenContext over the request."""

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.method = request.method
        self.arguments = request.args
        self.form = request.form
        self.files = request.files


def screen_answer(work: Workspace, name: str) -> Answer:
    """Run a plugin's screen."""
    found = screens().get(name)
    if found is None:
        raise NotFound("screen", name)
    entity, right = found.right
    if not is_allowed(work, entity, right):
        raise Refused("You have no right to do this here.")
    if request.method == "POST" and request.form.get("_request"):
        before = answered_before(work)
        if before:
            return redirect(before)
    page = found.run(ScreenWork(work))
    return _answer(work, name, page)


def _answer(work: Workspace, name: str, page: ScreenPage) -> Answer:
    if page.message:
        tell(work.message(page.message), "success" if page.status < 400 else "danger")
    if page.redirect:
        remember(work, page.redirect)
        return redirect(page.redirect)
    if page.file is not None:
        return download(page.file, page.content_type, page.file_name)
    currency = work.style.currency
    context: dict[str, Any] = {
        "title": "",
        "crumbs": [],
        "request_id": secrets.token_urlsafe(12),
        "screen_url": screen_url(name),
        "money": partial(_money, SYMBOLS.get(currency, f"{currency} ")),
    }
    return render(page.template, **{**context, **page.data}), page.status


def _money(symbol: str, value: Decimal) -> str:
    """Write an amount for a screen's template as lists write it."""
    return f"{'-' if value < 0 else ''}{symbol}{abs(value):,.2f}"
