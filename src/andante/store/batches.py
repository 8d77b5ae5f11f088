"""The rows of batches: what is to be done with many instances or tasks, how far it is, and what could not be done."""

from collections.abc import Sequence
from typing import Final

import msgspec

from andante.store.records import InstanceQuery, TaskQuery
from andante.store.store import Row, Store

COLUMNS: Final = (
    "id", "action", "query", "arguments", "reason", "created_by", "created_at", "state", "total", "done", "skipped",
    "failed", "cursor", "node", "lease_until", "started_at", "ended_at", "error",
    "expires_at", "decided_at", "decided_by",
)  # fmt: skip
SELECT: Final = f"select {','.join(COLUMNS)} from batch"
MOST: Final = 1_000
AWAITING: Final = "awaiting"  # a second person


class Chosen(msgspec.Struct, frozen=True):
    """The instances `ids`, or where there are none those that `query` finds. Of an action on tasks: the tasks `ids`, or
    those that `tasks` finds."""

    query: InstanceQuery
    ids: list[str] = []
    tasks: TaskQuery | None = None


class BatchRecord(msgspec.Struct, frozen=True):
    """`action` with its `arguments` for what is `chosen`. `done`, `skipped` (nothing was to be done) and `failed` count
    those up to `cursor`, of `total` when it was made. `node` carries it out until `lease_until`. One that is AWAITING a
    second person expires at `expires_at`; `decided_by` has approved or refused it. Times in ms."""

    id: str
    action: str
    chosen: Chosen
    arguments: dict[str, object]
    reason: str
    created_by: str
    created_at: int
    state: str
    total: int
    done: int
    skipped: int
    failed: int
    cursor: str
    node: str
    lease_until: int
    started_at: int
    ended_at: int
    error: str
    expires_at: int = 0
    decided_at: int = 0
    decided_by: str = ""

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.ended_at == 0

    @property
    def mark(self) -> str:
        """The reason that each instance's history has."""
        return f"{self.reason} ({self.id})" if self.reason else self.id


class Failure(msgspec.Struct, frozen=True):
    """An instance or task with which it could not be done, and why; `at` in ms."""

    item: str
    code: str
    message: str
    at: int


def _record(row: Row) -> BatchRecord:
    values = list(row)
    values[2] = msgspec.json.decode(values[2], type=Chosen)
    values[3] = msgspec.json.decode(values[3], type=dict[str, object])
    return BatchRecord(*values)


def insert(batch: BatchRecord) -> tuple[str, list[object]]:
    values = [getattr(batch, name) for name in COLUMNS if name not in ("query", "arguments")]
    values[2:2] = [msgspec.json.encode(batch.chosen).decode(), msgspec.json.encode(batch.arguments).decode()]
    return f"insert into batch ({','.join(COLUMNS)}) values ({','.join('?' * len(COLUMNS))})", values


async def one(store: Store, batch_id: str) -> BatchRecord | None:
    row = await store.get(f"{SELECT} where id=?", (batch_id,))
    return _record(row) if row is not None else None


async def many(store: Store, limit: int, after: str = "") -> list[BatchRecord]:
    """The newest, or those made before the one of the id `after`."""
    values: list[object] = []
    where = ""
    if after:
        last = await store.get("select created_at from batch where id=?", (after,))
        if last is None:
            return []
        where, values = " where created_at<? or (created_at=? and id<?)", [last[0], last[0], after]
    values.append(min(limit, MOST + 1))
    rows = await store.read(f"{SELECT}{where} order by created_at desc, id desc limit ?", values)
    return [_record(row) for row in rows]


async def waiting(store: Store, now: int) -> list[str]:
    """Those that nobody carries out, the oldest first."""
    rows = await store.get_all(
        "select id from batch where ended_at=0 and state in ('queued','running') and lease_until<? order by created_at",
        (now,),
    )
    return [row[0] for row in rows]


async def take(store: Store, batch_id: str, node: str, now: int, until: int) -> bool:
    """Carry it out from now on, unless another does."""
    await store.write(
        [(
            "update batch set node=?, lease_until=?, state='running', started_at=case when started_at=0 then ? else"
            " started_at end where id=? and ended_at=0 and state in ('queued','running') and lease_until<?",
            [node, until, now, batch_id, now],
        )]
    )  # fmt: skip
    found = await one(store, batch_id)
    return found is not None and (found.node, found.state, found.lease_until) == (node, "running", until)


async def advance(
    store: Store, batch: BatchRecord, cursor: str, counts: tuple[int, int, int], failures: Sequence[Failure], until: int
) -> BatchRecord | None:
    """So many more were done, skipped and failed, up to `cursor`, if it is this server's still; as it is then."""
    guard = "where id=? and node=? and cursor=?"
    guarded = [batch.id, batch.node, batch.cursor]
    await store.write(
        [
            *(
                (
                    "insert into batch_failure (batch_id, item, code, message, at) select ?,?,?,?,cast(? as bigint)"
                    f" where exists (select 1 from batch {guard}) on conflict do nothing",
                    [batch.id, each.item, each.code, each.message, each.at, *guarded],
                )
                for each in failures
            ),
            (
                f"update batch set cursor=?, done=done+?, skipped=skipped+?, failed=failed+?, lease_until=? {guard}",
                [cursor, *counts, until, *guarded],
            ),
        ]
    )
    return await one(store, batch.id)


async def release(store: Store, batch: BatchRecord) -> None:
    """Another may go on with it at once."""
    await store.write([("update batch set lease_until=0 where id=? and node=?", [batch.id, batch.node])])


async def finish(store: Store, batch: BatchRecord, state: str, now: int, error: str = "") -> None:
    await store.write(
        [(
            "update batch set state=?, ended_at=?, lease_until=0, error=? where id=? and node=? and ended_at=0"
            " and state='running'",
            [state, now, error, batch.id, batch.node],
        )]
    )  # fmt: skip


def changed(batch_id: str, state: str, of: Sequence[str], ended_at: int) -> tuple[str, list[object]]:
    """To another state, from one of these."""
    marks = ",".join("?" * len(of))
    return (
        "update batch set state=?, ended_at=?, error='', lease_until=case when state='running' then lease_until"
        f" else 0 end where id=? and state in ({marks})",
        [state, ended_at, batch_id, *of],
    )


def decided(batch_id: str, state: str, who: str, now: int, ended_at: int) -> tuple[str, list[object]]:
    """What a second person has decided of one that waits."""
    return (
        "update batch set state=?, decided_by=?, decided_at=?, ended_at=? where id=? and state=?",
        [state, who, now, ended_at, batch_id, AWAITING],
    )


async def unanswered(store: Store, now: int) -> list[str]:
    """Those that wait for a second person too long."""
    rows = await store.get_all(
        "select id from batch where ended_at=0 and state=? and expires_at<=?", (AWAITING, now)
    )  # fmt: skip
    return [row[0] for row in rows]


async def failures(store: Store, batch_id: str, after: str, limit: int) -> list[Failure]:
    """Of a batch, by instance, after that one."""
    rows = await store.read(
        "select item, code, message, at from batch_failure where batch_id=? and item>? order by item limit ?",
        (batch_id, after, min(limit, MOST)),
    )
    return [Failure(*row) for row in rows]
