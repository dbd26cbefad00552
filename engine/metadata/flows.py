"""An approval flow: what a record's states are, and who decides on the way between them.

A flow is a tree: sequences of nodes; some nodes hold branches, each a sequence again. Joins
match their splits by construction, so nothing can be left waiting for a branch that never was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from engine.diagnostics import Place
from engine.metadata.expression import Formula
from engine.metadata.text import Text

INITIATOR, PREVIOUS, END = "initiator", "previous", "end"  # targets that are no step
CAN = (
    "reject",
    "return",
    "transfer",
    "delegate",
    "add_sign",
    "remove_sign",
    "cc",
    "take_back",
    "abstain",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One way to name people; resolved when it is needed, never kept."""

    kind: str
    # ^ 'user', 'role', 'dept_head', 'post', 'group', 'field', 'same_as', 'chosen_by', 'initiator'
    name: str = ""
    # ^ a login, role, unit's code, post, group, path or step; of 'chosen_by' 'initiator' or
    #   'previous'; of 'initiator' '', 'manager', 'dept_head' or 'managers_to'
    level: int = 1  # initiator.manager+2: the manager's manager's manager is level 3
    upto: str = ""  # initiator.managers_to:director -> that post
    within: str = ""  # of a role: 'initiator.dept', 'field:unit', 'dept:GD': who reaches that
    text: str = ""  # as written
    at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time; workdays and workhours are counted on the company's calendar."""

    amount: int
    unit: str  # 'minutes', 'hours', 'days', 'workdays', 'workhours'

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How many of a step's seats must agree (rules 6 of flows.md)."""

    mode: str = "any"  # 'any', 'all', 'in_order', 'claim', 'at_least', 'percent'
    threshold: Decimal = Decimal(1)  # of 'at_least' and 'percent'
    refuse: str = "first"  # 'first' refusal loses, or only 'when_lost'
    rest: str = "cancel"  # open seats of a decided step: 'cancel' or 'keep' for late opinions


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """What happens instead: nobody is found, or the approver is the initiator."""

    do: str  # nobody: 'hold', 'skip', 'reject', 'to'; self: 'allow', 'skip', 'to'
    to: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How long a person may take, and what happens then."""

    within: Duration
    remind_before: Duration | None = None
    remind_every: Duration | None = None  # from the due moment on
    remind_max: int = 1
    then: str = "remind"  # 'remind', 'approve', 'reject', 'transfer', 'escalate', 'return'
    to: tuple[Who, ...] = ()  # of transfer and escalate
    target: str = ""  # of return


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing the flow itself does, inside the deciding transaction."""

    kind: str  # 'set', 'call', 'cc', 'notify'
    set: Mapping[str, Formula] = field(default_factory=lambda: MappingProxyType({}))
    call: str = ""  # 'plugin.function', a registered action
    who: tuple[Who, ...] = ()
    at: Place | None = None


Effects = tuple[Effect, ...]
Fields = frozenset[str] | Literal["all", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes have; `id` is unique in the flow, given or made of its place."""

    id: str
    title: Text | None = None
    when: Formula | None = None  # else passed over
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """People decide."""

    who: tuple[Who, ...]
    sign: Sign = field(default_factory=Sign)
    can: frozenset[str] = frozenset(CAN)
    edit: Fields = "none"
    hide: Fields = "none"
    require: Fields = "none"
    on_reject: str = END  # END, INITIATOR, PREVIOUS or a step
    return_to: tuple[str, ...] | Literal["any"] = "any"  # ids, INITIATOR, PREVIOUS
    due: Due | None = None
    nobody: Otherwise
    self_rule: Otherwise
    repeated: str = "ask"  # 'ask', 'skip_adjacent', 'skip_any'
    cc: tuple[Who, ...] = ()  # told once the step is passed
    status: str = ""  # state of the record while this step is open; '' = the action's `during`
    before: Effects = ()
    after: Effects = ()  # once it is passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way through a block."""

    name: Text | None = None
    when: Formula | None = None  # None: always (parallel), or `else`
    is_else: bool = False
    steps: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """The first branch whose condition holds, or every one."""

    pick: str = "first"  # or 'every'
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(Node):
    """All branches at once, but for those whose condition does not hold."""

    branches: tuple[Branch, ...]
    needed: int  # of the branches taken, that must pass: all, 1 (any), or at_least
    rest: str = "cancel"  # what happens to the others then: 'cancel' or 'keep'
    on_branch_reject: str = "end"  # or 'count': lost only when too few can still pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subflow(Node):
    """Another flow, once or once for each line."""

    flow: str
    for_each: str = ""  # a lines field: one child for each line
    record: str = ""  # path of links to the child's record, from the line if there is one;
    # ^ '' = the line, or the same record
    wait: bool = True  # False: fire and forget
    join: str = "all"  # or 'any': the first approved child is enough
    on_reject: str = END  # or 'next', or a target


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Node):
    """Until something happens, or some time has passed."""

    event: str = ""
    delay: Duration | None = None
    until: Formula | None = None  # a date or moment
    timeout: Duration | None = None  # then passed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Node):
    """The flow does something itself (`do`)."""

    do: Effects


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Node):
    """The flow is over."""

    outcome: str  # 'approved' or 'rejected'


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRules:
    """What holds for the whole flow; the defaults are those of flows.md."""

    withdraw: str = "anytime"  # 'anytime', 'before_first_decision', 'never'
    resubmit: str = "again"  # after a return: every step 'again', or straight 'back'
    comment: str = "on_negative"  # 'optional', 'on_negative', 'always'
    admin: tuple[Who, ...] = ()  # who mends this flow; empty: the administrators
    watch: Fields | Literal["conditions"] = "conditions"
    # ^ fields whose change makes an earlier approval void; as a rule those conditions read


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowState:
    """A state of the record, and what people may change in it."""

    name: str
    label: Text | None = None
    edit: Fields = "none"
    initial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAction:
    """A transition: at once (`to`), or one that takes time (`steps`)."""

    name: str
    label: Text | None = None
    sources: tuple[str, ...]  # states it starts from
    who: tuple[Who, ...] = ()  # empty: who may change the record
    when: Formula | None = None
    edit: Fields = "all"  # what the initiator may change when it comes back to him
    to: str = ""  # of an immediate one
    steps: tuple[Node, ...] | None = None  # None: immediate
    during: str = ""
    then: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # ^ 'approved', 'rejected', 'returned', 'withdrawn', 'terminated' -> state
    after: Mapping[str, Effects] = field(default_factory=lambda: MappingProxyType({}))
    # ^ 'submitted' and the outcomes -> what the flow does
    at: Place

    def nodes(self) -> Iterator[Node]:
        """Return every node, in the order of the text."""
        yield from _within(self.steps or ())


def _within(steps: tuple[Node, ...]) -> Iterator[Node]:
    for node in steps:
        yield node
        for branch in branches_of(node):
            yield from _within(branch.steps)


def branches_of(node: Node) -> tuple[Branch, ...]:
    """Return a block's branches; of any other node none."""
    return node.branches if isinstance(node, Choose | Parallel) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One file of workflows/: how records of one entity are decided on."""

    name: str
    entity: str
    title: Text
    subject: tuple[str | Formula, ...] = ()  # texts and what stands between braces
    status: str  # the choice field that holds the record's state; the engine alone writes it
    units: tuple[str, ...] = ()  # codes of org units: only their records and those below
    applies_when: Formula | None = None  # and only records for which this holds
    rules: FlowRules = field(default_factory=FlowRules)
    states: Mapping[str, FlowState]
    actions: Mapping[str, FlowAction]
    file: str  # 'workflows/fee_reduction.yaml'
    digest: str  # sha256 of the file's text: what running instances are pinned to
    at: Place
