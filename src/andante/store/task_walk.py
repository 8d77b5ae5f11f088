"""Walking through several places of indexes at once: the next tasks in their order, and which of them are meant.

A place in an index costs a fifth of a microsecond, a task's row some twenty times that. So what comes next is found in
the indexes alone, a bounded number at a time, and only these rows are looked at, until the page is full.
"""

from collections.abc import Sequence
from typing import Final

from andante.store import cursors
from andante.store.store import Row, Store
from andante.store.task_arms import Arm, everything
from andante.store.task_conditions import Condition
from andante.store.task_order import Order
from andante.store.tasks import OF_TASK

SIZES: Final = (256, 512, 1_024, 2_048, 4_096)  # tasks that are looked at in one step: few numbers make few plans


async def walk(
    store: Store, arms: Sequence[Arm], order: Order, after: Sequence[cursors.Value], base: str, shown: str,
    filters: Sequence[Condition], wanted: int,
) -> list[Row]:  # fmt: skip
    """The first `wanted` tasks of these places after that one that pass the filters, in order: the values of the
    order's columns, then the columns of a task. `base` is what holds of all of them, but for what indexes do not know
    yet; `shown` likewise, of what only the instance tells."""
    found: list[Row] = []
    seen: set[tuple[object, object]] = set()
    width = len(order.columns)
    meant = [Condition(base, []), *filters]
    done, size = 0, _size(4 * wanted if filters else 2 * wanted)  # some are offered by several of a person's groups
    while True:
        rows = await _step(store, arms, order, after, meant, shown, size, wanted)
        for row in rows:
            task = row[1 + width :]
            key = task[width], task[width + 1]
            if key[0] is not None and key not in seen:
                seen.add(key)
                found.append(task)
        if len(found) >= wanted or rows[0][0] < size:
            return found[:wanted]
        done, after = done + size, rows[0][1 : 1 + width]
        # As many as should do at the rate so far, and a fifth more.
        size = _size(done * (wanted - len(found)) * 6 // (5 * len(found)) if found else 4 * size)


def _size(enough: int) -> int:
    return next((size for size in SIZES if size >= enough), SIZES[-1])


async def _step(
    store: Store, arms: Sequence[Arm], order: Order, after: Sequence[cursors.Value], filters: Sequence[Condition],
    shown: str, size: int, wanted: int,
) -> list[Row]:  # fmt: skip
    """At least one row: how many the indexes had, where these ended, and a task that passes or nothing."""
    parts: list[str] = []
    values: list[object] = []
    width = range(len(order.columns))
    direction = " desc" if order.descending else ""
    for arm in arms:
        tables, condition, alias = (
            (arm.tables, arm.where, arm.alias) if arm.bare is None else (arm.bare[0], arm.bare[1], arm.alias)
        )
        columns = [column.replace("t.", f"{alias}.", 1) for column in order.columns]
        named = ", ".join(f"{column} as o{n}" for n, column in enumerate(columns))
        text, given = condition.text, list(condition.values)
        if after:
            begin = order.after(after, columns)
            text, given = f"{begin.text} and {text}", [*begin.values, *given]
        parts.append(
            f"select * from (select {named}, {alias}.instance_id, {alias}.key, {int(arm.free)} as free from {tables}"
            f" where {text} order by {', '.join(f'{column}{direction}' for column in columns)} limit {size}) a"
        )
        values += given
    where, more = everything(filters)
    own = ", ".join(f"p.o{n}" for n in width)
    last = ", ".join(f"l.o{n}" for n in width)
    back = ", ".join(f"o{n}{'' if order.descending else ' desc'}" for n in width)
    join = " cross join instance i" if "i." in where else ""
    key = "t.instance_id=p.instance_id and t.key=p.key"
    return await store.browse(
        f"with raw as materialized (select * from ({' union all '.join(parts)}) u order by {order.by('u')}"
        f" limit {size}), near as materialized (select distinct * from raw), hit as materialized"
        f" (select p.* from near p cross join task t{join} where {key}{' and i.id=t.instance_id' if join else ''}"
        f" and (p.free=0 or t.assignee='') and {where} order by {order.by('p')} limit ?),"
        f" last as (select * from raw order by {back} limit 1)"
        f" select z.n, {last}, h.* from (select count(*) as n from raw) z left join last l on 1=1 left join"
        f" (select {own}, {OF_TASK} from hit p cross"
        f" join task t join instance i on i.id=t.instance_id where {key}{shown}) h on 1=1 order by {order.by('h')}",
        [*values, *more, wanted],
    )
