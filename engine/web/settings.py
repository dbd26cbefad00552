"""The configuration of the web process: safe by default, changed by the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_appbuilder.const import AUTH_DB

from engine.web import i18n


def settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return Flask's configuration; everything can be overridden by `create_app(config=…)`."""
    return {
        **_flask(environ),
        **_login(environ),
        **_app_builder(),
        **i18n.settings(),
        "LISTEN_FOR_RELEASES": True,
        "TRUSTED_PROXIES": int(environ.get("TRUSTED_PROXIES", "0")),
    }


def _flask(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "wuye",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": _is_on(environ.get("HTTPS_ONLY", "")),
        "PERMANENT_SESSION_LIFETIME": timedelta(
            minutes=float(environ.get("SESSION_IDLE_MINUTES", "480"))
        ),
        "SESSION_REFRESH_EACH_REQUEST": False,  # security refreshes it now and then
        "SESSION_LONGEST": timedelta(hours=float(environ.get("SESSION_HOURS", "168"))),
        "MAX_CONTENT_LENGTH": int(environ.get("MAX_UPLOAD_MB", "50")) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,  # a form with many lines
        # The guard asks for the token itself, because calls with a key need none.
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form may stay open all day
    }


def _login(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "AUTH_TYPE": AUTH_DB,
        "AUTH_ROLE_ADMIN": "Admin",
        "AUTH_ROLE_PUBLIC": "Public",
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        "AUTH_RATE_LIMIT": environ.get("LOGIN_RATE_LIMIT", "20 per minute"),  # of one address
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": environ.get("RATE_LIMIT_STORAGE", "memory://"),
        "LOGIN_FAILURES": int(environ.get("LOGIN_FAILURES", "6")),  # of one login, any address
        "LOGIN_LOCK": timedelta(minutes=float(environ.get("LOGIN_LOCK_MINUTES", "15"))),
        "FAB_PASSWORD_HASH_METHOD": "scrypt",
        "FAB_API_KEY_ENABLED": True,
        "FAB_API_KEY_PREFIXES": ["wuye_"],
        # A key is 256 random bits: nobody guesses it, so a slow hash would only slow us.
        "FAB_API_KEY_HASH_METHOD": "pbkdf2:sha256:1000",
        "JWT_TOKEN_LOCATION": ["headers"],
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=30),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(days=1),
    }


def _app_builder() -> dict[str, Any]:
    return {
        "APP_NAME": "Wuye",
        # FAB creates missing tables and permissions on every start; with several workers that
        # races. Access makes the tables, `apply` writes the rights under a lock.
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_VIEWS": True,
        "FAB_ADD_SECURITY_API": False,
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
        "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
        "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
    }


def secret_key(environ: Mapping[str, str]) -> str:
    """Return `SECRET_KEY`, else one made once and kept in `DATA_DIR`, for its owner's eyes."""
    given = environ.get("SECRET_KEY", "").strip()
    if given:
        return given
    path = Path(environ.get("DATA_DIR") or "var") / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_urlsafe(48))
    try:
        os.link(temporary, path)  # fails when another process was faster: then its key counts
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


def _is_on(word: str) -> bool:
    return word.strip().lower() in {"1", "true", "yes", "on"}
