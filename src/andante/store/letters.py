"""Letters: a note on its way to one person or endpoint by one channel, from when it is addressed until it is forgotten.

A letter's id is made of the note's key, the channel and the receiver: a note that is addressed twice makes no second
letter. It stays for a day when it is sent, so that what is repeated after a crash is known.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, final

import msgspec

from andante.store.names import EVERY, Names
from andante.store.store import Row, SharedStore, Store
from andante.timing.instants import DAY

WAITING: Final = "waiting"
SENT: Final = "sent"
DROPPED: Final = "dropped"  # no longer wanted: the task is over, its instance suspended, or it is with somebody else
DEAD: Final = "dead"
STATES: Final = (WAITING, DEAD, SENT, DROPPED)
AT_ONCE: Final = 500
KEPT: Final = DAY  # of those sent and dropped
DEAD_KEPT: Final = 90 * DAY
_COLUMNS: Final = (
    "id", "person", "channel", "address", "kind", "instance_id", "task", "recipient", "holder", "state", "attempts",
    "next_at", "gathered", "error", "created_at", "done_at", "data",
)  # fmt: skip
_NAMES: Final = ",".join(_COLUMNS)
_INSERT: Final = (
    f"insert into letter ({_NAMES}, node) values ({','.join('?' for _ in _COLUMNS)},?) on conflict (id) do nothing"
)
_DUE: Final = f"select {_NAMES} from letter where state='waiting' and next_at<=? order by next_at, id limit ?"
_TAKE: Final = (
    "update letter set node=? where id in (select l.id from letter l where l.state='waiting' and l.next_at<=?"
    " and (l.node in ('', ?) or not exists (select 1 from node where node.id=l.node and node.expires_at>{now}))"
    f" order by l.next_at, l.id limit ? {{unlocked}}) returning {_NAMES}"
)


class Content(msgspec.Struct, frozen=True):
    """The note itself; `process` is "" in those of older releases."""

    key: str
    task_name: str
    definition: str
    text: str
    due_at: int
    recipients: list[str] = []
    anyway: bool = False
    process: str = ""

    @property
    def called(self) -> str:
        """What people call the process and its instance."""
        return self.process or self.definition


class Letter(msgspec.Struct, frozen=True):
    """`address`: the endpoint's name, or the number of a person's Apprise address. `recipient`: as the note names whom
    it is for; `holder` whether that was one of the task's holders. Times in ms, 0 for not yet."""

    id: str
    person: str
    channel: str
    address: str
    kind: str
    instance_id: str
    task: int
    recipient: str
    holder: bool
    state: str
    attempts: int
    next_at: int
    gathered: bool
    error: str
    created_at: int
    done_at: int
    content: Content

    @property
    def task_id(self) -> str:
        return f"{self.instance_id}-{self.task}" if self.task else ""

    @property
    def box(self) -> tuple[str, str, str]:
        """Where it goes: what is gathered in one box goes as one message."""
        return (self.person, self.channel, self.address)

    @property
    def receiver(self) -> str:
        """For people: the person, or the endpoint."""
        return self.person or f"{self.channel}:{self.address}"


def letter_id(key: str, channel: str, person: str, address: str) -> str:
    return hashlib.sha256("\n".join((key, channel, person, address)).encode()).hexdigest()[:32]


def _letter(row: Row) -> Letter:
    values = dict(zip(_COLUMNS, row, strict=True))
    content = msgspec.json.decode(bytes(values.pop("data")), type=Content)
    values["holder"], values["gathered"] = bool(values["holder"]), bool(values["gathered"])
    return Letter(**values, content=content)


def insertion(letter: Letter, node: str) -> tuple[str, Sequence[object]]:
    """The statement that keeps it; nothing where it is there already. What waits is no server's yet."""
    values: list[object] = [
        msgspec.json.encode(letter.content) if name == "data" else getattr(letter, name) for name in _COLUMNS
    ]
    values.append("" if letter.gathered else node)
    return _INSERT, [int(value) if isinstance(value, bool) else value for value in values]


@final
class Letters:
    """The table. `node` gives the name of this server among those that share the database."""

    def __init__(self, store: Store, node: Callable[[], str]) -> None:
        self._store = store
        self._node = node

    async def add(self, letters: Iterable[Letter], more: Sequence[tuple[str, Sequence[object]]] = ()) -> None:
        """Keep them, with `more` in the same transaction. Raises StoreProblem."""
        statements = [*(insertion(each, self._node()) for each in letters), *more]
        if statements:
            await self._store.write(statements)

    async def take(self, now: int, known: int) -> list[Letter]:
        """What is due and no other server's, which it is this one's then. `known`: how many it has in hand already."""
        most = AT_ONCE + known
        if not isinstance(self._store, SharedStore):
            return [_letter(row) for row in await self._store.read(_DUE, (now, most))]
        sql = _TAKE.format(now=self._store.now, unlocked=self._store.unlocked.format("l"))
        node = self._node()
        return sorted(
            (_letter(row) for row in await self._store.change(sql, (node, now, node, most))),
            key=lambda each: (each.next_at, each.id),
        )

    async def next_at(self, now: int) -> int:
        """When the next of those falls due that are not due now (ms); 0 for never."""
        row = await self._store.get("select min(next_at) from letter where state='waiting' and next_at>?", (now,))
        return int(row[0] or 0) if row is not None else 0

    async def done(self, letters: Sequence[Letter], state: str, now: int, why: str = "") -> None:
        """They are over; dead ones after one try more."""
        sql = "update letter set state=?, done_at=?, error=?, attempts=?, node='' where id=?"
        await self._store.write(
            [(sql, (state, now, why[:500], each.attempts + (state == DEAD), each.id)) for each in letters]
        )

    async def again(self, letters: Sequence[Letter], next_at: int, *, failed: str = "") -> None:
        """Later: after a failure with one try more, else with all others that are due then."""
        sql = "update letter set next_at=?, gathered=?, attempts=?, error=?, node='' where id=?"
        await self._store.write(
            [
                (
                    sql,
                    [next_at, int(e.gathered or not failed), e.attempts + bool(failed), failed[:500] or e.error, e.id],
                )
                for e in letters
            ]
        )

    async def waiting_for(self, person: str) -> list[Letter]:
        """What waits for a person and has not been tried."""
        rows = await self._store.read(
            f"select {_NAMES} from letter where state='waiting' and person=? and attempts=0", (person,)
        )
        return [_letter(row) for row in rows]

    async def move(self, letter: Letter, next_at: int) -> None:
        """Another time for what waits."""
        await self._store.write([("update letter set next_at=? where id=? and state='waiting'", (next_at, letter.id))])

    # For operators.

    async def one(self, id: str) -> Letter | None:
        row = await self._store.get(f"select {_NAMES} from letter where id=?", (id,))
        return _letter(row) if row is not None else None

    async def many(self, state: str, person: str, limit: int, after: str, names: Names = EVERY) -> list[Letter]:
        """By id, after the one named `after`: of instances of these definitions."""
        where, values = "state=? and id>?", [state, after]
        if person:
            where += " and person=?"
            values.append(person)
        only, given = names.sql("i.name")
        if only:
            where += f" and exists (select 1 from instance i where i.id=letter.instance_id and {only})"
            values.extend(str(name) for name in given)
        sql = f"select {_NAMES} from letter where {where} order by id limit ?"
        return [_letter(row) for row in await self._store.read(sql, (*values, limit))]

    async def counts(self) -> tuple[int, int]:
        """How many wait, and how many are dead."""
        waiting = await self._store.get("select count(*) from letter where state='waiting'")
        dead = await self._store.get("select count(*) from letter where state='dead'")
        return (waiting or (0,))[0], (dead or (0,))[0]

    async def retry(self, letter: Letter, now: int) -> None:
        """A dead or waiting one is tried at once, from the first try on."""
        await self._store.write([(
            "update letter set state='waiting', next_at=?, attempts=0, done_at=0, node='' where id=?"
            " and state in ('waiting', 'dead')", (now, letter.id),
        )])  # fmt: skip

    async def discard(self, letter: Letter, now: int) -> None:
        await self._store.write([(
            "update letter set state='dropped', done_at=?, error='discarded', node='' where id=?"
            " and state in ('waiting', 'dead')", (now, letter.id),
        )])  # fmt: skip

    async def forget(self, now: int) -> None:
        """What was over long ago."""
        await self._store.write([
            ("delete from letter where done_at>0 and done_at<=? and state<>'dead'", (now - KEPT,)),
            ("delete from letter where done_at>0 and done_at<=?", (now - DEAD_KEPT,)),
        ])  # fmt: skip
