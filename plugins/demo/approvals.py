"""What became of the documents that wait: who handed them in, and who said what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from engine.extension import Deed, StandIn

_ZONE = ZoneInfo("Asia/Shanghai")
_SMALL, _MIDDLE = 500, 5_000  # as the flows grade them
_REDUCTIONS = text("""
    select d.id, u.code as office, case when d.total <= :small then 'small'
      when d.total <= :middle then 'middle' else 'large' end as level
    from reduction d join room r on r.id = d.room_id join estate e on e.id = r.estate_id
    join org_unit u on u.id = e.office_id
    where d.state = 'draft' order by d.created_at, d.id""")
_REFUNDS = text("""
    select d.id, lower(u.code) as office from refund d
    join estate e on e.id = d.estate_id join org_unit u on u.id = e.office_id
    where d.state = 'draft' order by d.id""")


@dataclass(frozen=True, slots=True)
class Said:
    """A deed of a story: working days ago, at what hour, by whom, what."""

    days: int
    hour: str
    login: str
    what: str = "submit"
    comment: str = ""
    users: tuple[str, ...] = ()
    mode: str = ""
    target: str = ""


Story = tuple[Said, ...]
_HEARD = "已到現場核實，情況屬實，同意。"
# By office and level, the oldest draft first; drafts without a story stay drafts.
STORIES: dict[tuple[str, str], tuple[Story, ...]] = {
    ("TH", "small"): (
        (  # overdue, and urged
            Said(6, "10:20", "cashier.th", comment="業主多次來電，請盡快處理。"),
            Said(3, "16:05", "cashier.th", "urge"),
        ),
        (
            Said(3, "11:15", "customer_service.th"),
            Said(2, "09:40", "office_head.th", "reject", "漏水已於上月修復，不符合減免條件。"),
        ),
        (Said(1, "15:30", "customer_service.th"),),
    ),
    ("TH", "middle"): (
        (
            Said(7, "09:50", "customer_service.th"),
            Said(6, "14:10", "office_head.th", "approve", _HEARD),
        ),
        (
            Said(4, "10:05", "accountant.th", comment="附空置證明與水電零用量記錄。"),
            Said(2, "11:30", "office_head.th", "approve", "水電表讀數已核對。"),
        ),
    ),
    ("TH", "large"): (
        (  # one of two has signed the countersign
            Said(9, "09:30", "accountant.th", comment="補充協議第 12 條，整層空置減半。"),
            Said(8, "10:45", "office_head.th", "approve", "協議與空置照片已核對。"),
            Said(6, "15:20", "branch_manager.gd", "approve", "同意，請總部會簽。"),
            Said(5, "09:15", "branch_manager.gd", "copy", "請知悉。", ("executive.g",)),
            Said(3, "16:40", "hq_finance.g", "approve", "賬齡及欠費金額已核對，計算無誤。"),
        ),
        (  # a signer was added
            Said(7, "14:00", "accountant.th"),
            Said(6, "09:20", "office_head.th", "approve", "同意上報。"),
            Said(4, "11:10", "branch_manager.gd", "approve", "情況屬實。"),
            Said(2, "10:30", "hq_finance.g", "add_sign", "請房產核對計費面積。",
                 ("estate_clerk.th",), "before"),
        ),
    ),
    ("NH", "small"): (
        (  # in force; the cashier has an unread copy
            Said(6, "09:35", "customer_service.nh"),
            Said(1, "16:20", "office_head.nh", "approve", _HEARD),
        ),
        (  # given to a colleague
            Said(4, "15:10", "cashier.nh"),
            Said(3, "08:55", "office_head.nh", "delegate", "請到現場看一下再告訴我。",
                 ("engineer.nh",)),
        ),
        (Said(1, "10:40", "customer_service.nh"),),
    ),
    ("NH", "middle"): (
        (  # returned to the one who handed it in
            Said(5, "10:10", "customer_service.nh"),
            Said(4, "09:05", "office_head.nh", "approve", "同意。"),
            Said(2, "14:35", "branch_manager.gd", "return", "請補充近一年的空置證明。",
                 mode="back", target="initiator"),
        ),
        (
            Said(4, "16:30", "accountant.nh"),
            Said(3, "11:25", "office_head.nh", "approve", "已與業主溝通，同意。"),
        ),
    ),
    ("BJ", "small"): (
        (  # withdrawn: the customer paid after all
            Said(3, "09:45", "cashier.bj"),
            Said(2, "10:15", "cashier.bj", "withdraw", "業主已同意全額繳費。"),
        ),
        (Said(2, "13:50", "customer_service.bj"),),
    ),
    ("BJ", "middle"): (
        (  # decided by the proxy
            Said(5, "09:25", "customer_service.bj"),
            Said(4, "10:00", "accountant.bj", "approve", "賬單金額無誤。"),
            Said(4, "15:45", "office_head.bj", "approve", _HEARD),
            Said(1, "11:00", "branch_manager.gd", "approve", "代華東審批：資料齊全，同意。"),
        ),
        (  # one half of the countersign
            Said(3, "14:20", "customer_service.bj"),
            Said(2, "16:10", "accountant.bj", "approve", "賬單已核對。"),
        ),
    ),
    ("BJ", "large"): (
        (
            Said(8, "09:10", "cashier.bj"),
            Said(7, "10:30", "office_head.bj", "approve", "別墅空置兩年，物業人員每月巡查。"),
            Said(7, "15:00", "accountant.bj", "approve", "按減免辦法計算無誤。"),
            Said(6, "11:40", "branch_manager.jz", "approve", "同意，請總部財務審批。"),
        ),
    ),
    ("YQ", "small"): (
        (Said(4, "10:50", "cashier.yq"),),  # the accountant has left: nobody is found
    ),
    ("YQ", "middle"): (
        (
            Said(5, "13:40", "customer_service.yq"),
            Said(3, "09:55", "office_head.yq", "approve", "商戶情況屬實，同意。"),
        ),
    ),
    ("YQ", "large"): (
        (
            Said(7, "15:25", "cashier.yq"),
            Said(6, "10:05", "office_head.yq", "approve", "招商協議約定的免租期，同意。"),
            Said(5, "09:00", "admin", "assign", "會計崗位空缺，暫由濱江會計代核。",
                 ("accountant.bj",)),
            Said(4, "14:50", "accountant.bj", "approve", "代園區核對，金額無誤。"),
        ),
    ),
}  # fmt: skip


def stand_ins(today: date) -> list[StandIn]:
    """Return the proxies: the manager of the east is away."""
    return [
        StandIn(
            login="branch_manager.jz",
            proxy="branch_manager.gd",
            first=working_day(today, 5),
            last=today + timedelta(days=6),
            reason="總部培訓",
        )
    ]


def deeds(connection: Connection, today: date) -> list[Deed]:
    """Return what was done to the drafts that the books hold."""
    return [*_reductions(connection, today), *_refunds(connection)]


def _reductions(connection: Connection, today: date) -> Iterator[Deed]:
    left = {key: list(stories) for key, stories in STORIES.items()}
    rows = connection.execute(_REDUCTIONS, {"small": _SMALL, "middle": _MIDDLE})
    for row in rows:
        stories = left.get((row.office, row.level))
        if stories:
            yield from _tell(stories.pop(0), "reduction", row.id, today)


def _tell(story: Iterable[Said], entity: str, record: int, today: date) -> Iterator[Deed]:
    for said in story:
        at = datetime.combine(working_day(today, said.days), time.fromisoformat(said.hour), _ZONE)
        yield Deed(
            login=said.login,
            entity=entity,
            record=record,
            at=at,
            what=said.what,
            comment=said.comment,
            users=said.users,
            mode=said.mode,
            target=said.target,
        )


def _refunds(connection: Connection) -> Iterator[Deed]:
    for row in connection.execute(_REFUNDS):
        yield Deed(login=f"cashier.{row.office}", entity="refund", record=row.id)


def working_day(today: date, count: int) -> date:
    """Return the day that was so many working days ago, by the week alone."""
    day = today
    while count:
        day -= timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day
