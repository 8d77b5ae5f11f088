"""What operators look at: work for workers, times that fall due, what is on its way, the servers, the size."""

from collections.abc import Sequence
from typing import Final

import msgspec

from andante.engine.state import CLOSED_STATES, STATES
from andante.store.store import Row, SharedStore, Store

OPEN: Final = tuple(state for state in STATES if state not in CLOSED_STATES)
MINUTE: Final = 60_000


class JobType(msgspec.Struct, frozen=True):
    """Jobs of a type: `waiting` for a worker, `locked` by one, `later` (after a pause), `spent` without tries left, and
    `lost`: a worker had it and let its lock run out. `oldest`: since when (ms) the oldest waits, 0 where none does."""

    type: str
    count: int
    waiting: int
    locked: int
    later: int
    spent: int
    lost: int


class Job(msgspec.Struct, frozen=True):
    """An open job. Times in ms."""

    instance_id: str
    key: int
    type: str
    element: str
    retries: int
    available_at: int
    locked_until: int
    worker: str
    name: str
    title: str
    business_key: str


class Timers(msgspec.Struct, frozen=True):
    """What falls due in each of the next minutes; `late`: what should have happened by now, the first at `first` (ms,
    0 for none)."""

    minutes: list[int]
    late: int
    first: int


class Server(msgspec.Struct, frozen=True):
    """One of those that share the database. Times in ms; `alive` by the database's clock."""

    id: str
    slot: int
    started_at: int
    expires_at: int
    alive: bool


class OutboxState(msgspec.Struct, frozen=True):
    """Effects that are written and not carried out: among instances, and notes to people; the oldest's time (ms, 0 for
    none), and notes that were given up."""

    inner: int
    notes: int
    oldest: int
    dead: int


async def job_types(store: Store, now: int) -> list[JobType]:
    """By type, the most first."""
    rows = await store.read(
        "select type, count(*), count(case when retries>0 and available_at<=? and locked_until<=? then 1 end),"
        " count(case when locked_until>? then 1 end), count(case when retries>0 and available_at>? and locked_until<=?"
        " then 1 end), count(case when retries<=0 then 1 end),"
        " count(case when retries>0 and worker<>'' and locked_until>0 and locked_until<=? and available_at<=?"
        " then 1 end) from job group by type order by 2 desc, type",
        [now] * 7,
    )
    return [JobType(*row) for row in rows]


async def jobs(store: Store, kind: str, limit: int) -> list[Job]:
    """Of a type: those without tries left first, then by when they can be done."""
    rows = await store.read(
        "select j.instance_id, j.key, j.type, j.element, j.retries, j.available_at, j.locked_until, j.worker, i.name,"
        " case when i.title<>'' then i.title else i.label end, i.business_key"
        " from job j join instance i on i.id=j.instance_id where j.type=?"
        " order by case when j.retries<=0 then 0 else 1 end, j.available_at, j.instance_id, j.key limit ?",
        (kind, limit),
    )
    return [Job(*row) for row in rows]


async def timers(store: Store, now: int, minutes: int) -> Timers:
    """The next so many minutes."""
    rows = await store.read(
        "select (due_at-?)/60000 as minute, count(*) from instance where due_at>? and due_at<=? group by 1",
        (now, now, now + minutes * MINUTE),
    )
    found = [0] * minutes
    for minute, count in rows:
        found[min(int(minute), minutes - 1)] += count
    ((late, first),) = await store.read(
        "select count(*), min(due_at) from instance where due_at>0 and due_at<=?", (now,)
    )
    return Timers(found, late, first or 0)


async def due(store: Store, until: int, limit: int) -> list[Row]:
    """Ids, times (ms), names, titles and business keys of instances of which something is due until then (ms)."""
    return await store.read(
        "select id, due_at, name, case when title<>'' then title else label end, business_key from instance"
        " where due_at>0 and due_at<=? order by due_at, id limit ?",
        (until, limit),
    )


async def servers(store: Store) -> list[Server]:
    """Those that share the database, the oldest first; none where it is one server's own."""
    if not isinstance(store, SharedStore):
        return []
    rows = await store.read(
        f"select id, slot, started_at, expires_at, case when expires_at>{store.now} then 1 else 0 end from node"
        " order by started_at, id"
    )
    return [Server(id, slot, started, expires, bool(alive)) for id, slot, started, expires, alive in rows]


async def outbox_state(store: Store) -> OutboxState:
    """As it is now."""
    ((inner, notes, dead),) = await store.read(
        "select count(case when state='' and lane<>'note' then 1 end), count(case when state='' and lane='note' then 1"
        " end), count(case when state='dead' then 1 end) from outbox"
    )
    ((oldest,),) = await store.read(
        "select min(j.at) from outbox o join journal j on j.instance_id=o.instance_id and j.seq=o.seq where o.state=''"
    )
    return OutboxState(inner, notes, oldest or 0, dead)


async def size(store: Store) -> int:
    """Of the database, in bytes."""
    if isinstance(store, SharedStore):
        ((found,),) = await store.read("select pg_database_size(current_database())")
    else:
        ((found,),) = await store.read("select page_count*page_size from pragma_page_count(), pragma_page_size()")
    return int(found)


async def broken(store: Store, limit: int, after: tuple[int, str] = (0, "")) -> Sequence[Row]:
    """Id, definition id, name, time of the last change and state of open instances with an incident, in the order of
    their start and id."""
    return await store.read(
        "select id, definition_id, name, modified_at, data, started_at from instance where incident=1"
        f" and state in ({','.join('?' * len(OPEN))}) and (started_at, id) > (cast(? as bigint), ?)"
        " order by started_at, id limit ?",
        [*OPEN, *after, limit],
    )
