"""What a good programmer would write for the one table, with no engine at all.

Flask and SQLAlchemy Core by hand: a list of 25 with labels joined and an exact count, a form,
JSON, for who has signed in. No rights, no audit, no checks but the type's.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Flask, jsonify, redirect, render_template_string, request, session
from sqlalchemy import Engine, MetaData, Select, Table, create_engine, func, insert, select

_LIST = """<!doctype html><title>Rooms</title><h1>Rooms {{ total }}</h1><table><thead><tr>
{% for h in heads %}<th><a href="?sort={{ h }}">{{ h }}</a></th>{% endfor %}</tr></thead><tbody>
{% for r in rows %}<tr><td><a href="/rooms/{{ r.id }}">{{ r.no }}</a></td><td>{{ r.building }}</td>
<td>{{ r.owner }}</td><td>{{ r.floor }}</td><td>{{ r.kind }}</td><td>{{ r.state }}</td>
<td>{{ '{:,.2f}'.format(r.built_area) }}</td><td>{{ '{:,.2f}'.format(r.price) }}</td>
<td>{{ r.handed_over_on }}</td></tr>{% endfor %}</tbody></table>"""
_FORM = """<!doctype html><title>Room</title><form method="post">
{% for n, v in values.items() %}<label>{{ n }}<input name="{{ n }}" value="{{ v }}"></label>
{% endfor %}<select name="building_id">{% for b in buildings %}
<option value="{{ b.id }}"{{ ' selected' if b.id == values.building_id }}>{{ b.name }}</option>
{% endfor %}</select><button>Save</button></form>"""
_HEADS = ("no", "building", "owner", "floor", "kind", "state", "area", "price", "date")


def limit_app(url: str) -> Flask:
    """Return the application."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    meta = MetaData()
    meta.reflect(engine, only=["room", "building", "owner"])
    engine.dispose()  # a forked worker must open its own connections
    app = Flask(__name__)
    app.secret_key = "limit"
    _routes(app, engine, meta.tables)
    return app


def _rows(room: Table, building: Table, owner: Table) -> Select[Any]:
    columns = (
        room.c.id, room.c.no, building.c.name.label("building"), owner.c.name.label("owner"),
        room.c.floor, room.c.kind, room.c.state, room.c.built_area, room.c.price,
        room.c.handed_over_on,
    )  # fmt: skip
    joined = room.outerjoin(building, building.c.id == room.c.building_id).outerjoin(
        owner, owner.c.id == room.c.owner_id
    )
    query = select(*columns).select_from(joined)
    if request.args.get("state"):
        query = query.where(room.c.state == request.args["state"])
    sort = request.args.get("sort", "no")
    if sort == "-built_area":
        return query.order_by(room.c.built_area.desc(), room.c.id.desc())
    return query.order_by(room.c.no, room.c.id)


def _routes(app: Flask, engine: Engine, tables: Any) -> None:  # noqa: C901 - one page of routes
    room, building, owner = tables["room"], tables["building"], tables["owner"]

    def total(connection: Any) -> int:
        count = select(func.count()).select_from(room)
        if request.args.get("state"):
            count = count.where(room.c.state == request.args["state"])
        return int(connection.scalar(count))

    @app.get("/login")
    def login() -> Any:
        session["user"] = 1
        return "ok"

    @app.before_request
    def signed_in() -> Any:
        return None if request.path == "/login" or session.get("user") else redirect("/login")

    @app.get("/rooms")
    def rooms() -> Any:
        with engine.connect() as connection:
            found = connection.execute(_rows(room, building, owner).limit(25)).all()
            number = total(connection)
        return render_template_string(_LIST, rows=found, total=number, heads=_HEADS)

    @app.get("/rooms/<int:number>")
    def form(number: int) -> Any:
        with engine.connect() as connection:
            row = connection.execute(select(room).where(room.c.id == number)).one()
            buildings = connection.execute(
                select(building.c.id, building.c.name).order_by(building.c.name)
            ).all()
        return render_template_string(_FORM, values=row._mapping, buildings=buildings)

    def taken(source: Any) -> dict[str, Any]:
        try:
            area, price = Decimal(str(source["built_area"])), Decimal(str(source["price"]))
        except (KeyError, InvalidOperation):
            raise ValueError("area and price must be numbers") from None
        if area < 0:
            raise ValueError("area must not be negative")
        return {
            "no": str(source["no"]), "building_id": int(source["building_id"]),
            "owner_id": int(source["owner_id"]), "floor": int(source["floor"]), "kind": "home",
            "state": "sold", "built_area": area, "price": price, "active": True,
        }  # fmt: skip

    @app.post("/rooms")
    def create() -> Any:
        with engine.begin() as connection:
            number = connection.execute(
                insert(room).values(taken(request.form)).returning(room.c.id)
            ).scalar_one()
        return redirect(f"/rooms/{number}")

    @app.get("/api/rooms")
    def api() -> Any:
        with engine.connect() as connection:
            found = connection.execute(_rows(room, building, owner).limit(25)).all()
            number = total(connection)
        items = [{k: _plain(v) for k, v in r._mapping.items()} for r in found]
        return jsonify(items=items, total=number)

    @app.post("/api/rooms")
    def api_create() -> Any:
        with engine.begin() as connection:
            row = connection.execute(
                insert(room).values(taken(request.get_json())).returning(room)
            ).one()
        return jsonify({k: _plain(v) for k, v in row._mapping.items()}), 201


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | bool | type(None)) else str(value)
