"""Walking through several places of indexes at once: the next tasks in their order, and which of them are meant.

A place in an index costs a fifth of a microsecond, a task's row some twenty times that. So what comes next is found in
the indexes alone, a bounded number at a time, and only these rows are looked at, until the page is full.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from andante.store.store import Row, Store
from andante.store.task_arms import Arm, everything
from andante.store.task_conditions import Condition
from andante.store.tasks import OF_TASK

FIRST: Final = 200  # tasks that are looked at first where some may not be meant
MOST_AT_ONCE: Final = 4_000


class Path(NamedTuple):
    """The order of a walk: `columns` on the alias that is given, `by` how their values o0, o1, ... are sorted, after
    which of them to begin."""

    columns: Sequence[str]
    descending: bool
    begin: Condition | None

    def by(self, alias: str) -> str:
        direction = " desc" if self.descending else ""
        return ", ".join(f"{alias}.o{n}{direction}" for n in range(len(self.columns)))


async def walk(
    store: Store, arms: Sequence[Arm], path: Path, base: str, shown: str, filters: Sequence[Condition], wanted: int
) -> list[Row]:
    """The first `wanted` tasks of these places that pass the filters, in order: the values of the path, then the
    columns of a task. `base` is what holds of all of them, but for what indexes do not know yet; `shown` likewise, of
    what only the instance tells."""
    found: list[Row] = []
    seen: set[tuple[object, object]] = set()
    width = len(path.columns)
    meant = [Condition(base, []), *filters]
    done, size = (
        0,
        max(FIRST, 4 * wanted) if filters else 2 * wanted,
    )  # some are offered by several of a person's groups
    while True:
        rows = await _step(store, arms, path, meant, shown, done, size, wanted)
        for row in rows:
            key = row[width + 1], row[width + 2]
            if row[width + 1] is not None and key not in seen:
                seen.add(key)
                found.append(row[1:])
        if len(found) >= wanted or rows[0][0] < size:
            return found[:wanted]
        done += size
        # As many as should do at the rate so far, and a fifth more.
        likely = done * (wanted - len(found)) * 6 // (5 * len(found)) if found else 4 * size
        size = min(max(FIRST, likely), MOST_AT_ONCE)


async def _step(
    store: Store, arms: Sequence[Arm], path: Path, filters: Sequence[Condition], shown: str,
    done: int, size: int, wanted: int,
) -> list[Row]:  # fmt: skip
    """At least one row: how many the indexes had, and a task that passes or nothing."""
    parts: list[str] = []
    values: list[object] = []
    width = range(len(path.columns))
    direction = " desc" if path.descending else ""
    for arm in arms:
        tables, condition, alias = (
            (arm.tables, arm.where, arm.alias) if arm.bare is None else (arm.bare[0], arm.bare[1], arm.alias)
        )
        columns = [column.replace("t.", f"{alias}.", 1) for column in path.columns]
        named = ", ".join(f"{column} as o{n}" for n, column in enumerate(columns))
        text, given = condition.text, list(condition.values)
        if path.begin is not None:
            text = f"{path.begin.text.replace('t.', f'{alias}.')} and {text}"
            given = [*path.begin.values, *given]
        parts.append(
            f"select * from (select {named}, {alias}.instance_id, {alias}.key, {int(arm.free)} as free from {tables}"
            f" where {text} order by {', '.join(f'{column}{direction}' for column in columns)} limit {done + size}) a"
        )
        values += given
    where, more = everything(filters)
    own = ", ".join(f"p.o{n}" for n in width)
    join = " cross join instance i" if "i." in where else ""
    key = "t.instance_id=p.instance_id and t.key=p.key"
    return await store.browse(
        f"with raw as materialized (select * from ({' union all '.join(parts)}) u order by {path.by('u')}"
        f" limit {size} offset {done}), near as materialized (select distinct * from raw), hit as materialized"
        f" (select p.* from near p cross join task t{join} where {key}{' and i.id=t.instance_id' if join else ''}"
        f" and (p.free=0 or t.assignee='') and {where} order by {path.by('p')} limit {wanted})"
        f" select z.n, h.* from (select count(*) as n from raw) z left join (select {own}, {OF_TASK} from hit p cross"
        f" join task t join instance i on i.id=t.instance_id where {key}{shown}) h on 1=1 order by {path.by('h')}",
        [*values, *more],
    )
