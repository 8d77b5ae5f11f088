"""The audit log as it is read: page by page, chain by chain to find what was tampered with, and cut off with age."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from andante.store.audit import COLUMNS, Entry, Statement, decoded, row_hash
from andante.store.cursors import mark, read, written
from andante.store.store import Store

SELECT: Final = f"select {', '.join(COLUMNS)}, hash from audit"
ORDER: Final = "newest"
MOST: Final = 1_000
PART: Final = 1_000  # rows that are verified together
CUT: Final = 5_000  # rows that are removed in a transaction
START: Final = "server.start"
PRUNE: Final = "audit.prune"


class AuditRecord(msgspec.Struct, frozen=True):
    """A row; `at` in ms. `id` names it."""

    chain: str
    seq: int
    at: int
    actor: str
    client: str
    address: str
    via: str
    action: str
    kind: str
    object: str
    reason: str
    details: dict[str, Any]
    outcome: str
    code: str
    hash: str

    @property
    def id(self) -> str:
        return f"{self.chain}-{self.seq}"


class AuditQuery(msgspec.Struct, frozen=True):
    """`action`: one of ACTIONS, or the kind of many ("person"). From `since` on, before `until` (ms; 0: any time).
    `text`: a part of the reason, the object or the details."""

    actor: str = ""
    action: str = ""
    object: str = ""
    client: str = ""
    address: str = ""
    outcome: str = ""
    since: int = 0
    until: int = 0
    text: str = ""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where."""

    chain: str
    seq: int
    what: str


class Head(msgspec.Struct, frozen=True):
    """The last row of a chain. Whoever keeps it elsewhere can tell later that nothing up to it was changed."""

    chain: str
    seq: int
    hash: str


class Verification(msgspec.Struct, frozen=True):
    """`heads`: of all chains, the newest first."""

    rows: int
    faults: list[Fault]
    heads: list[Head]


def _record(row: tuple[Any, ...]) -> AuditRecord:
    values = list(row)
    values[COLUMNS.index("details")] = decoded(values[COLUMNS.index("details")])
    return AuditRecord(*values)


async def many(store: Store, query: AuditQuery, limit: int, after: str = "") -> tuple[list[AuditRecord], str]:
    """The newest first, after the cursor; and the cursor that goes on, "" at the end. Raises ValueError for a cursor
    that is none."""
    where, values = ["1=1"], list[object]()
    for column in ("actor", "object", "client", "address", "outcome"):
        if value := getattr(query, column):
            where.append(f"{column}=?")
            values.append(value)
    if query.action:
        where.append("(action=? or kind=?)" if "." not in query.action else "action=?")
        values.extend([query.action] * (1 if "." in query.action else 2))
    if query.since:
        where.append("at>=?")
        values.append(query.since)
    if query.until:
        where.append("at<?")
        values.append(query.until)
    if query.text:
        like = f"%{query.text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        fields = ("reason", "object", "details", "actor", "code")
        where.append("(" + " or ".join(f"{each} {store.like} ? escape '!'" for each in fields) + ")")
        values.extend([like] * len(fields))
    if after:
        place = read(after, ORDER, 3)
        where.append(f"(at, chain, seq) < ({', '.join(mark(each) for each in place)})")
        values.extend(place)
    limit = min(limit, MOST)
    sql = f"{SELECT} where {' and '.join(where)} order by at desc, chain desc, seq desc limit ?"
    found = [_record(row) for row in await store.browse(sql, [*values, limit + 1])]
    rest = len(found) > limit
    found = found[:limit]
    return found, written(ORDER, [found[-1].at, found[-1].chain, found[-1].seq]) if rest else ""


async def one(store: Store, chain: str, seq: int) -> AuditRecord | None:
    row = await store.get(f"{SELECT} where chain=? and seq=?", (chain, seq))
    return _record(row) if row is not None else None


# Tampering.


async def _walk(store: Store) -> AsyncIterator[list[tuple[Any, ...]]]:
    """All rows, chain by chain."""
    chain, seq = "", 0
    while True:
        rows = await store.read(
            f"{SELECT} where (chain, seq) > (?, cast(? as bigint)) order by chain, seq limit ?", (chain, seq, PART)
        )
        if not rows:
            return
        yield rows
        chain, seq = rows[-1][0], rows[-1][1]


async def marks(store: Store) -> dict[str, tuple[int, str]]:
    """Of chains that were cut off with age: the number and the hash of the last row that is gone."""
    found: dict[str, tuple[int, str]] = {}
    for (details,) in await store.read("select details from audit where action=? order by at, chain, seq", (PRUNE,)):
        found.update({chain: (seq, last) for chain, (seq, last) in decoded(details).get("chains", {}).items()})
    return found


async def verify(store: Store, kept: list[Head] | None = None) -> Verification:
    """Look for rows that were changed or taken away. `kept`: heads of earlier, which must be there still."""
    cut = await marks(store)
    faults: list[Fault] = []
    heads: dict[str, tuple[int, Head]] = {}
    hashes: dict[tuple[str, int], str] = {}
    wanted: list[tuple[Fault, Head]] = [
        (Fault(each.chain, each.seq, "the row that was kept as a head is not there, or is another"), each)
        for each in kept or []
    ]
    looked = {(each.chain, each.seq) for each in kept or []}
    # Which rows others name: those are remembered on the way.
    for chain, details in await store.read("select chain, details from audit where action=?", (START,)):
        after = decoded(details).get("after")
        if after:
            head = Head(after["chain"], after["seq"], after["hash"])
            text = f"the row after which chain {chain} began is not there, or is another"
            wanted.append((Fault(head.chain, head.seq, text), head))
            looked.add((head.chain, head.seq))
    count, chain, expected, previous = 0, "", 1, ""
    async for rows in _walk(store):
        for row in rows:
            count += 1
            if row[0] != chain:
                chain = row[0]
                gone, last = cut.get(chain, (0, ""))
                expected, previous = (gone + 1, last) if row[1] > 1 else (1, "")
                if row[1] == 1 and row[COLUMNS.index("action")] != START:
                    faults.append(Fault(chain, 1, "the chain does not begin with the start of a server"))
            if row[1] != expected:
                missing = f"row {expected} is" if row[1] == expected + 1 else f"rows {expected} to {row[1] - 1} are"
                faults.append(Fault(chain, row[1], f"{missing} missing before this one"))
            elif row[-1] != row_hash(previous, row[:-1]):
                faults.append(Fault(chain, row[1], "the row, or its hash, was changed"))
            expected, previous = row[1] + 1, row[-1]
            heads[chain] = (row[2], Head(chain, row[1], row[-1]))
            if (chain, row[1]) in looked:
                hashes[chain, row[1]] = row[-1]
    for fault, head in wanted:
        gone, last = cut.get(head.chain, (0, ""))
        if head.seq < gone or (head.seq == gone and head.hash == last):
            continue  # it went with age
        if hashes.get((head.chain, head.seq)) != head.hash:
            faults.append(fault)
    newest = sorted(heads.values(), key=lambda each: (-each[0], each[1].chain))
    return Verification(count, faults, [head for _, head in newest])


# Age.


async def cut_off(store: Store, before: int) -> tuple[list[Statement], Entry] | None:
    """What removes some rows older than `before` (ms), the first of each chain, and the entry that says so; None where
    there are none."""
    old = await store.read(
        "select chain, max(seq), count(*) from (select chain, seq from audit a where at<? and not exists (select 1 from"
        " audit b where b.chain=a.chain and b.seq<a.seq and b.at>=?) order by at, chain, seq limit ?) s group by chain",
        (before, before, CUT),
    )
    if not old:
        return None
    chains = await marks(store)
    statements: list[Statement] = []
    for chain, seq, _ in old:
        row = await store.get("select hash from audit where chain=? and seq=?", (chain, seq))
        if row is None:
            return None  # another server was faster
        chains[chain] = (seq, row[0])
        statements.append(("delete from audit where chain=? and seq<=?", [chain, seq]))
    # What nobody can ask for any more need not be remembered: chains that are gone and that none names.
    left = {row[0] for row in await store.read("select distinct chain from audit")}
    for (details,) in await store.read("select details from audit where action=?", (START,)):
        if after := decoded(details).get("after"):
            left.add(after["chain"])
    kept = {chain: list(last) for chain, last in sorted(chains.items()) if chain in left}
    return statements, Entry(PRUNE, details={"rows": sum(row[2] for row in old), "before": before, "chains": kept})
