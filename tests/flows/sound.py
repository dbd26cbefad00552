"""What is so of all cases in the database at the end of every story."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from engine.flows import store
from engine.flows.core.state import Case
from engine.flows.replay import replayed
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases

TABLES = ("case", "visit", "task", "log", "timer", "copy", "reader", "definition", "proxy")
BY_NOBODY = "'due', 'elapsed', 'child', 'parent_ended', 'event'"

# What must find nothing: name -> query.
NEVER = {
    "the log has gaps": """select case_id from wy_flow_log group by case_id
        having count(*) <> max(seq) or min(seq) <> 1""",
    "the case and its log disagree on how much was done": """select c.id from wy_flow_case c
        where c.seq <> (select count(*) from wy_flow_log l where l.case_id = c.id)""",
    "a log row lacks its definition": """select l.id from wy_flow_log l where not exists
        (select from wy_flow_definition d where d.digest = l.digest and d.text <> '')""",
    "a log row lacks who did it": f"""select id from wy_flow_log
        where actor_id is null and command not in ({BY_NOBODY}) and seq > 1""",
    "a log row of a task lacks its step": """select id from wy_flow_log
        where task is not null and step = ''""",
    "the log's states do not follow each other": """select l.id from wy_flow_log l
        join wy_flow_log before on before.case_id = l.case_id and before.seq = l.seq - 1
        where l.from_status <> before.to_status or l.at < before.at""",
    "a finished case has something open": """select c.id from wy_flow_case c
        join wy_flow_task t on t.case_id = c.id and t.state in ('open', 'waiting', 'held')
        where c.status <> 'running'""",
    "a finished case has something going on": """select c.id from wy_flow_case c
        join wy_flow_visit v on v.case_id = c.id and v.state = 'active'
        where c.status <> 'running'""",
    "a finished case has a timer": """select c.id from wy_flow_case c
        join wy_flow_timer t on t.case_id = c.id and fired_at is null and cancelled_at is null
        where c.status <> 'running'""",
    "a closed task has a timer": """select t.id from wy_flow_task t join wy_flow_timer m
        on m.case_id = t.case_id and m.task = t.no and fired_at is null and cancelled_at is null
        where t.state <> 'open'""",
    "a wait that is over has a timer": """select v.no from wy_flow_visit v join wy_flow_timer m
        on m.case_id = v.case_id and m.visit = v.no and fired_at is null and cancelled_at is null
        where v.state <> 'active' and m.task is null""",
    "a finished case says not when": """select id from wy_flow_case
        where (status = 'running') <> (ended_at is null)""",
    "a sub-flow outlives its parent": """select c.id from wy_flow_case c
        join wy_flow_case p on p.id = c.parent_id join wy_flow_visit v
        on v.case_id = p.id and v.no = c.parent_visit
        where c.status = 'running' and v.state not in ('active', 'passed')""",
    "a running case has nobody to go on": """select c.id from wy_flow_case c
        where c.status = 'running' and not exists (select from wy_flow_task t
          where t.case_id = c.id and t.state = 'open') and not exists (select from wy_flow_visit v
          where v.case_id = c.id and v.state = 'active' and v.kind in ('wait', 'subflow'))""",
    "two cases of one record run": """select record_id from wy_flow_case
        where status = 'running' and parent_id is null group by entity, record_id
        having count(*) > 1""",
    "who is asked may not read the record": """select t.id from wy_flow_task t
        join wy_flow_case c on c.id = t.case_id where t.state in ('open', 'waiting', 'held')
        and not exists (select from wy_flow_reader r where r.entity = c.entity
          and r.record_id = c.record_id and r.user_id = t.user_id)""",
}


def check_all(work: Workspace) -> None:
    """Fail unless every case is sound, and its log alone gives what its rows say."""
    connection = work.connection
    for name, query in NEVER.items():
        found = connection.exec_driver_sql(query).all()
        assert not found, f"{name}: {found}"
    for row in connection.execute(cases.select().order_by(cases.c.id)).all():
        assert replayed(work, row.id) == plain(store.load(connection, row).case)


def plain(case: Case) -> Case:
    """Return a case as a log can give it."""
    return case


def snapshot(connection: Connection) -> dict[str, Any]:
    """Return everything that approvals and their records are, to compare."""
    found: dict[str, Any] = {}
    for name in (*(f"wy_flow_{one}" for one in TABLES), "request", "request_line", "wy_message"):
        query = "select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
        found[name] = tuple(connection.execute(text(f"{query} from {name} t")).one())
    return found
