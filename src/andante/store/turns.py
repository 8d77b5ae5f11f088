"""Whose turn it was last, of those who get tasks in turn, and what each has open."""

from collections.abc import Sequence
from typing import Final

from andante.store.store import Store

KEPT: Final = 20  # turns of a pool that are left: others may be about to take the next one


async def last(store: Store, pool: str) -> tuple[int, str]:
    """The number of the pool's last turn, and who had it; (0, "") before the first."""
    row = await store.get("select n, person from turn where pool=? order by n desc limit 1", (pool,))
    return (row[0], row[1]) if row is not None else (0, "")


async def take(store: Store, pool: str, n: int, person: str) -> None:
    """The person has turn `n`. Raises Duplicate where another server has just given it to somebody."""
    await store.write(
        [
            ("insert into turn (pool, n, person) values (?,?,?)", [pool, n, person]),
            ("delete from turn where pool=? and n<?", [pool, n - KEPT]),
        ]
    )


async def open_tasks(store: Store, persons: Sequence[str]) -> dict[str, int]:
    """How many open tasks each has, suspended ones too; who has none is left out."""
    found: dict[str, int] = {}
    for start in range(0, len(persons), 500):
        part = list(persons[start : start + 500])
        marks = ",".join("?" * len(part))
        rows = await store.read(
            f"select assignee, count(*) from task where state='open' and assignee in ({marks}) group by assignee", part
        )
        found.update((who, count) for who, count in rows)
    return found
