"""What is said about a task, and who may look at one without working on it."""

from collections.abc import Sequence
from typing import Final, final

import msgspec

from andante.codec import decode_entry
from andante.engine.events import TaskCommented
from andante.runtime.sight import sight
from andante.store.records import Page, TaskRecord
from andante.store.store import Store
from andante.store.tasks import SELECT, record

MOST: Final = 1_000


class Remark(msgspec.Struct, frozen=True):
    """`at` in ms."""

    at: int
    who: str
    text: str


@final
class Remarks:
    """Read from the journal: what was said stays as long as the instance does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_task(self, instance_id: str, key: int) -> list[Remark]:
        """In order of time, whether the task is open or over."""
        rows = await self._store.read(
            "select at, actor, data from journal where instance_id=? order by seq", (instance_id,)
        )
        return [
            Remark(at, actor, fact.text)
            for at, actor, data in rows
            for fact in decode_entry(bytes(data))[1]
            if isinstance(fact, TaskCommented) and fact.task == key
        ]

    async def is_informed(self, instance_id: str, key: int, items: Sequence[str]) -> bool:
        """Whether one of "user:x", "group:x", ... is to know of the task."""
        marks = ",".join("?" * len(items))
        sql = f"select 1 from informed where instance_id=? and key=? and who in ({marks})"
        return await self._store.get(sql, (instance_id, key, *items)) is not None

    async def told_of(self, instance_id: str, key: int) -> list[str]:
        """Who is to know of the task: "user:x", "group:x", ..."""
        rows = await self._store.read(
            "select who from informed where instance_id=? and key=? order by who", (instance_id, key)
        )
        return [row[0] for row in rows]

    async def knows(self, instance_id: str, items: Sequence[str]) -> bool:
        """Whether one of them is to know of a task of the instance."""
        marks = ",".join("?" * len(items))
        sql = f"select 1 from informed where instance_id=? and who in ({marks})"
        return await self._store.get(sql, (instance_id, *items)) is not None

    async def informed(self, items: Sequence[str], skip: int, limit: int) -> Page[TaskRecord]:
        """Tasks that these are to know of, open and over, the newest first."""
        marks = ",".join("?" * len(items))
        known, given = f"(select distinct instance_id, key from informed where who in ({marks}))", list(items)
        only, names = sight().view.sql("t.definition")
        if only:
            known = (
                "(select distinct f.instance_id, f.key from informed f join task t on t.instance_id=f.instance_id"
                f" and t.key=f.key where f.who in ({marks}) and {only})"
            )
            given = [*given, *(str(name) for name in names)]
        rows = await self._store.browse(
            f"{SELECT} join {known} n on n.instance_id=t.instance_id and n.key=t.key"
            " order by t.created_at desc, t.instance_id desc, t.key desc limit ? offset ?",
            [*given, min(limit, MOST), skip],
        )
        ((total,),) = await self._store.browse(f"select count(*) from {known} n", given)
        end = skip + len(rows)
        return Page([record(row) for row in rows], total, str(end) if end < total else "")
