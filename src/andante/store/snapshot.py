"""Reading a database from outside its store: one moment of it at a time, rows as a stream, and nothing is written.

For programs that look at everything (verification, export) beside the servers that are at work, or without any.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, final

import psycopg

from andante.store.faults import StoreLost, StoreProblem
from andante.store.projection import Batch
from andante.store.sqlite.store import sqlite_path
from andante.store.store import Answer, Row, Store, Stored

AT_ONCE: Final = 500  # rows that are fetched together


class Snapshot(Protocol):
    """Use in one thread at a time. All that is read between two calls of `renew` is of one moment."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a query, a few at a time. Several queries may be open together. Raises StoreProblem."""

    def renew(self) -> None:
        """From now on what is so now; queries that are open end."""

    def close(self) -> None: ...


@final
class SqliteSnapshot:
    """A SQLite file, whether a server has it open or not. Raises StoreProblem where it cannot be read."""

    def __init__(self, url: str) -> None:
        path = sqlite_path(url)
        try:
            self._connection = sqlite3.connect(
                f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("select 1 from instance limit 1")
            self._connection.execute("begin")
        except sqlite3.Error as fault:
            raise StoreProblem(f"{path} cannot be read: {fault}.") from None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        try:
            cursor = self._connection.execute(sql, parameters)
            while found := cursor.fetchmany(AT_ONCE):
                yield from found
        except sqlite3.Error as fault:
            raise StoreProblem(f"The database cannot be read: {fault}.") from fault

    def renew(self) -> None:
        self._connection.rollback()
        self._connection.execute("begin")

    def close(self) -> None:
        self._connection.close()


@final
class PostgresSnapshot:
    """A PostgreSQL database, or a replica of it. Raises StoreLost where it cannot be reached."""

    def __init__(self, url: str) -> None:
        try:
            self._connection = psycopg.connect(
                url,
                connect_timeout=5,
                application_name="andante-reader",
                options="-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on",
            )
        except psycopg.Error as fault:
            raise StoreLost(f"The database cannot be reached: {str(fault).strip()}") from None
        self._count = 0

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        self._count += 1
        try:
            with self._connection.cursor(f"rows{self._count}") as cursor:
                cursor.itersize = AT_ONCE
                cursor.execute(sql.replace("?", "%s").encode(), parameters)
                yield from cursor
        except psycopg.Error as fault:
            raise StoreProblem(f"The database cannot be read: {str(fault).strip()}") from fault

    def renew(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


def open_snapshot(url: str) -> Snapshot:
    """Raises StoreProblem for a database that cannot be read."""
    if url.startswith(("postgresql://", "postgres://")):
        return PostgresSnapshot(url)
    return SqliteSnapshot(url)


@final
class ReadOnlyStore(Store):
    """A snapshot where a store is asked for: to find definitions without a server."""

    like = "like"

    def __init__(self, url: str) -> None:
        self.url = url
        self.snapshot = open_snapshot(url)

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        return next(self.snapshot.rows(sql, parameters), None)

    async def get_all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return list(self.snapshot.rows(sql, parameters))

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return list(self.snapshot.rows(sql, parameters))

    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        raise StoreProblem("Nothing is carried out on a database that is only read.")

    async def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        raise StoreProblem("A database that is only read is not written to.")

    def submit(self, batch: Batch, answer: Answer) -> None:
        answer(StoreProblem("A database that is only read is not written to."))

    async def close(self) -> None:
        self.snapshot.close()
