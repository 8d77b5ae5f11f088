"""The write path's statements as PostgreSQL has them: each column of all rows is one array.

A write of an instance must find it as it was when its commands were carried out. Where another server has been faster
the statement divides by zero: that is the one way to call off a transaction without waiting for its parts.
"""

from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from andante.store import statements as st
from andante.store.postgres import arrays
from andante.store.schema import metadata

Encode = Callable[[Sequence[object]], bytes]
OUTRUN: Final = "22012"  # division_by_zero

_TYPES: Final[dict[type, tuple[str, Encode]]] = {
    sa.Text: ("text", arrays.texts),
    sa.BigInteger: ("int8", arrays.numbers),
    sa.Integer: ("int4", arrays.small_numbers),
    sa.LargeBinary: ("bytea", arrays.octets),
}


def _types(table: str, columns: Sequence[str]) -> list[tuple[str, Encode]]:
    known = metadata.tables[table].columns
    return [_TYPES[type(known[name].type)] for name in columns]


def _rows(names: Sequence[str], types: Sequence[tuple[str, Encode]]) -> str:
    """The rows as a table `v`."""
    marks = ",".join(f"${n}::{name}[]" for n, (name, _) in enumerate(types, 1))
    return f"unnest({marks}) as v({','.join(names)})"


def text(statement: st.Statement, guarded: bool, apart: bool) -> str:
    """The statement; a guarded one of an update has the instance's former number as one more column, and the number of
    rows as one more parameter. The last parameter of one that is for rows of a single instance (`apart`) is that
    instance, so that a database that spreads instances over machines knows at once where to send it."""
    types = _types(statement.table, statement.columns)
    quoted = [f'"{name}"' for name in statement.columns]
    key, rest = quoted[: statement.keys], quoted[statement.keys :]
    match = " and ".join(f"t.{name}=v.{name}" for name in key)
    count = len(types) + 1
    if apart and statement.verb in (st.DELETE, st.UPDATE):
        place = count + (2 if guarded else 0)  # after the former numbers and the count
        match += f" and t.{key[0]}=${place}::text"
    if statement.verb == st.DELETE:
        return f'delete from "{statement.table}" t using {_rows(quoted, types)} where {match}'
    if statement.verb == st.UPDATE:
        names = quoted
        if guarded:
            names, types, count = [*quoted, "base"], [*types, _TYPES[sa.BigInteger]], count + 1
            match += " and t.seq=v.base"
        changes = ",".join(f"{name}=v.{name}" for name in rest)
        found = f'update "{statement.table}" t set {changes} from {_rows(names, types)} where {match}'
    else:
        found = (
            f'insert into "{statement.table}" ({",".join(quoted)})'
            f" select {','.join(f'v.{name}' for name in quoted)} from {_rows(quoted, types)}"
        )
        if statement.verb == st.UPSERT:
            changes = ",".join(f"{name}=excluded.{name}" for name in rest)
            found += f" on conflict ({','.join(key)}) do update set {changes}"
        elif statement.verb == st.IGNORE or guarded:
            found += " on conflict do nothing"
    if guarded:
        return f"with w as ({found} returning 1) select 1/(case when count(*)=${count}::int8 then 1 else 0 end) from w"
    return found


GUARDED: Final = frozenset((st.INSTANCE, st.INSTANCE_CHANGE))
TEXTS: Final = {statement: text(statement, statement in GUARDED, False) for statement in st.ORDER}
TEXTS_APART: Final = {statement: text(statement, statement in GUARDED, True) for statement in st.ORDER}
ENCODERS: Final = {
    statement: [encode for _, encode in _types(statement.table, statement.columns)] for statement in st.ORDER
}


def parameters(
    statement: st.Statement, rows: Sequence[Sequence[object]], bases: dict[str, int], apart: bool = False
) -> list[bytes]:
    """The rows as the statement takes them. `bases`: the number each changed instance had. Raises Unstorable."""
    found = [encode(column) for encode, column in zip(ENCODERS[statement], zip(*rows, strict=True), strict=True)]
    if statement in GUARDED:
        if statement.verb == st.UPDATE:
            found.append(arrays.numbers([bases[str(row[0])] for row in rows]))
        found.append(len(rows).to_bytes(8, "big"))
    if apart and statement.verb in (st.DELETE, st.UPDATE):
        found.append(str(rows[0][0]).encode())
    return found
