"""Numbers of the whole database, each from an index: what stands open, waits, is late, or was given up."""

import msgspec

from andante.store import operations as rows
from andante.store.instances import open_counts
from andante.store.store import SharedStore, Store


class Gauges(msgspec.Struct, frozen=True):
    """As of one look. `late_ms`: how long the first late timer is due; `outbox_ms`: since when the oldest effect is on
    its way; `batches` by state; `members`: servers that live, and those that went silent."""

    opened: int = 0
    suspended: int = 0
    broken: int = 0
    tasks: int = 0
    overdue: int = 0
    jobs: list[rows.JobType] = []
    timers_due: int = 0
    timers_late: int = 0
    late_ms: int = 0
    inner: int = 0
    notes: int = 0
    given_up: int = 0
    outbox_ms: int = 0
    batches: dict[str, int] = {}
    members: int = 1
    silent: int = 0
    size: int = 0


async def open_tasks(store: Store) -> int:
    """Those of instances that are not suspended."""
    ((tasks,),) = await store.browse("select count(*) from task where state='open' and suspended=0")
    return int(tasks)


async def gauges(store: Store, now: int) -> Gauges:
    """Raises StoreProblem."""
    opened, suspended, broken = await open_counts(store)
    ((overdue,),) = await store.browse(
        "select count(*) from task where state='open' and suspended=0 and due_at>0 and due_at<=?", (now,)
    )
    timers = await rows.timers(store, now, 1)
    outbox = await rows.outbox_state(store)
    batches = await store.get_all("select state, count(*) from batch where ended_at=0 group by state")
    servers = await rows.servers(store)
    alive = sum(each.alive for each in servers) if isinstance(store, SharedStore) else 1
    return Gauges(
        opened, suspended, broken, await open_tasks(store), overdue, await rows.job_types(store, now),
        sum(timers.minutes), timers.late, now - timers.first if timers.late else 0, outbox.inner,
        outbox.notes, outbox.dead, now - outbox.oldest if outbox.oldest else 0,
        {row[0]: row[1] for row in batches}, alive, len(servers) - sum(each.alive for each in servers),
        await rows.size(store),
    )  # fmt: skip
