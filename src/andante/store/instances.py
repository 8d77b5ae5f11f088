"""Reading instances: one by id, and lists."""

import json
from typing import Final

from andante.engine.state import CLOSED_STATES, STATES
from andante.store import cursors
from andante.store.grams import BACKSLASH, LIKE, pattern
from andante.store.projection import EXT
from andante.store.records import InstanceQuery, InstanceRecord, Page
from andante.store.store import Row, Store

COLUMNS: Final = (
    "id", "definition_id", "name", "version", "label", "title", "business_key", "state", "suspended", "closed",
    "is_test", "urgency", "task_outcome", "bp_status", "bp_stage", "bp_step", "description", "next_element",
    "current_element", "created_by", "owner", "last_handler", "modified_by", "started_at", "modified_at", "ended_at",
    "ext", "parent_id", "root_id", "incident",
)  # fmt: skip
FLAGS: Final = tuple(COLUMNS.index(name) for name in ("suspended", "closed", "is_test", "incident"))
EXT_AT: Final = COLUMNS.index("ext")
SELECT: Final = "select " + ",".join(COLUMNS) + " from instance"
MOST: Final = 1_000
OPEN_STATES: Final = tuple(state for state in STATES if state not in CLOSED_STATES)


def record(row: Row) -> InstanceRecord:
    values = list(row)
    for at in FLAGS:
        values[at] = bool(values[at])
    values[EXT_AT] = json.loads(values[EXT_AT]) if values[EXT_AT] else list(EXT)
    return InstanceRecord(*values)


async def one(store: Store, instance_id: str) -> InstanceRecord | None:
    row = await store.get(f"{SELECT} where id=?", (instance_id,))
    return record(row) if row is not None else None


async def open_counts(store: Store) -> tuple[int, int, int]:
    """How many are open, suspended, broken; by the index of the states, so that what is over is not counted through."""
    ((opened, suspended, incidents),) = await store.browse(
        "select count(*), count(case when suspended=1 then 1 end), count(case when incident=1 then 1 end)"
        f" from instance where state in ({','.join('?' * len(OPEN_STATES))})",
        OPEN_STATES,
    )
    return opened, suspended, incidents


async def open_up_to(store: Store, most: int) -> int:
    """How many are open, `most` for more; of the database itself, for a copy that follows it may be late."""
    ((opened,),) = await store.get_all(
        "select count(*) from (select 1 from instance"
        f" where state in ({','.join('?' * len(OPEN_STATES))}) limit ?) as opened",
        (*OPEN_STATES, most),
    )
    return int(opened)


async def open_by_definition(store: Store) -> list[tuple[str, str, int, int, int]]:
    """Name, version, and how many are open, suspended and broken."""
    found = await store.browse(
        "select name, version, count(*), count(case when suspended=1 then 1 end),"
        " count(case when incident=1 then 1 end) from instance"
        f" where state in ({','.join('?' * len(OPEN_STATES))}) group by name, version",
        OPEN_STATES,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]


async def open_states(store: Store, definition_id: str, most: int) -> tuple[int, list[bytes]]:
    """How many of a definition's instances are open, and the states of the last of them."""
    which = f"definition_id=? and state in ({','.join('?' * len(OPEN_STATES))})"
    ((opened,),) = await store.browse(f"select count(*) from instance where {which}", (definition_id, *OPEN_STATES))
    found = await store.browse(
        f"select data from instance where {which} order by started_at desc, id desc limit ?",
        (definition_id, *OPEN_STATES, most),
    )
    return opened, [bytes(row[0]) for row in found]


async def children(store: Store, instance_id: str) -> list[str]:
    """Ids of the open instances that this one called."""
    rows = await store.get_all(
        "select id from instance where parent_id=? and parent_id <> '' and closed=0 order by id", (instance_id,)
    )
    return [row[0] for row in rows]


def where(query: InstanceQuery) -> tuple[str, list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    if query.states:
        states = [state for state in query.states if state != "Suspended"]
        parts = []
        if states:
            parts.append(f"state in ({','.join('?' * len(states))})")
            values.extend(states)
        if "Suspended" in query.states:
            parts.append("(suspended=1 and closed=0)")
        conditions.append(f"({' or '.join(parts)})")
    for column, value in (
        ("name", query.name),
        ("version", query.version),
        ("created_by", query.created_by),
        ("definition_id", query.definition_id),
        ("parent_id", query.parent_id),
    ):
        if value:
            conditions.append(f"{column}=?")
            values.append(value)
    for column, word, several in (
        ("id", "in", query.ids),
        ("id", "not in", query.not_ids),
        ("name", "in", query.names),
        ("name", "not in", query.not_names),
        ("business_key", "in", query.keys),
    ):
        if several:
            conditions.append(f"{column} {word} ({','.join('?' * len(several))})")
            values.extend(several)
    for column, like in (("business_key", query.key_like), ("label", query.label_like)):
        if like:
            conditions.append(f"lower({column}) like lower(?) escape {BACKSLASH}")
            values.append(like)
    if query.going or query.open:
        conditions.append("closed=0 and suspended=0" if query.going else "closed=0")
    if query.business_key:
        conditions.append(keyed("instance"))
        values.extend((query.business_key, query.business_key))
    if query.started_from:
        conditions.append("started_at>=?")
        values.append(query.started_from)
    if query.started_before:
        conditions.append("started_at<?")
        values.append(query.started_before)
    if query.over or query.ended_from or query.ended_before:
        conditions.append("ended_at>0")  # said so that the index of what is over serves
    if query.ended_from:
        conditions.append("ended_at>=?")
        values.append(query.ended_from)
    if query.ended_before:
        conditions.append("ended_at<?")
        values.append(query.ended_before)
    if query.own:
        more, names = query.read.sql("name") if query.read is not None and not query.read.empty else ("0=1", [])
        conditions.append(f"(created_by=? or {more or '1=1'})" if names else "created_by=?")
        values.extend((query.own, *names))
    if query.definitions is not None:
        text, names = query.definitions.sql("name")
        conditions.extend([text] if text else [])
        values.extend(names)
    if query.broken:
        conditions.append("incident=1")
    if query.roots:
        conditions.append("parent_id=''")
    if query.text:
        conditions.append(
            f"(id=? or {one_of(f'search s where s.instance_id=instance.id and s.key=0 and s.text {LIKE}')})"
        )
        values.extend((query.text, pattern(query.text)))
    return (" where " + " and ".join(conditions) if conditions else ""), values


def one_of(rows: str) -> str:
    """Whether there is one of these rows, looked up for each that is looked at: of `exists` PostgreSQL may read all
    there are first, to look at fewer than that."""
    return f"(select 1 from {rows} limit 1)=1"


def keyed(table: str) -> str:
    """The condition on the business key, which takes it twice: an instance without one has its id for key (contract
    2.1). Said in such a way that the index of the keys and that of the ids serve it."""
    key = f"{table}.business_key"
    return f"(({key}=? and {key}<>'') or ({table}.id=? and {key}=''))"


async def many(store: Store, query: InstanceQuery) -> Page[InstanceRecord]:
    """A page. Raises ValueError for an order field that is no column; ties go by id."""
    if query.order_field not in COLUMNS:
        raise ValueError(query.order_field)
    condition, values = where(query)
    direction, sign = ("desc", "<") if query.descending else ("asc", ">")
    order = f"{'-' if query.descending else ''}{query.order_field}"
    limit = max(1, min(query.limit, MOST))
    begin, given = condition, list(values)
    if query.after:
        at = cursors.read(query.after, order, 2)
        begin += f"{' and' if condition else ' where'} ({query.order_field}, id) {sign} ({cursors.mark(at[0])},?)"
        given += at
    rows = await store.browse(
        f"{SELECT}{begin} order by {query.order_field} {direction}, id {direction} limit ? offset ?",
        [*given, limit + 1, 0 if query.after else max(0, query.skip)],
    )
    total = (await store.browse(f"select count(*) from instance{condition}", values))[0][0]
    after = ""
    if len(rows) > limit:
        last = rows[limit - 1]
        after = cursors.written(order, [last[COLUMNS.index(query.order_field)], last[0]])
    return Page([record(row) for row in rows[:limit]], total, after)


async def ids(store: Store, query: InstanceQuery, after: str, limit: int) -> list[str]:
    """Those that the query finds, by id, after that one."""
    condition, values = where(query)
    rows = await store.read(
        f"select id from instance{condition}{' and' if condition else ' where'} id>? order by id limit ?",
        [*values, after, limit],
    )
    return [row[0] for row in rows]


async def extent(store: Store, query: InstanceQuery) -> tuple[int, int]:
    """How many the query finds; and how many open ones these have called, and those in turn."""
    condition, values = where(query)
    ((found,),) = await store.read(f"select count(*) from instance{condition}", values)
    ((below,),) = await store.read(
        "select count(*) from instance c where c.parent_id<>'' and c.closed=0 and c.root_id in"
        f" (select id from instance{condition})",
        values,
    )
    return found, below
