"""All tasks that a query means, one after the other by their ids: for what is done with any number of them."""

from andante.store.records import TaskQuery
from andante.store.store import Store
from andante.store.task_conditions import Condition
from andante.store.task_lists import Reading
from andante.store.task_order import order_of


async def _meant(store: Store, query: TaskQuery) -> tuple[str, Condition]:
    """From where, and which. Raises ValueError for what a list does not know."""
    meant = await Reading(store, query, order_of(query)).meant()
    return f"task t{' join instance i on i.id=t.instance_id' if 'i.' in meant.text else ''}", meant


async def ids(store: Store, query: TaskQuery, after: str, limit: int) -> list[str]:
    """Those after that one (""; from the first). Along the primary key, so that all pages together are one walk."""
    tables, meant = await _meant(store, query)
    instance_id, _, key = after.rpartition("-")
    rows = await store.read(
        f"select t.instance_id, t.key from {tables} where {meant.text} and t.instance_id>=?"
        " and (t.instance_id, t.key) > (?,?) order by t.instance_id, t.key limit ?",
        [*meant.values, instance_id, instance_id, int(key or 0), limit],
    )
    return [f"{row[0]}-{row[1]}" for row in rows]


async def extent(store: Store, query: TaskQuery) -> int:
    """How many there are."""
    tables, meant = await _meant(store, query)
    ((found,),) = await store.read(f"select count(*) from {tables} where {meant.text}", meant.values)
    return int(found)
