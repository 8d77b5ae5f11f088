"""What lists go by is put right where a server of the release before has written: it knows nothing of ranks.

All open tasks are looked at, some at a time with rests between, when the server has started and again when another has
left; nothing is written where all is as it must be. A database of one server is put right by its migration.
"""

import asyncio
from collections.abc import Callable
from typing import Final, final

import structlog

from andante.store.faults import StoreProblem
from andante.store.grams import folded, grams
from andante.store.ranks import rank
from andante.store.store import Row, SharedStore, Store
from andante.store.task_rows import called

log: Final = structlog.get_logger("andante.lists")
AT_ONCE: Final = 500  # tasks
REST: Final = 0.05  # seconds after so many
LOOK: Final = 5.0  # seconds between looks whether a server has left
PAUSE: Final = 60.0  # after the database refused
_TASKS: Final = (
    "select t.{0}, t.instance_id, t.key, t.urgency, t.due_at, t.priority, t.rank, t.suspended, t.definition,"
    " i.suspended, i.name, i.label, i.title, i.business_key, s.text, (select count(*) from candidate c"
    " where c.instance_id=t.instance_id and c.key=t.key and (c.rank<>t.rank or c.free<>case when t.assignee='' and"
    " i.suspended=0 then 1 else 0 end)) from task t join instance i on i.id=t.instance_id"
    " left join search s on s.instance_id=t.instance_id and s.key=0 where t.state='open' and t.suspended={1}"
    " and (t.{0}, t.instance_id, t.key) > (cast(? as bigint), ?, cast(? as bigint))"
    f" order by t.{{0}}, t.instance_id, t.key limit {AT_ONCE}"
)
# Each walks along an index of what is open: those that are listed, and those that are paused.
WALKS: Final = (_TASKS.format("created_at", 0), _TASKS.format("rank", 1))


@final
class PuttingRight:
    """`first`: whether it is this server's to do; `size`: how many servers there are now."""

    def __init__(self, store: Store, first: Callable[[], bool], size: Callable[[], int]) -> None:
        self._store = store
        self._first = first
        self._size = size

    async def run(self) -> None:
        if not isinstance(self._store, SharedStore):
            return
        before = 0
        while True:
            now = self._size()
            if self._first() and (not before or now < before):
                try:
                    await self.carry_out()
                except StoreProblem as fault:
                    log.warning("the lists could not be put right", why=str(fault))
                    await asyncio.sleep(PAUSE)
                    continue
            before = now
            await asyncio.sleep(LOOK)

    async def carry_out(self) -> int:
        """Look at all open tasks once; how many were not right. Raises StoreProblem."""
        wrong = 0
        for walk in WALKS:
            place: tuple[int, str, int] = (-1, "", 0)
            while rows := await self._store.read(walk, place):
                place = rows[-1][:3]
                for row in rows:
                    wrong += await self._put_right(row)
                await asyncio.sleep(REST)
        return wrong

    async def _put_right(self, row: Row) -> int:
        _, id, key, urgency, due, priority, stored, flag, process, suspended, name, *words, text, off = row
        right = rank(urgency, due, priority)
        wanted = called(id, name, *words)
        found: list[tuple[str, list[object]]] = []
        if (stored, flag, process) != (right, suspended, name) or off:
            found += [
                (
                    "update task set rank=?, definition=?, suspended=(select i.suspended from instance i where"
                    " i.id=task.instance_id) where instance_id=? and key=? and urgency=? and due_at=? and priority=?",
                    [right, name, id, key, urgency, due, priority],
                ),
                (
                    "update candidate set rank=t.rank, free=case when t.state='open' and t.assignee='' and"
                    " t.suspended=0 then 1 else 0 end from task t where t.instance_id=candidate.instance_id"
                    " and t.key=candidate.key and candidate.instance_id=? and candidate.key=?",
                    [id, key],
                ),
            ]
        if wanted and text != folded(wanted):
            found.append((
                "insert into search (instance_id, key, text, grams) values (?,0,?,?) on conflict (instance_id, key)"
                " do update set text=excluded.text, grams=excluded.grams",
                [id, folded(wanted), grams(wanted)],
            ))  # fmt: skip
        if found:
            # The instance's row first: whoever changes the instance now waits, or has been waited for.
            await self._store.write([("update instance set seq=seq where id=?", [id]), *found])
        return 1 if found else 0
