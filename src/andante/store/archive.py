"""Instances that are over: which may go, the transaction that takes them away, and the archive that keeps them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from andante.codec import encode_archived
from andante.store.names import EVERY, Names
from andante.store.store import Row, Store

COLUMNS: Final = (
    "id", "root_id", "parent_id", "definition_id", "name", "version", "business_key", "state", "started_at", "ended_at",
    "archived_at", "seq",
)  # fmt: skip
SELECT: Final = f"select {','.join(COLUMNS)} from archive"
OF_INSTANCE: Final = (
    "journal", "task", "candidate", "informed", "subscription", "job", "working_clock", "outbox", "attachment",
    "search",
)  # fmt: skip
MOST: Final = 1_000
Statement = tuple[str, Sequence[object]]


class ArchivedRecord(msgspec.Struct, frozen=True):
    """An instance in the archive; times in ms. `commands` is how many it has had."""

    id: str
    root_id: str
    parent_id: str
    definition_id: str
    name: str
    version: str
    business_key: str
    state: str
    started_at: int
    ended_at: int
    archived_at: int
    commands: int


class ArchiveQuery(msgspec.Struct, frozen=True):
    """Which entries; what ended last comes first. `after` continues a page."""

    name: str = ""
    business_key: str = ""
    ended_after: int = 0
    ended_before: int = 0
    limit: int = 100
    after: str = ""
    definitions: Names = EVERY


class Finished(msgspec.Struct, frozen=True):
    """An instance that may go, as it was read."""

    id: str
    seq: int
    root_id: str


async def roots(store: Store, definition_id: str, until: int, after: tuple[int, str], limit: int) -> list[Row]:
    """Id, end and number of instances that nobody called and that ended by `until`; what ended first comes first."""
    return await store.read(
        "select id, ended_at, seq from instance where definition_id=? and ended_at>0 and parent_id=''"
        " and ended_at<=? and (ended_at, id) > (?,?) order by ended_at, id limit ?",
        (definition_id, until, *after, limit),
    )


async def called(store: Store, root_ids: Sequence[str], limit: int) -> list[Row]:
    """Id, number, root and whether it is closed, of what these called and so on; what is open comes first."""
    return await store.read(
        f"select id, seq, root_id, closed from instance where root_id in ({_marks(root_ids)}) and parent_id<>''"
        " order by closed, id limit ?",
        [*root_ids, limit],
    )


async def open_trees(store: Store, root_ids: Sequence[str]) -> set[str]:
    """Those of the roots of which something is still open."""
    rows = await store.read(
        f"select distinct root_id from instance where root_id in ({_marks(root_ids)}) and parent_id<>'' and closed=0",
        list(root_ids),
    )
    return {row[0] for row in rows}


async def with_letters(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of the instances that have asked for something which is not done yet."""
    rows = await store.read(
        f"select distinct instance_id from outbox where state='' and instance_id in ({_marks(ids)})", list(ids)
    )
    return {row[0] for row in rows}


async def tree(store: Store, instance_id: str) -> list[tuple[Finished, bool]]:
    """The instance, what it called, and what these called, callers first; each with whether it is over."""
    sql = "select id, seq, root_id, closed from instance where "
    found: list[Row] = []
    rows = await store.get_all(f"{sql} id=?", (instance_id,))
    while rows:
        found.extend(rows)
        above, rows = [row[0] for row in rows], []
        for at in range(0, len(above), MOST):
            part = above[at : at + MOST]
            rows.extend(await store.get_all(f"{sql} parent_id<>'' and parent_id in ({_marks(part)}) order by id", part))
    return [(Finished(row[0], row[1], row[2]), bool(row[3])) for row in found]


async def with_orders(store: Store, ids: Sequence[str]) -> bool:
    """Whether one of these has yet to tell another instance something, or is yet to be told by its caller."""
    for at in range(0, len(ids), MOST):
        part = list(ids[at : at + MOST])
        row = await store.get(
            f"select 1 from outbox where state='' and lane='inner' and instance_id in ({_marks(part)}) limit 1", part
        )
        if row is not None:
            return True
    row = await store.get(
        "select 1 from outbox o join instance i on i.parent_id=o.instance_id"
        " where i.id=? and o.state='' and o.lane='inner' limit 1",
        (ids[0],),
    )
    return row is not None


async def packed(store: Store, ids: Sequence[str], now: int) -> list[list[object]]:
    """These instances as rows of the archive."""
    rows = await store.read(
        "select id, root_id, parent_id, definition_id, name, version, business_key, state, started_at, ended_at, seq,"
        f" data from instance where id in ({_marks(ids)}) order by id",
        list(ids),
    )
    journals: dict[str, list[tuple[int, int, str, bytes]]] = {row[0]: [] for row in rows}
    for instance_id, seq, at, actor, data in await store.read(
        f"select instance_id, seq, at, actor, data from journal where instance_id in ({_marks(ids)})"
        " order by instance_id, seq",
        list(ids),
    ):
        if instance_id in journals:
            journals[instance_id].append((seq, at, actor, bytes(data)))
    return [[*row[:10], now, row[10], encode_archived(bytes(row[11]), journals[row[0]])] for row in rows]


def removal(finished: Sequence[Finished], archived: Sequence[Sequence[object]]) -> list[Statement]:
    """One transaction: these instances go, with all of their rows, into the archive where `archived` has them. One
    that was touched since it was read, or is gone, calls the whole transaction off."""
    ids = [each.id for each in finished]
    marks = _marks(ids)
    # An entry without an id cannot be: that is how a transaction ends without a look at its parts. Whoever else removes
    # these is waited for first: what was deleted for good must not come into the archive after that.
    off = f"insert into archive (id) select null where (select count(*) from instance where id in ({marks}))"
    found: list[Statement] = [(f"update instance set closed=closed where id in ({marks})", ids)]
    found.append((f"{off} <> {len(ids)}", ids))
    found.extend(("delete from instance where id=? and seq=? and closed=1", [each.id, each.seq]) for each in finished)
    found.append((f"{off} > 0", ids))
    columns = ",".join((*COLUMNS, "data"))
    found.extend(
        (f"insert into archive ({columns}) values ({','.join('?' * (len(COLUMNS) + 1))})", list(row))
        for row in archived
    )  # fmt: skip
    found.extend((f"delete from {table} where instance_id in ({marks})", ids) for table in OF_INSTANCE)
    return found


async def many(store: Store, query: ArchiveQuery) -> tuple[list[ArchivedRecord], str]:
    """A page, and where the next one begins ("": there is none). Raises ValueError for a cursor that is not ours."""
    conditions: list[str] = []
    values: list[object] = []
    for condition, value in (
        ("name=?", query.name), ("business_key=?", query.business_key), ("ended_at>=?", query.ended_after),
        ("ended_at<?", query.ended_before),
    ):  # fmt: skip
        if value:
            conditions.append(condition)
            values.append(value)
    only, names = query.definitions.sql("name")
    if only:
        conditions.append(only)
        values.extend(names)
    if query.business_key:
        conditions.append("business_key<>''")
    if query.after:
        ended_at, _, last = query.after.partition("-")
        conditions.append("(ended_at, id) < (?,?)")
        values.extend((int(ended_at), last))
    where = f" where {' and '.join(conditions)}" if conditions else ""
    limit = max(1, min(query.limit, MOST))
    rows = await store.read(f"{SELECT}{where} order by ended_at desc, id desc limit ?", [*values, limit])
    found = [ArchivedRecord(*row) for row in rows]
    return found, f"{found[-1].ended_at}-{found[-1].id}" if len(found) == limit else ""


async def one(store: Store, instance_id: str) -> tuple[ArchivedRecord, bytes] | None:
    """An entry, and what it keeps."""
    row = await store.get(f"select {','.join(COLUMNS)}, data from archive where id=?", (instance_id,))
    return (ArchivedRecord(*row[:-1]), bytes(row[-1])) if row is not None else None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
