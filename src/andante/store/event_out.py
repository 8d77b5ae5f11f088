"""What programs are to be told of instances: rows that go once they are told, in order for each instance and sink.

The first row of an instance stands for all of them: who has claimed it tells that instance's events, and nobody else
does meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, final

from andante.store.store import SharedStore, Store

AT_ONCE: Final = 256  # instances
MOST: Final = 2_000  # rows in memory, of one sink
_FIRST: Final = (
    "select e.instance_id, e.seq, e.sink from event_out e where e.sink=? and e.next_at<=?{free} and not exists"
    " (select 1 from event_out f where f.instance_id=e.instance_id and f.sink=e.sink and f.seq<e.seq)"
    " order by e.next_at, e.instance_id limit ?"
)
_FREE: Final = (
    " and (e.node in ('', ?) or not exists (select 1 from node where node.id=e.node and node.expires_at>{now}))"
)
_MINE: Final = (
    "update event_out set node=? where (instance_id, seq, sink) in ({first} {unlocked}) returning instance_id"
)


class Told(NamedTuple):
    """What one command of an instance has to tell. `at` in ms; `attempts` that failed."""

    instance_id: str
    seq: int
    at: int
    attempts: int
    data: bytes


class Backlog(NamedTuple):
    """Of one sink: commands to tell, how many of them failed before, since when (ms) the oldest is there, and why one
    has failed."""

    sink: str
    waiting: int
    failing: int
    oldest: int
    error: str


@final
class EventOut:
    """The table. `node` gives the name of this server among those that share the database."""

    def __init__(self, store: Store, node: Callable[[], str]) -> None:
        self._store = store
        self._node = node

    async def claim(self, sink: str, now: int) -> list[Told]:
        """What is due of instances that no other server tells about, by instance and in its order; it is this server's
        until it is done or put off. Raises StoreProblem."""
        if isinstance(self._store, SharedStore):
            node = self._node()
            first = _FIRST.format(free=_FREE.format(now=self._store.now))
            sql = _MINE.format(first=first, unlocked=self._store.unlocked.format("e"))
            found = await self._store.change(sql, (node, sink, now, node, AT_ONCE))
        else:
            found = await self._store.read(_FIRST.format(free=""), (sink, now, AT_ONCE))
        ids = sorted(row[0] for row in found)
        if not ids:
            return []
        marks = ",".join("?" * len(ids))
        rows = await self._store.read(
            "select instance_id, seq, at, attempts, data from event_out"
            f" where sink=? and instance_id in ({marks}) order by instance_id, seq limit ?",
            (sink, *ids, MOST),
        )
        return [Told(id, seq, at, attempts, bytes(data)) for id, seq, at, attempts, data in rows]

    async def settle(
        self, sink: str, done: Iterable[Told], failed: Sequence[tuple[Told, int, str]], left: Iterable[Told]
    ) -> None:
        """These are told, the first of their instances; others failed and are tried again at that time (ms), for that
        reason; and these are anybody's again. Raises StoreProblem."""
        last = {each.instance_id: each.seq for each in sorted(done, key=lambda each: each.seq)}
        statements: list[tuple[str, Sequence[object]]] = [
            ("delete from event_out where instance_id=? and seq<=? and sink=?", (id, seq, sink))
            for id, seq in last.items()
        ]
        statements += [
            (
                "update event_out set node='', attempts=attempts+1, next_at=?, error=?"
                " where instance_id=? and seq=? and sink=?",
                (next_at, why[:500], each.instance_id, each.seq, sink),
            )
            for each, next_at, why in failed
        ]
        statements += [
            (
                "update event_out set node='' where instance_id=? and seq=? and sink=?",
                (each.instance_id, each.seq, sink),
            )
            for each in left
        ]
        if statements:
            await self._store.write(statements)

    async def next_at(self, now: int) -> int:
        """When the next of those is due that are not due now (ms); 0 for never."""
        row = await self._store.get("select min(next_at) from event_out where next_at>?", (now,))
        return int(row[0] or 0) if row is not None else 0

    async def backlogs(self) -> list[Backlog]:
        """By sink: those that have anything to tell."""
        rows = await self._store.get_all(
            "select sink, count(*), count(case when attempts>0 then 1 end), min(at), max(error) from event_out"
            " group by sink order by sink"
        )
        return [Backlog(*row) for row in rows]

    async def again(self, sink: str, instance_id: str = "") -> None:
        """What has failed is due now: of one instance, or of all."""
        only, values = _of(sink, instance_id)
        await self._store.write([(f"update event_out set next_at=0, attempts=0 where {only}", values)])

    async def discard(self, sink: str, instance_id: str = "") -> None:
        """It is never told: of one instance, or of all."""
        only, values = _of(sink, instance_id)
        await self._store.write([(f"delete from event_out where {only}", values)])


def _of(sink: str, instance_id: str) -> tuple[str, list[object]]:
    return ("sink=? and instance_id=?", [sink, instance_id]) if instance_id else ("sink=?", [sink])
