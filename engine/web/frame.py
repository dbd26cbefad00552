"""What stands around every page: menu, search box, person, languages."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

from engine.records import Workspace
from engine.web import i18n, icons
from engine.web.desk import current_work, is_signed_in
from engine.web.i18n import NAMES, TAGS
from engine.web.i18n import language as current_language
from engine.web.menu import menu_of
from engine.web.session import current_snapshot


def register(app: Flask) -> None:
    """Give every template `menu` and `shell`."""
    icons.install(app)
    i18n.install(app)
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """Return the frame's part of a page's context."""
    signed_in = is_signed_in()
    menu = _menu() if signed_in else []
    return {
        "base_template": "appbuilder/baselayout.html",
        "appbuilder": current_app.appbuilder,  # type: ignore[attr-defined]
        "menu": menu,
        "shell": shell(signed_in, menu),
    }


def _menu() -> list[dict[str, Any]]:
    work = current_work()
    groups = menu_of(work, request.path, request.args.get("view", ""))
    if work.catalog.flows:
        groups.insert(0, _approvals(work))
    if work.actor.is_admin:
        groups.append(_administration(work.message))
    return groups


def _approvals(work: Workspace) -> dict[str, Any]:
    """Return the menu of approvals; the monitor is for who mends a flow."""
    say, path = work.message, request.path
    wanted = [("Approvals", "user-check", "/flows/"), ("Proxies", "users", "/flows/proxies")]
    if work.actor.is_admin:
        wanted.append(("Monitor of approvals", "clock", "/flows/monitor"))
    shortcut, waiting = bool(work.actor.roles), work.actor.to_decide
    items = [
        {
            "label": say(label),
            "icon": icon,
            "url": url,
            "active": path == url or (url == "/flows/" and path[:8].rstrip("0123456789") == url),
            **({"shortcut": shortcut, "count": waiting} if url == "/flows/" else {}),
        }
        for label, icon, url in wanted
    ]
    return {"label": say("Approvals"), "icon": "user-check", "items": items}


def _administration(say: Any) -> dict[str, Any]:
    wanted = (
        ("Users", "users", "UserDBModelView.list"),
        ("Roles", "shield", "RoleModelView.list"),
    )
    items = []
    for label, icon, endpoint in wanted:
        try:
            url = url_for(endpoint)
        except BuildError:
            continue
        active = request.path.startswith(url.rstrip("/").rsplit("/", 1)[0] + "/")
        items.append({"label": say(label), "icon": icon, "url": url, "active": active})
    for label, icon, url in (
        ("Rights", "lock", "/admin/rights"),
        ("Scopes", "hierarchy-2", "/admin/grants"),
        ("Background work", "clock", "/jobs"),
    ):
        items.append({"label": say(label), "icon": icon, "url": url, "active": request.path == url})
    return {"label": say("Administration"), "icon": "settings", "items": items}


def shell(signed_in: bool, menu: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the head of the page."""
    product = current_snapshot().catalog.product
    language = current_language()
    theme = request.cookies.get("theme", "light")
    return {
        "product": product.name.in_(language),
        "home_url": "/",
        "theme": theme if theme in ("light", "dark") else "light",
        "languages": [
            {
                "code": code,
                "tag": TAGS.get(code, code),
                "name": NAMES.get(code, code),
                "url": f"?{_with_language(code)}",
                "current": code == language,
            }
            for code in product.languages
        ],
        "user": _user() if signed_in else None,
        "search_url": "/search" if signed_in else "",
        "inbox": _inbox() if signed_in else None,
        "jobs_url": "/jobs" if signed_in else "",
        "tabbar": _tabbar(menu),
        "login_url": _url("AuthDBView.login"),
    }


def _inbox() -> dict[str, Any]:
    work = current_work()
    return {"url": "/inbox/", "count": work.actor.unread, "label": work.message("Messages")}


def _with_language(code: str) -> str:
    from urllib.parse import urlencode

    kept = [(k, v) for k, vs in request.args.lists() if k != "_l" for v in vs]
    return urlencode([*kept, ("_l", code)])


def _url(endpoint: str) -> str:
    try:
        return url_for(endpoint)
    except BuildError:
        return ""


def _user() -> dict[str, str]:
    actor = current_work().actor
    return {
        "name": actor.name or actor.login,
        "initial": (actor.name or actor.login)[:1],
        "username": actor.login,
        "profile_url": _url("UserDBModelView.userinfo"),
        "password_url": _url("ResetMyPasswordView.this_form_get"),
        "logout_url": _url("AuthDBView.logout"),
    }


def _tabbar(menu: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not menu:
        return []
    work = current_work()
    home = {"label": work.message("Home"), "icon": "home", "url": "/"}
    found = [home | {"active": request.path == "/"}]
    entries = [e for g in menu for e in g["items"] if "shortcut" in e]
    own = [e for e in entries if e["shortcut"]] or entries
    kept = ("label", "icon", "url", "active", "count")
    found += [{k: e[k] for k in kept if k in e} for e in own[:2]]
    return found
