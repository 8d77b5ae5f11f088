"""What PostgreSQL answers, as Python has it."""

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Final

from psycopg import pq

from andante.store.faults import Again, Duplicate, NotPrepared, StoreLost, StoreProblem
from andante.store.postgres.arrays import encoded

_double: Final = Struct(">d").unpack


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def _flag(data: bytes) -> int:
    return data[0]


# By oid: bool, bytea, name, int8, int2, int4, text, oid, float8, varchar.
_READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    16: _flag,
    17: bytes,
    19: bytes.decode,
    20: _number,
    21: _number,
    23: _number,
    25: bytes.decode,
    26: _number,
    701: lambda data: _double(data)[0],
    1043: bytes.decode,
}
# Classes of SQLSTATE: connection, shutdown, and a write where nothing can be written: this was the primary once.
_CONNECTION: Final = ("08", "57P", "25006")
_UNIQUE: Final = "23505"
_AGAIN: Final = ("40001", "40P01", "55P03")  # serialization, deadlock, lock not to be had
_NO_STATEMENT: Final = "26000"


def rows(result: pq.abc.PGresult) -> list[tuple[Any, ...]]:
    """All rows of a result in binary form."""
    width = result.nfields
    readers = [_READERS[result.ftype(at)] for at in range(width)]
    value = result.get_value
    return [
        tuple(
            None if (data := value(row, at)) is None else reader(data) for at, reader in enumerate(readers)
        )
        for row in range(result.ntuples)
    ]  # fmt: skip


def parameter(value: object) -> bytes | None:
    """A value as PostgreSQL reads it as text, whatever its type is. Raises Unstorable."""
    if value is None:
        return None
    if isinstance(value, str):
        return encoded(value)
    if isinstance(value, bool):
        return b"1" if value else b"0"
    if isinstance(value, bytes | bytearray):
        return b"\\x" + value.hex().encode()
    return str(value).encode()


def numbered(sql: str) -> bytes:
    """The query with $1, $2... for its question marks. None of ours has one within quotes."""
    head, *parts = sql.split("?")
    return (head + "".join(f"${n}{part}" for n, part in enumerate(parts, 1))).encode()


def state(result: pq.abc.PGresult) -> str:
    """The SQLSTATE of what went wrong."""
    return (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()


def fault(result: pq.abc.PGresult) -> StoreProblem:
    """What went wrong, as an exception."""
    code = state(result)
    text = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message).decode(errors="replace")
    if code == _UNIQUE:
        return Duplicate(text)
    if code == _NO_STATEMENT:
        return NotPrepared(text)
    if code in _AGAIN:
        return Again(text)
    if code.startswith(_CONNECTION):
        return StoreLost(text)
    return StoreProblem(f"{text} ({code})")


Rows = Sequence[tuple[Any, ...]]
