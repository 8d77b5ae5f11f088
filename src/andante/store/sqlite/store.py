"""A SQLite database: one writer, a few readers, and a lock that keeps a second server out.

Reads see what is committed. Lists are read in threads of their own; a single row by its key is read at once.
"""

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Final, final

import sqlalchemy as sa
from alembic.util import CommandError

from andante.store.faults import Duplicate, StoreProblem
from andante.store.migrate import upgrade
from andante.store.projection import Batch
from andante.store.sqlite.writer import Writer, connect
from andante.store.store import Answer, Row, Store, Stored

READERS: Final = 4
# Lists look up many rows here and there: up to so many bytes of the file are mapped, not read page by page.
MAPPED: Final = "pragma mmap_size=2147418112"


def sqlite_path(url: str) -> str:
    """The file of a `sqlite:///...` URL. Raises StoreProblem for any other."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or len(url) == len(prefix):
        raise StoreProblem(f"'{url}' is no database this release can use. Give it as sqlite:///FILE.")
    return url[len(prefix) :]


@final
class SqliteStore(Store):
    """Open with `SqliteStore(url)`, in any thread; the file is this one's until `close()`. Raises StoreProblem."""

    like: ClassVar[str] = "like"

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = sqlite_path(url)
        self._lock = self._take_lock()
        # SQLite would let everybody on the machine read a new file; its -wal and -shm are made like it.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        engine = sa.create_engine(f"sqlite:///{self.path}")
        try:
            upgrade(engine)
        except BaseException as fault:
            os.close(self._lock)  # or who tries again would be kept out
            if not isinstance(fault, sa.exc.DatabaseError | CommandError):
                raise
            raise StoreProblem(f"{self.path} cannot be used: {getattr(fault, 'orig', fault)}.") from None
        finally:
            engine.dispose()
        self._writer = Writer(self.path)
        self._reader = connect(self.path)
        self._reader.execute("pragma query_only=on")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="andante-reader")

    def _take_lock(self) -> int:
        try:
            lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise StoreProblem(f"{self.path} cannot be used: {fault.strerror}.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StoreProblem(
                f"Another Andante server uses {self.path}. Stop it first, or give this one another --db."
            ) from None
        return lock

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._pool.shutdown(wait=True)
        for connection in (self._reader, *self._connections):
            connection.close()
        os.close(self._lock)

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        try:
            row: Row | None = self._reader.execute(sql, parameters).fetchone()
        except sqlite3.Error as fault:
            raise _problem(fault) from fault
        return row

    async def get_all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._reader.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise _problem(fault) from fault

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, sql, tuple(parameters))

    def _read(self, sql: str, parameters: tuple[object, ...]) -> list[Row]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path)
            connection.execute("pragma query_only=on")
            connection.execute(MAPPED)
            self._connections.append(connection)
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise _problem(fault) from fault

    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        found: dict[str, Stored] = {}
        for instance_id, seq in known:
            row = await self.get("select seq, data, definition_id from instance where id=?", (instance_id,))
            if row is not None:
                found[instance_id] = (row[0], None if row[0] == seq else bytes(row[1]), row[2])
        return found

    async def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def answer(fault: BaseException | None) -> None:
            loop.call_soon_threadsafe(_settle, done, fault)

        self._writer.submit([(sql, list(parameters)) for sql, parameters in statements], answer)
        await done

    def submit(self, batch: Batch, answer: Answer) -> None:
        self._writer.submit(batch.calls(), answer)


def _problem(fault: BaseException) -> StoreProblem:
    """In words. What keeps the file from us is another program: a second server would not have been let in."""
    locked = getattr(fault, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return StoreProblem(f"{fault} by another program. Close it, or wait until it is done." if locked else str(fault))


def _settle(done: asyncio.Future[None], fault: BaseException | None) -> None:
    if done.done():
        return
    if fault is None:
        done.set_result(None)
    elif isinstance(fault, sqlite3.IntegrityError):
        done.set_exception(Duplicate(str(fault)))
    elif isinstance(fault, sqlite3.Error):
        done.set_exception(_problem(fault))
    else:
        done.set_exception(fault)
