"""A model of the database that servers share: SQLite in memory, with the product's own tables and statements.

A batch finds each instance as it was when its commands were carried out, or is called off: as on PostgreSQL, the guard
is the number of the instance. Each transaction happens at one moment, whole or not at all.
"""

import functools
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import sqlalchemy as sa

from andante.store import statements as st
from andante.store.faults import Duplicate, Outrun, StoreProblem
from andante.store.migrate import upgrade
from andante.store.projection import Batch

Row = tuple[Any, ...]


@functools.cache
def _empty() -> bytes:
    """A database with the tables in it."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=sa.StaticPool)
    upgrade(engine)
    return connection.serialize()


@final
class Database:
    """`now`: its clock, in ms. `watch` sees each batch right after its commit; `before` may do something just before
    one: it is a rival's moment. `wrote` sees the statements of each transaction, batches too."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=1024)
        self._connection.deserialize(_empty())
        self._connection.create_function("now_ms", 0, now)
        self._connection.create_function("hashtext", 1, lambda text: zlib.crc32(text.encode()), deterministic=True)
        self.before: Callable[[Batch], None] | None = None
        self.watch: Callable[[Batch], None] | None = None
        self.wrote: Callable[[Sequence[tuple[str, Sequence[object]]]], None] | None = None
        self.commits = 0

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise StoreProblem(str(fault)) from fault

    def transaction(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[Row]:
        """All of them or none; the rows of the last. Raises StoreProblem."""
        rows: list[Row] = []
        execute = self._connection.execute
        execute("begin")
        try:
            for sql, parameters in statements:
                rows = execute(sql, parameters).fetchall()
        except sqlite3.IntegrityError as fault:
            execute("rollback")
            raise Duplicate(str(fault)) from None
        except sqlite3.Error as fault:
            execute("rollback")
            raise StoreProblem(str(fault)) from fault
        execute("commit")
        self.commits += 1
        if self.wrote is not None:
            self.wrote(statements)
        return rows

    def commit(self, batch: Batch, *, rival: bool = False) -> None:
        """Write a sealed batch. Raises Outrun, StoreProblem."""
        if self.before is not None and not rival:
            self.before(batch)
        outrun = {str(row[0]) for row in batch.rows[st.INSTANCE] if self._number(str(row[0])) is not None}
        outrun |= {id for id, base in batch.bases.items() if self._number(id) != base}
        if outrun:
            raise Outrun(outrun)
        self.transaction(batch.calls())
        if self.watch is not None:
            self.watch(batch)

    def _number(self, instance_id: str) -> int | None:
        found = self.query("select seq from instance where id=?", (instance_id,))
        return found[0][0] if found else None

    def close(self) -> None:
        self._connection.close()


NOW: Final = "now_ms()"
