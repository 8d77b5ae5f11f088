"""Which tasks a query means, as conditions of SQL on the task `t` and, where it is needed, its instance `i`."""

from typing import Final, NamedTuple

from andante.store.instances import keyed
from andante.store.records import TaskQuery

VIEWS: Final = {
    "todo": "t.state='open' and t.suspended=0",
    "delegated": "t.state='open' and t.suspended=0",
    "paused": "t.state='open' and t.suspended=1",
    "history": "t.ended_at>0",
    "all": "t.state<>''",
}
SLA: Final = {
    "breached": "t.due_at>0 and t.due_at<=?",
    "goal passed": "t.goal_at>0 and t.goal_at<=? and not (t.due_at>0 and t.due_at<=?)",
    "at risk": "t.risk_at>0 and t.risk_at<=? and not (t.goal_at>0 and t.goal_at<=?)"
    " and not (t.due_at>0 and t.due_at<=?)",
    "on track": "t.risk_at>=0 and (t.goal_at>0 or t.due_at>0) and not (t.risk_at>0 and t.risk_at<=?)"
    " and not (t.goal_at>0 and t.goal_at<=?) and not (t.due_at>0 and t.due_at<=?)",
}
ENDED_SLA: Final = {
    "breached": "t.due_at>0 and t.ended_at>t.due_at",
    "met": "t.state='completed' and (t.goal_at>0 or t.due_at>0) and not (t.due_at>0 and t.ended_at>t.due_at)",
}
DUE_GROUPS: Final = ("overdue", "today", "week", "later", "none")
INDEXED: Final = ("assignee", "name", "queue", "definition")


class Condition(NamedTuple):
    """`text` takes `values`."""

    text: str
    values: list[object]


def base(query: TaskQuery) -> str:
    """The view's own condition. Raises ValueError for an unknown one."""
    if query.view not in VIEWS:
        raise ValueError(f"view '{query.view}'")
    return VIEWS[query.view]


def who_may(query: TaskQuery) -> list[str]:
    """The names under which tasks are offered to this person."""
    who = ["*", f"user:{query.user}"]
    for name in query.groups:
        who.extend((f"group:{name}", f"role:{name}"))
    who.extend(f"queue:{name}" for name in query.queues)
    return who


def stood_for(person: str, definition: str, queue: str) -> Condition:
    """Tasks of a person whose tasks another does meanwhile: of that process and queue, "" for all."""
    text, values = "t.assignee=? and t.assignee<>''", [person]
    for column, value in (("definition", definition), ("queue", queue)):
        if value:
            text, values = f"{text} and t.{column}=?", [*values, value]
    return Condition(text, list(values))


def mine(query: TaskQuery) -> Condition:
    """Tasks this person works on, may claim, or has handled."""
    if query.view == "history":
        return Condition("(t.ended_by=? or t.assignee=? or t.owner=?)", [query.user] * 3)
    who = who_may(query)
    marks = ",".join("?" * len(who))
    free = (
        f"(t.assignee='' and (t.pool in ({marks}) or (t.pool='' and exists (select 1 from candidate c where"
        f" c.instance_id=t.instance_id and c.key=t.key and c.who in ({marks})))))"
    )
    if query.view == "delegated":
        return Condition("(t.owner=? and t.owner<>'' and t.assignee<>?)", [query.user, query.user])
    if query.scope == "mine":
        return Condition("t.assignee=?", [query.user])
    if query.scope == "free":
        return Condition(free, [*who, *who])
    instead = [stood_for(*each) for each in query.stands_for]
    return Condition(
        f"(t.assignee=? or t.owner=?{''.join(f' or ({each.text})' for each in instead)} or {free})",
        [query.user, query.user, *(value for each in instead for value in each.values), *who, *who],
    )


def offered(query: TaskQuery) -> Condition:
    """Tasks that are offered to the `candidate` of the query; in a list of open ones, those that nobody has yet."""
    name = query.candidate if ":" in query.candidate or query.candidate == "*" else f"user:{query.candidate}"
    free = "t.assignee='' and " if query.view in ("todo", "paused") else ""
    return Condition(
        f"({free}(t.pool=? or (t.pool='' and exists (select 1 from candidate c where c.instance_id=t.instance_id"
        " and c.key=t.key and c.who=?))))",
        [name, name],
    )


def equals(query: TaskQuery) -> list[tuple[str, str]]:
    """Columns that have an index, and the value that is asked for."""
    return [(column, value) for column in INDEXED if (value := getattr(query, column))]


def due_range(query: TaskQuery) -> tuple[int, int] | None:
    """From (or 0) and before (or 0) when it is to be due; None where that is left open."""
    start, end = query.due_from, query.due_before
    if query.overdue or query.due == "overdue":
        end = min(end, query.now) if end else query.now
    if query.due in ("today", "week", "later"):
        today, week = query.days
        low, high = {"today": (query.now, today), "week": (today, week), "later": (week, 0)}[query.due]
        start = max(start, low)
        end = min(end or high, high or end)
    return (start, end) if start or end else None


def others(query: TaskQuery) -> list[Condition]:
    """What is asked for beside the columns of `equals`. Raises ValueError for a value that is none."""
    found: list[Condition] = []

    def add(text: str, *values: object) -> None:
        found.append(Condition(text, list(values)))

    if query.instance_id:
        add("t.instance_id=?", query.instance_id)
    if query.element:
        add("t.element=?", query.element)
    if query.business_key:
        add(keyed("i"), query.business_key, query.business_key)
    if query.candidate:
        found.append(offered(query))
    if query.due:
        if query.due not in DUE_GROUPS:
            raise ValueError(f"due '{query.due}'")
        if query.due == "none":
            add("t.due_at=0")
    due = due_range(query)
    if due is not None:
        add("t.due_at>=? and t.due_at>0", due[0])
        if due[1]:
            add("t.due_at<?", due[1])
    for column, start, end in (
        ("created_at", query.created_from, query.created_before),
        ("ended_at", query.ended_from, query.ended_before),
        ("follow_up_at", 1 if query.follow_up_before else 0, query.follow_up_before),
    ):
        if start:
            add(f"t.{column}>=?", start)
        if end:
            add(f"t.{column}<?", end)
    if query.sla_state:
        known = ENDED_SLA if query.view == "history" else SLA
        if query.sla_state not in known:
            raise ValueError(f"slaState '{query.sla_state}'")
        text = known[query.sla_state]
        add(f"({text})", *[query.now] * text.count("?"))
    if query.ended_as:
        add("t.state=?", query.ended_as)
    if query.outcome:
        add("t.outcome=?", query.outcome)
    if query.urgency_min:
        add("t.urgency>=?", query.urgency_min)
    if query.priority_min is not None:
        add("t.priority>=?", query.priority_min)
    return found
