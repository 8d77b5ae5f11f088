"""Reading tasks: the to-do list, the history, one by id. A suspended instance's tasks are in no to-do list."""

import json
from collections.abc import Iterable
from typing import Final

from andante.store.instances import MOST, cursor, keyed
from andante.store.records import Page, TaskQuery, TaskRecord
from andante.store.store import Row, Store

OWN: Final = (
    "name", "element", "assignee", "users", "groups", "queue", "owner", "delegated", "priority", "urgency",
    "created_at", "goal_at", "due_at", "risk_at", "follow_up_at", "form", "outcomes", "state", "outcome", "ended_at",
    "ended_by",
)  # fmt: skip
BACKSLASH: Final = r"'\'"
SEARCHED: Final = ("t.name", "i.business_key", "i.label", "i.title")
ORDER: Final = frozenset((*OWN, "key", "business_key"))
_COLUMNS: Final = ",".join(f't."{name}"' for name in OWN)
SELECT: Final = (
    f"select t.instance_id, t.key, i.definition_id, i.name, i.version, i.business_key, i.suspended, {_COLUMNS}"
    " from task t join instance i on i.id = t.instance_id"
)


def record(row: Row) -> TaskRecord:
    instance_id, key, definition_id, definition, version, business_key, suspended = row[:7]
    own = dict(zip(OWN, row[7:], strict=True))
    for name in ("users", "groups", "outcomes"):
        own[name] = json.loads(own[name]) if own[name] else []
    own["delegated"] = bool(own["delegated"])
    return TaskRecord(
        id=f"{instance_id}-{key}",
        instance_id=instance_id,
        key=key,
        definition_id=definition_id,
        definition=definition,
        version=version,
        business_key=business_key,
        suspended=bool(suspended),
        **own,
    )


async def one(store: Store, instance_id: str, key: int) -> TaskRecord | None:
    row = await store.get(f"{SELECT} where t.instance_id=? and t.key=?", (instance_id, key))
    return record(row) if row is not None else None


def _marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)


def _mine(query: TaskQuery, history: bool) -> tuple[str, list[object]]:
    """Tasks this person works on, may claim, or has handled."""
    who: list[object] = ["*", f"user:{query.user}"]
    for name in query.groups:
        who.extend((f"group:{name}", f"role:{name}"))
    who.extend(f"queue:{name}" for name in query.queues)
    if history:
        return "(t.ended_by=? or t.assignee=? or t.owner=?)", [query.user] * 3
    marks = _marks(who)
    instead = ""
    shared: list[object] = []
    for person, definition, queue in query.stands_for:
        instead += " or (t.assignee=?"
        shared.append(person)
        for column, value in (("i.name", definition), ("t.queue", queue)):
            if value:
                instead += f" and {column}=?"
                shared.append(value)
        instead += ")"
    return (
        f"(t.assignee=? or t.owner=?{instead} or (t.assignee='' and (t.pool in ({marks}) or (t.pool='' and exists ("
        f"select 1 from candidate c where c.instance_id=t.instance_id and c.key=t.key and c.who in ({marks}))))))",
        [query.user, query.user, *shared, *who, *who],
    )


def _where(query: TaskQuery, similar: str) -> tuple[str, list[object]]:
    conditions: list[str] = []
    values: list[object] = []

    def add(condition: str, *parameters: object) -> None:
        conditions.append(condition)
        values.extend(parameters)

    if query.view == "todo":
        add("t.state='open' and i.suspended=0")
    elif query.view == "paused":
        add("t.state='open' and i.suspended=1")
    elif query.view == "history":
        add("t.state<>'open'")
    elif query.view != "all":
        raise ValueError(f"view '{query.view}'")
    if not query.everything:
        condition, parameters = _mine(query, query.view == "history")
        add(condition, *parameters)
    for column, value in (
        ("t.instance_id", query.instance_id),
        ("t.assignee", query.assignee),
        ("t.name", query.name),
        ("t.element", query.element),
    ):
        if value:
            add(f"{column}=?", value)
    if query.business_key:
        add(keyed("i"), query.business_key, query.business_key)
    if query.candidate:
        name = query.candidate if ":" in query.candidate else f"user:{query.candidate}"
        add(
            "(t.pool=? or (t.pool='' and exists (select 1 from candidate c where c.instance_id=t.instance_id"
            " and c.key=t.key and c.who=?)))",
            name,
            name,
        )
    if query.due_before:
        add("t.due_at>0 and t.due_at<?", query.due_before)
    if query.overdue:
        add("t.due_at>0 and t.due_at<?", query.now)
    if query.urgency_min:
        add("t.urgency>=?", query.urgency_min)
    if query.text:
        like = "%" + query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        add(
            f"({' or '.join(f'{name} {similar} ? escape {BACKSLASH}' for name in SEARCHED)})",
            *[like] * 4,
        )
    return " where " + " and ".join(conditions) if conditions else "", values


def _order(query: TaskQuery) -> str:
    if query.order_field:
        if query.order_field not in ORDER:
            raise ValueError(query.order_field)
        direction = "desc" if query.descending else "asc"
        column = "i.business_key" if query.order_field == "business_key" else f't."{query.order_field}"'
        return f"{column} {direction}, t.instance_id {direction}, t.key {direction}"
    if query.view == "history":
        return "t.ended_at desc, t.instance_id desc, t.key desc"
    return "t.urgency desc, (t.due_at=0), t.due_at, t.priority desc, t.created_at, t.instance_id, t.key"


async def many(store: Store, query: TaskQuery) -> Page[TaskRecord]:
    """A page. To-do: most urgent first, then by due time. Raises ValueError for an unknown view or order field."""
    where, values = _where(query, store.like)
    order = _order(query)
    limit = max(1, min(query.limit, MOST))
    offset = cursor(query.after) if query.after else max(0, query.skip)
    rows = await store.browse(f"{SELECT}{where} order by {order} limit ? offset ?", [*values, limit, offset])
    counted = await store.browse(f"select count(*) from task t join instance i on i.id=t.instance_id{where}", values)
    total = counted[0][0]
    end = offset + len(rows)
    return Page([record(row) for row in rows], total, str(end) if end < total else "")
