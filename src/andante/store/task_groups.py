"""How many tasks there are, in all and in groups: by when they are due, or by process. Nothing is counted further than
FEW; what has more says so."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from andante.store.ranks import DUE, LEVEL, NEVER, PRIORITY_BITS
from andante.store.records import TaskQuery
from andante.store.store import Store
from andante.store.task_arms import FEW, OF_ALL, Arm, counting, everything
from andante.store.task_conditions import DUE_GROUPS, VIEWS, Condition, base, mine, put_off
from andante.store.task_lists import Reading
from andante.store.task_order import order_of

LISTED: Final = VIEWS["todo"]
GROUPINGS: Final = ("due", "process")


class Count(msgspec.Struct, frozen=True):
    """So many, or with `more` more than so many. `key` names the group."""

    key: str
    count: int
    more: bool = False


async def counts(store: Store, query: TaskQuery) -> list[Count]:
    """For the views of a person: todo, mine, claimable, overdue, delegated, paused."""
    user = TaskQuery(user=query.user, groups=query.groups, queues=query.queues, now=query.now, days=query.days)
    user.stands_for, user.shares, user.definitions = query.stands_for, query.shares, query.definitions
    within = [Condition(*query.definitions.sql("t.definition"))] if query.definitions is not None else []
    everywhere = [*within, put_off(query)] if query.put_off else within
    several = _of_all(store, query, everywhere) if query.everything else _of_person(store, query, user, within)
    scopes = {"mine": "mine", "claimable": "free"} if query.everything else {"mine": "mine"}
    ones = [
        *(
            _seen(store, key, msgspec.structs.replace(user, scope=scope, put_off=query.put_off))
            for key, scope in scopes.items()
        ),
        _seen(store, "delegated", msgspec.structs.replace(user, view="delegated")),
        _paused(store, query, everywhere),
    ]
    # None waits for another.
    together, single = await asyncio.gather(several, asyncio.gather(*ones))
    found = {count.key: count for count in (*together, *single)}
    return [found[key] for key in ("todo", "overdue", "mine", "claimable", "delegated", "paused")]


async def _of_all(store: Store, query: TaskQuery, within: Sequence[Condition]) -> list[Count]:
    only = "".join(f" and {each.text}" for each in within)
    names = [value for each in within for value in each.values]
    found = []
    for key, text, before in (
        ("todo", f" and {OF_ALL}", []),
        ("overdue", " and t.due_at>0 and t.due_at<?", [query.now]),
    ):
        ((number,),) = await store.browse(
            f"select count(*) from (select 1 from task t where {LISTED}{text}{only} limit {FEW + 1}) n",
            [*before, *names],
        )
        found.append(_count(key, number))
    return found


async def _of_person(store: Store, query: TaskQuery, user: TaskQuery, within: Sequence[Condition]) -> list[Count]:
    arms = _not_put_off(Reading(store, user, order_of(user)).arms(), query)
    text, values = counting(arms, within, ", {0}.rank as r")
    free, given = counting([arm for arm in arms if arm.free], within)
    (((seen, good, late),), ((looked, claimable),)) = await asyncio.gather(
        store.browse(
            f"select count(*), count(case when ok=1 then 1 end),"
            f" count(case when ok=1 and {DUE.replace('rank', 'r')}<? then 1 end) from ({text}) n",
            [query.now, *values],
        ),
        store.browse(f"select count(*), count(case when ok=1 then 1 end) from ({free}) n", given),
    )
    return [
        Count("todo", min(good, FEW), seen > FEW),
        Count("overdue", min(late, FEW), seen > FEW),
        Count("claimable", min(claimable, FEW), looked > FEW),
    ]


def _not_put_off(arms: Sequence[Arm], query: TaskQuery) -> list[Arm]:
    """One puts off what is one's own: at what is offered nobody has to look for that."""
    if not query.put_off:
        return list(arms)
    within = put_off(query)
    return [
        arm if arm.free else arm._replace(where=Condition(*everything([arm.where, within])))
        for arm in arms
        if not arm.free or query.put_off == "hidden"
    ]


async def _paused(store: Store, query: TaskQuery, within: Sequence[Condition]) -> Count:
    paused = Arm("task t", Condition(VIEWS["paused"], []))
    text, values = counting([paused], [*within, *([] if query.everything else [mine(query)])])
    ((all, number),) = await store.browse(f"select count(*), count(case when ok=1 then 1 end) from ({text}) n", values)
    return Count("paused", min(number, FEW), all > FEW)


async def groups(store: Store, query: TaskQuery, by: str) -> list[Count]:
    """The tasks that the query finds, in groups of which none is empty. Raises ValueError for an unknown grouping."""
    if by not in GROUPINGS:
        raise ValueError(f"by: '{by}' is none of {', '.join(GROUPINGS)}.")
    reading = Reading(store, query, order_of(query))
    if query.everything and not query.scope and reading.plain and base(query) == LISTED:
        found = await (_due_of_all(store, query) if by == "due" else _processes_of_all(store))
    else:
        found = await _seen_groups(store, query, reading, by)
    return [each for each in found if each.count]


async def _seen_groups(store: Store, query: TaskQuery, reading: Reading, by: str) -> list[Count]:
    if by == "process":
        text, values, most = await reading.counted_with(", t.definition as process", "")
        key, limits = "process", list[object]()
    else:
        text, values, most = await reading.counted_with(
            ", t.due_at as due", f", {DUE.replace('rank', '{0}.rank')} as due"
        )
        today, week = query.days
        # A due time's group by how many of these instants it is not before.
        key = f"case when due in (0,{NEVER}) then 4 when due<? then 0 when due<? then 1 when due<? then 2 else 3 end"
        limits = [query.now, today, week]
    # Where a place had more than was looked at, each group may have more.
    rows = await store.browse(
        f"with seen as materialized ({text}) select {key} as g, count(*), (select count(*) from seen) from seen"
        " where ok=1 group by 1 order by 2 desc, 1",
        [*values, *limits],
    )
    if by == "process":
        return [Count(row[0], row[1], row[2] >= most) for row in rows]
    known = {row[0]: row for row in rows}
    return [Count(name, known[n][1], known[n][2] >= most) for n, name in enumerate(DUE_GROUPS) if n in known]


async def _due_of_all(store: Store, query: TaskQuery) -> list[Count]:
    today, week = query.days
    ranges = ((1, query.now), (query.now, today), (today, week), (week, NEVER))
    found = []
    for name, (start, end) in zip(DUE_GROUPS, ranges, strict=False):
        ((number,),) = await store.browse(
            f"select count(*) from (select 1 from task t where {LISTED} and t.due_at>=? and t.due_at<? and t.due_at>0"
            f" limit {FEW + 1}) n",
            [start, end],
        )
        found.append(_count(name, number))
    # What is never due comes last of its urgency. SQLite begins where the first condition on a column says.
    first = f"select t.rank>>{LEVEL} from task t where"
    last = f"{LISTED} and {OF_ALL} order by t.rank limit 1"
    levels = await store.browse(
        f"with recursive level(u) as (select ({first} {last}) union all select ({first} t.rank>=((level.u+1)<<{LEVEL})"
        f" and {last}) from level where level.u is not null) select u from level where u is not null limit 400"
    )
    never = f"select 1 from task t where t.rank>=? and t.rank<? and {LISTED} and {OF_ALL}"
    parts = " union all ".join([f"select * from ({never} limit {FEW + 1}) a"] * len(levels))
    values = [at for (u,) in levels for at in (u << LEVEL | NEVER << PRIORITY_BITS, (u + 1) << LEVEL)]
    number = (await store.browse(f"select count(*) from ({parts}) n", values))[0][0] if levels else 0
    return [*found, _count(DUE_GROUPS[-1], number)]


async def _processes_of_all(store: Store) -> list[Count]:
    rows = await store.browse(
        f"select d.name, (select count(*) from (select 1 from task t where {LISTED} and t.definition=d.name"
        f" limit {FEW + 1}) n) from (select distinct name from definition where kind<>'dmn') d"
    )
    return [_count(name, number) for name, number in sorted(rows, key=lambda row: (-row[1], row[0]))]


async def _seen(store: Store, key: str, query: TaskQuery) -> Count:
    within = [] if query.definitions is None else [Condition(*query.definitions.sql("t.definition"))]
    arms = _not_put_off(Reading(store, query, order_of(query)).arms(), query)
    text, values = counting(arms, within)
    ((seen, good),) = await store.browse(f"select count(*), count(case when ok=1 then 1 end) from ({text}) n", values)
    return Count(key, min(good, FEW), seen > FEW)


def _count(key: str, number: int) -> Count:
    return Count(key, min(number, FEW), number > FEW)
