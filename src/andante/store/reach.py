"""How far it reaches when something is done with many instances: told before it is done."""

from typing import Final

import msgspec

from andante.engine.state import CLOSED_STATES
from andante.store.batches import Chosen
from andante.store.instances import where
from andante.store.store import Store

# With which of the open ones an action does anything; other actions with all.
CONCERNED: Final = {"suspend": " and suspended=0", "resume": " and suspended=1", "retry": " and incident=1"}


class Reach(msgspec.Struct, frozen=True):
    """`total` instances are meant. Of these, `over`, and of those that are open `suspended` and `broken` (with an
    incident). With `concerned` of them there is anything to do; `called` are open instances that those called, and
    these in turn. In all of the two: `tasks`, of which `held` are with somebody, instances that wait for a time
    (`timed`), and jobs that a worker has (`jobs`)."""

    total: int
    over: int
    suspended: int
    broken: int
    concerned: int
    called: int
    tasks: int
    held: int
    timed: int
    jobs: int


async def reach(store: Store, action: str, chosen: Chosen, now: int) -> Reach:
    """As it is now (ms)."""
    values: list[object]
    if chosen.ids:
        condition, values = f" where id in ({','.join('?' * len(chosen.ids))})", [*chosen.ids]
    else:
        condition, values = where(chosen.query)
    closed = ",".join(f"'{state}'" for state in CLOSED_STATES)
    ((total, over, suspended, broken),) = await store.read(
        f"select count(*), count(case when state in ({closed}) then 1 end),"
        " count(case when closed=0 and suspended=1 then 1 end), count(case when closed=0 and incident=1 then 1 end)"
        f" from instance{condition}",
        values,
    )
    first = f"select id from instance{condition}{' and' if condition else ' where'} closed=0{CONCERNED.get(action, '')}"
    inside = "instance_id in (select id from tree)"
    ((concerned, size, tasks, held, timed, jobs),) = await store.read(
        f"with recursive first(id) as ({first}), tree(id) as (select id from first"
        " union select c.id from instance c join tree on c.parent_id=tree.id where c.parent_id<>'' and c.closed=0)"
        " select (select count(*) from first), (select count(*) from tree),"
        f" (select count(*) from task where state='open' and {inside}),"
        f" (select count(*) from task where state='open' and assignee<>'' and {inside}),"
        " (select count(*) from instance where due_at>0 and id in (select id from tree)),"
        f" (select count(*) from job where worker<>'' and locked_until>? and {inside})",
        [*values, now],
    )
    return Reach(total, over, suspended, broken, concerned, size - concerned, tasks, held, timed, jobs)
