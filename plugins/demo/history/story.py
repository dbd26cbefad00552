"""All payers' dealings over the months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from plugins.demo.company import Company
from plugins.demo.history.books import Bill, Books, Chase, Notice
from plugins.demo.history.counter import Account
from plugins.demo.history.days import HOUR, Window
from plugins.demo.history.habits import habit_of, leaving
from plugins.demo.history.lateness import Rule

PUBLISHED_AT = 8 * HOUR
_NOTICE_DAY = 24  # days into the last month of a quarter
_CHASE_DAY = 19
_OLD = 62  # years; pays in cash
_BILLED, _CREDITED, _VISITED, _NOTICED, _CHASED = range(5)  # order within a day

_RESULTS = {
    "never": (("refused", 30), ("disputed", 20), ("no_answer", 40), ("promised", 10)),
    "stopped": (("disputed", 40), ("no_answer", 25), ("promised", 25), ("refused", 10)),
    "late": (("promised", 55), ("no_answer", 40), ("disputed", 5)),
    "quarterly": (("promised", 70), ("no_answer", 30)),
}
_SAID = {
    "promised": ("業主表示本週內到管理處繳清", "承諾發工資後繳費", "稱已知悉，出差回來即繳"),
    "refused": ("以樓道衛生為由拒繳", "對物業服務不滿，拒絕繳費"),
    "disputed": ("稱房屋滲水未修復，要求先處理", "對公攤費用有異議，要求核對明細"),
    "no_answer": ("電話無人接聽", "上門無人，已留通知單", "號碼已停機，轉聯繫緊急聯絡人"),
}


@dataclass
class Story:
    """Lives through the history account by account."""

    company: Company
    window: Window
    seed: int
    rules: Mapping[int, Rule]
    priorities: Mapping[int, int]
    books: Books = field(default_factory=Books)
    accounts: dict[tuple[int, int], Account] = field(default_factory=dict)
    bills_of: dict[tuple[int, int], list[Bill]] = field(default_factory=dict)
    credits: dict[tuple[int, int], list[tuple[int, int, int]]] = field(default_factory=dict)

    def meet(self, bills: Iterable[Bill], sold: Mapping[tuple[int, int], int]) -> None:
        """Open an account for every payer; `sold` has the last days of those who sold out."""
        for bill in bills:
            if bill.seen:
                self.bills_of.setdefault((bill.payer, bill.estate), []).append(bill)
        owners = {row["id"]: row for row in self.company.rows["owner"]}
        for key, mine in self.bills_of.items():
            random = Random(self.seed * 1_000_003 + key[0] * 64 + key[1])
            kind = _kind(owners[key[0]], self.window)
            habit = habit_of(random, kind, self.window.firsts, self.window.now)
            if key in sold:
                habit = leaving(habit, sold[key])
            self.accounts[key] = Account(
                *key, habit, random, self.books, self.window, self.rules, self.priorities,
                monthly=sum(bill.amount for bill in mine) // max(1, self.window.closed),
            )  # fmt: skip

    def live(self) -> None:
        """Simulate everybody."""
        notices = self._notice_days()
        for key in sorted(self.accounts):
            account = self.accounts[key]
            by_day: dict[int, list[Bill]] = {}
            for bill in self.bills_of[key]:
                by_day.setdefault(bill.seen, []).append(bill)
            events: list[tuple[int, int, object]] = [
                (day, _BILLED, bills) for day, bills in by_day.items()
            ]
            events += [(day, _VISITED, what) for day, what in account.habit.visits]
            events += [(day, _NOTICED, None) for day in notices]
            if account.habit.is_chased:
                events += [(day, _CHASED, None) for day in self._chase_days()]
            events += [(c[0], _CREDITED, c) for c in self.credits.get(key, ())]
            events.sort(key=lambda event: event[:2])
            for event in events:
                self._happen(account, *event)

    def _happen(self, account: Account, day: int, what: int, given: object) -> None:
        if what == _VISITED:
            account.visit(day, str(given))
        elif what == _BILLED:
            assert isinstance(given, list)
            account.bill((day, PUBLISHED_AT), given)
        elif what == _NOTICED:
            self._notice(account, day)
        elif what == _CHASED:
            self._chase(account, day)
        else:
            assert isinstance(given, tuple)
            account.move((day, PUBLISHED_AT), "credit", given[1], area_change=given[2])

    def _notice_days(self) -> list[int]:
        months = zip(self.window.months, self.window.firsts, strict=True)
        days = [first + _NOTICE_DAY for month, first in months if month.month % 3 == 0]
        return [day for day in days if day <= self.window.now]

    def _chase_days(self) -> list[int]:
        days = [first + _CHASE_DAY for first in self.window.firsts]
        return [day for day in days if day <= self.window.now]

    def _notice(self, account: Account, day: int) -> None:
        for room, lines in account.lines_of_notice(day).items():
            made = Notice(day, room, account.payer, account.estate, account.balance, lines)
            self.books.notices.append(made)
            for bill, _, _ in lines:
                bill.noticed = day

    def _chase(self, account: Account, day: int) -> None:
        bills = account.overdue(day, 30)
        random = account.random
        if not bills or random.random() > 0.25:
            return
        oldest = min(bills, key=lambda b: (b.due, b.id))
        owed = sum(bill.open for bill in bills)
        names, weights = zip(*_RESULTS[account.habit.style], strict=True)
        (result,) = random.choices(names, weights)
        level, channel = _level(day - oldest.due, random)
        made = Chase(day, oldest.room, account.payer, account.estate, level, channel, owed, result)
        if result == "promised":
            made.promise_on = day + random.randrange(3, 16)
            made.promised = owed if random.random() < 0.7 else owed // 20000 * 10000 or owed
        made.note = random.choice(_SAID[result])
        self.books.chases.append(made)


def _kind(owner: Mapping[str, object], window: Window) -> str:
    if owner["kind"] == "company":
        return "company"
    born = owner["birthday"]
    return "old" if born and window.today.year - getattr(born, "year", 0) >= _OLD else "young"


def _level(days: int, random: Random) -> tuple[str, str]:
    """Return the level and channel of an attempt by the age of the oldest bill."""
    if days <= 60:
        return "notice", random.choice(("sms", "wechat", "paper"))
    if days <= 150:
        return "call", "phone" if random.random() < 0.8 else "visit"
    if days <= 330:
        return "letter", "paper"
    return ("legal", "paper") if random.random() < 0.3 else ("letter", "visit")
