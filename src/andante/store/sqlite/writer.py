"""The one writer of a SQLite database: batches in, one durable transaction each, answers out.

WAL with synchronous=FULL: when a batch is answered it is on the disk. A disk that commits within a millisecond or two
is written to at once, in the caller's thread: waking another thread and being woken by it would take longer. A slow
disk, a large batch or a lock that somebody else holds is left to a thread, so that the caller goes on meanwhile.
"""

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Final, final

Calls = list[tuple[str, list[object]]]
Answer = Callable[[BaseException | None], None]

WAIT: Final = "pragma busy_timeout=10000"
DO_NOT_WAIT: Final = "pragma busy_timeout=0"
PRAGMAS: Final = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "pragma foreign_keys=off",
    WAIT,
    "pragma wal_autocheckpoint=4000",
    "pragma cache_size=-65536",
)
QUICK: Final = 0.002  # seconds that a commit may take in the caller's thread
FORGET: Final = 0.9  # of what is known of the disk's speed, after one more commit
SMALL: Final = 20_000  # values


def connect(path: str) -> sqlite3.Connection:
    """A connection set up as all of ours are; transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


@final
class Writer:
    """Carries out batches in the order given. `answer` gets None for success; it is called in the thread that wrote,
    which may be the caller's. Use `submit` from one thread."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path)
        self._connection.execute(DO_NOT_WAIT)
        self._queue: queue.SimpleQueue[tuple[Calls, Answer] | None] = queue.SimpleQueue()
        self._given = 0  # to the thread; written by the caller only
        self._taken = 0  # by the thread, and done with; written by the thread only
        self._typical = 2 * QUICK  # seconds a commit takes; slow until the disk shows what it can
        self._thread = threading.Thread(target=self._run, name="andante-writer", daemon=True)
        self._thread.start()

    def submit(self, calls: Calls, answer: Answer) -> None:
        """Write one transaction, now or soon. All its statements happen, or none."""
        idle = self._given == self._taken
        if idle and self._typical < QUICK and sum(len(values) for _, values in calls) < SMALL:
            try:
                self._connection.execute("begin immediate")
            except sqlite3.OperationalError:  # locked by another program: the thread waits for it
                pass
            else:
                answer(self._carry_out(calls))
                return
        self._given += 1
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
            fault: BaseException | None
            try:
                execute(WAIT)
                try:
                    execute("begin immediate")
                finally:
                    execute(DO_NOT_WAIT)  # also after a lock that stayed: the caller never waits for one
            except sqlite3.Error as refusal:
                fault = refusal
            else:
                fault = self._carry_out(calls)
            self._taken += 1
            answer(fault)

    def _carry_out(self, calls: Calls) -> BaseException | None:
        """Execute and commit what is begun; what went wrong, and then nothing is changed."""
        execute = self._connection.execute
        try:
            for sql, parameters in calls:
                execute(sql, parameters)
            begin = time.perf_counter()
            execute("commit")
            self._typical += (1 - FORGET) * (time.perf_counter() - begin - self._typical)
        except BaseException as fault:  # a batch that fails must be answered, whatever the reason
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    execute("rollback")
            return fault
        return None
