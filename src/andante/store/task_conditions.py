"""Which tasks a query means, as conditions of SQL on the task `t` and, where it is needed, its instance `i`."""

from typing import Final, NamedTuple

from andante.store.instances import keyed, one_of
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


_CANDIDATE: Final = "c.instance_id=t.instance_id and c.key=t.key"


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
    for share in query.shares:
        if not share.definition and not share.queue:
            who.extend(share.names)
    return list(dict.fromkeys(who))


def narrowed(query: TaskQuery) -> list[tuple[list[str], Condition]]:
    """Further names, of those who share the tasks of one process or queue with this person, each with what is meant."""
    known = set(who_may(query))
    found: list[tuple[list[str], Condition]] = []
    for share in query.shares:
        names = [name for name in share.names if name not in known]
        if names and (share.definition or share.queue):
            found.append((names, of_one(share.definition, share.queue)))
    return found


def of_one(definition: str, queue: str) -> Condition:
    """Tasks of that process and queue, "" for all."""
    chosen = [(column, value) for column, value in (("definition", definition), ("queue", queue)) if value]
    return Condition(" and ".join(f"t.{column}=?" for column, _ in chosen), [value for _, value in chosen])


def stood_for(person: str, definition: str, queue: str) -> Condition:
    """Tasks of a person whose tasks another does meanwhile: of that process and queue, "" for all."""
    only = of_one(definition, queue)
    return Condition(f"t.assignee=? and t.assignee<>''{_more(only)}", [person, *only.values])


def mine(query: TaskQuery) -> Condition:
    """Tasks this person works on, may claim, or has handled."""
    if query.view == "history":
        return Condition("(t.ended_by=? or t.assignee=? or t.owner=?)", [query.user] * 3)
    if query.view == "delegated":
        return Condition("(t.owner=? and t.owner<>'' and t.assignee<>?)", [query.user, query.user])
    if query.scope == "mine":
        return Condition("t.assignee=?", [query.user])
    free = [_free(who_may(query), Condition("", [])), *(_free(names, only) for names, only in narrowed(query))]
    if query.scope == "free":
        return _any(free)
    own = Condition("t.assignee=? or t.owner=?", [query.user, query.user])
    return _any([own, *(stood_for(*each) for each in query.stands_for), *free])


def _more(only: Condition) -> str:
    return f" and {only.text}" if only.text else ""


def _free(who: list[str], only: Condition) -> Condition:
    """What is offered under these names and nobody has."""
    marks = ",".join("?" * len(who))
    return Condition(
        f"t.assignee=''{_more(only)} and (t.pool in ({marks}) or (t.pool='' and"
        f" {one_of(f'candidate c where {_CANDIDATE} and c.who in ({marks})')}))",
        [*only.values, *who, *who],
    )


def _any(conditions: list[Condition]) -> Condition:
    text = " or ".join(f"({each.text})" for each in conditions)
    return Condition(f"({text})", [value for each in conditions for value in each.values])


def put_off(query: TaskQuery) -> Condition:
    """What the user has put off until later than now, or all but that."""
    if query.put_off == "only":
        return Condition("t.follow_up_at>? and t.assignee=?", [query.now, query.user])
    if query.put_off != "hidden":
        raise ValueError(f"putOff '{query.put_off}'")
    return Condition("(t.follow_up_at<=? or t.assignee<>?)", [query.now, query.user])


def offered(query: TaskQuery) -> Condition:
    """Tasks that are offered to the `candidate` of the query; in a list of open ones, those that nobody has yet."""
    name = query.candidate if ":" in query.candidate or query.candidate == "*" else f"user:{query.candidate}"
    free = "t.assignee='' and " if query.view in ("todo", "paused") else ""
    return Condition(
        f"({free}(t.pool=? or (t.pool='' and {one_of(f'candidate c where {_CANDIDATE} and c.who=?')})))",
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

    if query.definitions is not None:
        found.append(Condition(*query.definitions.sql("t.definition")))
    if query.instance_id:
        add("t.instance_id=?", query.instance_id)
    if query.element:
        add("t.element=?", query.element)
    for column, some in (("instance_id", query.instance_ids), ("element", query.elements)):
        if some:
            add(f"t.{column} in ({','.join('?' * len(some))})", *some)
    if query.definition_id:
        add("(select d.definition_id from instance d where d.id=t.instance_id)=?", query.definition_id)
    if query.assigned:
        add("t.assignee<>''")
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
    if query.put_off:
        found.append(put_off(query))
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
