"""The one writer of a SQLite database: batches in, one durable transaction each, answers out.

It has a thread and a connection of its own. WAL with synchronous=FULL: when a batch is answered it is on the disk.
"""

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Final, final

Calls = list[tuple[str, list[object]]]
Answer = Callable[[BaseException | None], None]

PRAGMAS: Final = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "pragma foreign_keys=off",
    "pragma busy_timeout=10000",
    "pragma wal_autocheckpoint=4000",
    "pragma cache_size=-65536",
)


def connect(path: str) -> sqlite3.Connection:
    """A connection set up as all of ours are; transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


@final
class Writer:
    """Carries out batches in the order given. `answer` is called in the writer's thread, None for success."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._queue: queue.SimpleQueue[tuple[Calls, Answer] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="andante-writer", daemon=True)
        self._thread.start()

    def submit(self, calls: Calls, answer: Answer) -> None:
        """Queue one transaction. All its statements happen, or none."""
        self._queue.put((calls, answer))

    def close(self) -> None:
        """Finish what is queued and stop."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        execute = self._connection.execute
        while (item := self._queue.get()) is not None:
            calls, answer = item
            try:
                execute("begin immediate")
                for sql, parameters in calls:
                    execute(sql, parameters)
                execute("commit")
            except BaseException as fault:  # a batch that fails must be answered, whatever the reason
                with contextlib.suppress(sqlite3.Error):
                    if self._connection.in_transaction:
                        execute("rollback")
                answer(fault)
            else:
                answer(None)
