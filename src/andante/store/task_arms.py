"""Places in the indexes of tasks: where a list is walked, and how many are there."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from andante.store.task_conditions import Condition

FEW: Final = 2_000  # tasks that are gathered and sorted; more are walked through, and not counted to the end
MANY_NAMES: Final = 60  # of a person; more are asked for together
# The index of all that is listed serves only those who say this: a database that knows no better would walk through it
# for one person's tasks.
OF_ALL: Final = "t.rank>=0"
OF_CANDIDATE: Final = "t.instance_id=c.instance_id and t.key=c.key"


class Arm(NamedTuple):
    """One place in an index: tasks `t` of `tables`, in the order of the columns of `alias`. `bare`: the same without
    what only a task's row tells, to count; arms of one `group` may have the same tasks."""

    tables: str
    where: Condition
    alias: str = "t"
    bare: tuple[str, Condition] | None = None
    group: str = ""
    free: bool = False


def offers(who: Sequence[str], listed: str, only: Condition | None = None) -> list[Arm]:
    """The places in indexes of what is offered under these names and nobody has; `only`: of the tasks `t` that it
    means."""
    several = len(who) > MANY_NAMES
    if only is not None:
        return [
            arm._replace(where=Condition(*everything([arm.where, only])), bare=None, group="several")
            for arm in offers(who, listed)
        ]
    found: list[Arm] = []
    for names in [list(who)] if several else [[name] for name in who]:
        match = f"in ({','.join('?' * len(names))})" if several else "=?"
        found.append(Arm("task t", Condition(f"t.pool {match} and t.assignee='' and {listed}", list(names)), free=True))
        bare = Condition(f"c.who {match} and c.free=1", list(names))
        found.append(
            Arm(
                "candidate c cross join task t",
                Condition(f"{bare.text} and {OF_CANDIDATE} and t.pool='' and t.assignee='' and {listed}", bare.values),
                "c", ("candidate c", bare), "several", True,
            )
        )  # fmt: skip
    return found


def counting(
    arms: Sequence[Arm], filters: Sequence[Condition], more: str = "", *, rows: bool = False, most: int = FEW + 1
) -> tuple[str, list[object]]:
    """A query of the tasks of these places, `most` of each at most, with `ok` 1 for those that pass, and `more`
    columns: of the task `t` if it takes `rows`, else of what the indexes have ("{0}")."""
    where, given = everything(filters)
    groups: dict[str, list[str]] = {}
    values: dict[str, list[object]] = {}
    for arm in arms:
        plain = not where and not rows and arm.bare is not None
        tables, condition, alias = (
            (arm.bare[0], arm.bare[1], "c") if plain and arm.bare is not None else (arm.tables, arm.where, arm.alias)
        )
        join = " join instance i on i.id=t.instance_id" if "i." in where else ""
        ok = f"case when {where} then 1 else 0 end" if where else "1"
        part = (
            f"select * from (select {alias}.instance_id, {alias}.key, {ok} as ok{more.format(alias)}"
            f" from {tables}{join} where {condition.text} limit {most}) a"
        )
        groups.setdefault(arm.group, []).append(part)
        values.setdefault(arm.group, []).extend([*given, *condition.values])
    return (
        " union all ".join(
            f"select * from ({(' union ' if group else ' union all ').join(parts)}) g"
            for group, parts in groups.items()
        ),
        [value for group in groups for value in values[group]],
    )


def keys(arms: Sequence[Arm]) -> Condition:
    text, values = counting(arms, [])
    return Condition(f"select instance_id, key from ({text}) k", values)


def is_(column: str) -> str:
    """The condition of that value, said in such a way that an index of those who have one serves it."""
    return f't."{column}"=? and t."{column}"<>\'\''


def everything(conditions: Sequence[Condition]) -> tuple[str, list[object]]:
    return " and ".join(each.text for each in conditions), [value for each in conditions for value in each.values]
