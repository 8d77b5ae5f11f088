"""Open tasks that somebody has for somebody else, read along their index."""

from typing import Final, NamedTuple

from andante.store.store import Store
from andante.store.task_conditions import VIEWS


class Deputized(NamedTuple):
    """A task that its deputy has; `rank` and `key` tell its place in the index."""

    owner: str
    rank: int
    instance_id: str
    key: int
    assignee: str
    definition: str
    queue: str


FIRST: Final = Deputized("", 0, "", 0, "", "", "")


async def page(store: Store, after: Deputized, limit: int) -> list[Deputized]:
    """Those after that one, by their owners; delegated ones and those of suspended instances are none."""
    rows = await store.read(
        f"select t.owner, t.rank, t.instance_id, t.key, t.assignee, t.definition, t.queue from task t"
        f" where {VIEWS['todo']} and t.owner<>'' and t.owner>=? and (t.owner, t.rank, t.instance_id, t.key) > (?,?,?,?)"
        " and t.delegated=0 and t.assignee<>'' and t.assignee<>t.owner"
        " order by t.owner, t.rank, t.instance_id, t.key limit ?",
        [after.owner, *after[:4], limit],
    )
    return [Deputized(*row) for row in rows]
