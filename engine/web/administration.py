"""Administration: the rights matrix, and who holds which role where."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, Flask, redirect, request
from flask_appbuilder.security.sqla.models import PermissionView, Role
from flask_login import login_required
from sqlalchemy import func, select

from engine.access import (
    Grant,
    RightsMatrix,
    grant,
    grants_of,
    revoke,
    rights_matrix,
    set_right,
)
from engine.extension import Invalid, NotFound, Refused
from engine.metadata import Entity
from engine.records import Workspace
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_role, ab_user, ab_user_role
from engine.web.desk import current_work, render, tell
from engine.web.i18n import label as text_of
from engine.wording import N_

bp = Blueprint("administration", __name__, url_prefix="/admin")
Answer = Any
View = dict[str, Any]
_ACTIONS = {
    "read": "Read", "create": "Create", "change": "Change", "delete": "Delete",
    "export": "Export", "import": "Import", "print": "Print", "bulk": "Change many",
    "comment": "Comment", "attach": "Attach files", "history": "See the history",
}  # fmt: skip
_ROWS = {
    "all": N_("Of all units"), "own": N_("Own records only"), "department": N_("Own department"),
}  # fmt: skip
# Flask-AppBuilder's own roles, which no product declares.
_ROLES = {"Admin": N_("Superuser"), "Public": N_("Visitors who have not signed in")}


def register(app: Flask) -> None:
    """Add the screens to the application, and names of roles to Flask-AppBuilder's."""
    app.register_blueprint(bp)
    app.jinja_env.filters.update(named=_named, role_name=_role_name, speaking=_speaking)


@bp.before_request
@login_required
def _administrators_only() -> None:
    if not current_work().actor.is_admin:
        raise Refused("Only administrators may do this.")


@bp.route("/rights", methods=["GET", "POST"])
def rights() -> Answer:
    """The matrix of one role: what it may do with each entity."""
    work = current_work()
    matrix = rights_matrix(work.connection, work.catalog)
    role = request.args.get("role") or next(iter(matrix.roles), "")
    if role not in matrix.roles:
        raise NotFound("role", role)
    if request.method == "POST":
        changed = _save(work, matrix, role)
        tell(work.message("%(n)s rights changed.", n=changed), "success")
        return redirect(f"/admin/rights?role={role}")
    return render(
        "ui/rights_matrix.html",
        title=work.message("Rights"),
        crumbs=[],
        roles=_roles(work, matrix, role),
        groups=_groups(work, matrix, role),
        role={"name": role, "label": _role_label(work, role)},
        action_url=f"/admin/rights?role={role}",
        request_id=secrets.token_urlsafe(12),
    )


def _save(work: Workspace, matrix: RightsMatrix, role: str) -> int:
    wanted = set(request.form.getlist("right"))
    changed = 0
    for entity, actions in matrix.actions.items():
        for action in actions:
            cell = (role, entity, action)
            on = f"{entity}.{action}" in wanted
            if on != (cell in matrix.granted):
                changed += set_right(work.connection, work.catalog, cell, on, work.actor)
    return changed


def _named(value: Any) -> Any:
    """Return what people call a role or a right of Flask-AppBuilder; anything else as it is."""
    if isinstance(value, Role):
        return _role_name(value.name)
    return _right_name(value) if isinstance(value, PermissionView) else value


def _speaking(field: Any) -> Any:
    """Return a form's field with its label translated; FAB makes some out of columns' names."""
    field.label.text = current_work().message(str(field.label.text))
    return field


def _role_name(name: str) -> str:
    return _role_label(current_work(), name)


def _right_name(right: PermissionView) -> str:
    work = current_work()
    entity = work.catalog.entities.get(right.view_menu.name)
    action = right.permission.name.removeprefix("can_")
    if entity is None:
        return str(right)
    button = entity.buttons.get(action)
    label = text_of(button.label) if button else work.message(_ACTIONS.get(action, action))
    return f"{text_of(entity.label)} · {label}"


def _role_label(work: Workspace, role: str) -> str:
    found = work.catalog.roles.get(role)
    return text_of(found.label) if found else work.message(_ROLES.get(role, role))


def _roles(work: Workspace, matrix: RightsMatrix, current: str) -> list[View]:
    count = func.count(ab_user_role.c.user_id)
    joined = ab_role.outerjoin(ab_user_role, ab_user_role.c.role_id == ab_role.c.id)
    query = select(ab_role.c.name, count).select_from(joined).group_by(ab_role.c.name)
    people = {row[0]: row[1] for row in work.connection.execute(query)}
    return [
        {
            "name": role,
            "label": _role_label(work, role),
            "people": people.get(role, 0),
            "current": role == current,
            "url": f"/admin/rights?role={role}",
        }
        for role in matrix.roles
    ]


def _groups(work: Workspace, matrix: RightsMatrix, role: str) -> list[View]:
    groups = []
    for module in work.catalog.modules.values():
        entities = [
            _entity(work, matrix, role, entity)
            for entity in work.catalog.entities.values()
            if entity.module == module.name and entity.name in matrix.actions
        ]
        if entities:
            groups.append({"label": text_of(module.label), "entities": entities})
    return groups


def _entity(work: Workspace, matrix: RightsMatrix, role: str, entity: Entity) -> View:
    declared = entity.rights.by_role.get(role)
    labels = {f.name: text_of(f.label) for f in entity.fields.values()}
    return {
        "name": entity.name,
        "label": text_of(entity.label),
        "rights": [
            {
                "name": action,
                "label": _action_label(work, entity, action),
                "on": (role, entity.name, action) in matrix.granted,
                "from_yaml": (role, entity.name, action) in matrix.shipped,
            }
            for action in matrix.actions[entity.name]
        ],
        "rows": work.message(_ROWS[declared.rows]) if declared and declared.rows in _ROWS else "",
        "where": declared.where.text if declared and declared.where else "",
        "hidden": [labels[n] for n in sorted(declared.hide)] if declared else [],
        "read_only": [labels[n] for n in sorted(declared.read_only)] if declared else [],
    }


def _action_label(work: Workspace, entity: Entity, action: str) -> str:
    button = entity.buttons.get(action)
    return text_of(button.label) if button else work.message(_ACTIONS.get(action, action))


@bp.get("/grants")
def grants() -> Answer:
    """People, their roles, and where they hold them."""
    work = current_work()
    words = request.args.get("q", "").strip()
    name = person_name(ab_user)
    query = select(ab_user.c.id, ab_user.c.username, name.label("name"), ab_user.c.active)
    if words:
        text = func.concat(ab_user.c.username, " ", name)
        query = query.where(text.icontains(words, autoescape=True))
    people = work.connection.execute(query.order_by(ab_user.c.username).limit(200)).all()
    units = _units(work)
    rows = [
        {
            "id": p.id,
            "login": p.username,
            "name": p.name,
            "active": p.active,
            "grants": [_grant_view(work, units, i, g) for i, g in grants_of(work.connection, p.id)],
        }
        for p in people
    ]
    return render(
        "ui/grants.html",
        title=work.message("Who holds which role where"),
        crumbs=[],
        q=words,
        people=rows,
        roles=[{"value": r, "label": _role_label(work, r)} for r in work.catalog.roles],
        units=[{"value": i, "label": n} for i, n in units.items()],
        request_id=secrets.token_urlsafe(12),
    )


def _units(work: Workspace) -> dict[int, str]:
    organization = work.catalog.organization
    if organization is None:
        return {}
    table = work.tables.table(organization.entity)
    title = table.c[work.catalog.entity(organization.entity).title]
    rows = work.connection.execute(select(table.c.id, title).order_by(table.c.id))
    return {number: str(name) for number, name in rows}


def _grant_view(work: Workspace, units: dict[int, str], number: int, given: Grant) -> View:
    everywhere = work.message("everywhere")
    return {
        "id": number,
        "role": _role_label(work, given.role),
        "unit": everywhere if given.unit_id is None else units.get(given.unit_id, "?"),
        "valid_from": given.valid_from or "",
        "valid_to": given.valid_to or "",
        "revoke_url": f"/admin/grants/{number}/revoke",
    }


@bp.post("/grants")
def give() -> Answer:
    """Give somebody a role in a unit, for a time."""
    work, form = current_work(), request.form
    user_id = form.get("user_id", type=int)
    if user_id is None:
        raise Invalid("Choose a person.")
    unit = form.get("unit_id", "")
    if unit and unit not in {str(number) for number in _units(work)}:
        raise Invalid("Choose a unit from the list.")
    given = Grant(
        user_id=user_id,
        role=form.get("role", ""),
        unit_id=int(unit) if unit else None,
        valid_from=_day(form.get("valid_from", "")),
        valid_to=_day(form.get("valid_to", "")),
    )
    grant(work.connection, given, work.actor)
    tell(work.message("Saved."), "success")
    return redirect("/admin/grants")


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("%(value)s is not a date; write it as 2026-03-31.", value=text) from None


@bp.post("/grants/<int:grant_id>/revoke")
def take_back(grant_id: int) -> Answer:
    """Take a grant back."""
    work = current_work()
    revoke(work.connection, grant_id, work.actor)
    tell(work.message("Taken back."), "success")
    return redirect("/admin/grants")
