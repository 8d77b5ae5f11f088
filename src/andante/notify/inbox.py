"""Notes to read in Andante itself: a list for each person, of what is new and what was read."""

import base64
from collections.abc import Callable, Sequence
from typing import Final, final

import msgspec

from andante.notify.faults import NOTE_NOT_FOUND
from andante.runtime import Problem
from andante.runtime.problem import PARAMETER
from andante.store.letters import Content, Letter
from andante.store.store import Row, Store
from andante.timing.instants import DAY

KEPT: Final = 90 * DAY
ALL: Final = "all"


class InboxNote(msgspec.Struct, frozen=True):
    """`task_open`: the task it is about can still be done. Times in ms; `read_at` 0: not read."""

    id: str
    kind: str
    instance_id: str
    task: int
    created_at: int
    read_at: int
    task_open: bool
    content: Content

    @property
    def task_id(self) -> str:
        return f"{self.instance_id}-{self.task}" if self.task else ""


def insertion(letter: Letter) -> tuple[str, Sequence[object]]:
    """The statement that puts a note addressed to a person by the channel app into their list, once."""
    return (
        "insert into note (person, id, kind, instance_id, task, created_at, read_at, data) values (?,?,?,?,?,?,0,?)"
        " on conflict (person, id) do nothing",
        (
            letter.person, letter.id, letter.kind, letter.instance_id, letter.task, letter.created_at,
            msgspec.json.encode(letter.content),
        ),
    )  # fmt: skip


def _note(row: Row, task_open: bool) -> InboxNote:
    id, kind, instance_id, task, created_at, read_at, data = row
    content = msgspec.json.decode(bytes(data), type=Content)
    return InboxNote(id, kind, instance_id, task, created_at, read_at, task_open, content)


@final
class Inbox:
    """`now` gives ms since the epoch. Raises Problem."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now

    async def unread(self, person: str) -> int:
        row = await self._store.get("select count(*) from note where person=? and read_at=0", (person,))
        return int(row[0]) if row is not None else 0

    async def many(self, person: str, *, unread: bool, limit: int, after: str) -> tuple[list[InboxNote], str]:
        """Newest first, after the cursor; and the cursor to go on, "" at the end."""
        where = "person=?"
        if unread:
            where += " and read_at=0"
        parameters: list[object] = [person]
        if after:
            created, id = _cursor(after)
            where += " and (created_at, id) < (?, ?)"
            parameters += [created, id]
        rows = await self._store.read(
            f"select id, kind, instance_id, task, created_at, read_at, data from note where {where}"
            " order by created_at desc, id desc limit ?",
            (*parameters, limit + 1),
        )
        still = await self._open([(row[2], row[3]) for row in rows[:limit] if row[3]])
        found = [_note(row, (row[2], row[3]) in still) for row in rows[:limit]]
        more = len(rows) > limit
        return found, _after(found[-1]) if more else ""

    async def _open(self, tasks: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Those that can still be done."""
        instances = list(dict.fromkeys(id for id, _ in tasks))
        found: set[tuple[str, int]] = set()
        for start in range(0, len(instances), 200):
            part = instances[start : start + 200]
            marks = ",".join("?" for _ in part)
            sql = f"select instance_id, key from task where state='open' and instance_id in ({marks})"
            found.update((row[0], row[1]) for row in await self._store.read(sql, part))
        return found & set(tasks)

    async def mark(self, person: str, id: str, *, read: bool) -> None:
        """Read, or unread again; of the id "all" each that is not so."""
        now = self._now() if read else 0
        if id == ALL:
            which = "read_at=0" if read else "read_at>0"
            await self._store.write([(f"update note set read_at=? where person=? and {which}", (now, person))])
            return
        if (await self._store.get("select 1 from note where person=? and id=?", (person, id))) is None:
            raise Problem(NOTE_NOT_FOUND, 404, f"There is no note '{id}' of yours.")
        await self._store.write([("update note set read_at=? where person=? and id=?", (now, person, id))])

    async def forget(self, now: int) -> None:
        """What came long ago."""
        await self._store.write([("delete from note where created_at<=?", (now - KEPT,))])


def _after(note: InboxNote) -> str:
    return base64.urlsafe_b64encode(f"{note.created_at} {note.id}".encode()).decode()


def _cursor(after: str) -> tuple[int, str]:
    try:
        created, _, id = base64.urlsafe_b64decode(after.encode()).decode().partition(" ")
        return int(created), id
    except ValueError:
        raise Problem(PARAMETER, 400, "after: it is no cursor of this list.") from None
