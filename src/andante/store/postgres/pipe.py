"""A connection on which transactions follow each other without waiting for answers (libpq's pipeline mode).

What is sent together is one transaction: all its statements happen, or none. Statements are prepared once for each
connection. For one event loop.
"""

import asyncio
import re
import select
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, final

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from andante.store.faults import NotPrepared, StoreLost, StoreProblem
from andante.store.postgres import results
from andante.store.postgres.arrays import texts
from andante.store.postgres.hosts import connect

Result = pq.abc.PGresult
Call = tuple[bytes, Sequence[bytes | None], int]  # query, parameters, 1 where these are binary
ROWS: Final = pq.ExecStatus.TUPLES_OK
DONE: Final = pq.ExecStatus.COMMAND_OK
SYNC: Final = pq.ExecStatus.PIPELINE_SYNC
ABORTED: Final = pq.ExecStatus.PIPELINE_ABORTED
BINARY: Final = 1
DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "andante",
    "connect_timeout": 5,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4_000,
}
# The same on the server's side: what one has locked that is cut off in mid transaction is free again that soon.
WATCH: Final = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000"
)
# Said on the connection and not when it is made: a pooler between knows none of them, and refuses or forgets them then.
_SET: Final = b"select set_config(n, v, false) from unnest($1::text[],$2::text[]) t(n,v)"
_SETTING: Final = re.compile(r"(?:-c\s*|--)([a-z_.]+)=(\S*)")


@final
class _Sent:
    """A transaction on its way. `expected`: for each answer to come, the query that it prepares, or None."""

    __slots__ = ("expected", "failure", "future", "results")

    def __init__(self, future: "asyncio.Future[list[Result]]") -> None:
        self.future = future
        self.expected: deque[bytes | None] = deque()
        self.results: list[Result] = []
        self.failure: Result | None = None


@final
class Pipe:
    """Use `Pipe.open`. `lost` is called once when the connection is gone; `heard` with each notification."""

    def __init__(self, connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
        self._connection = connection
        self._pg = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._sent: deque[_Sent] = deque()
        self._names: dict[bytes, bytes] = {}
        self._count = 0
        self._writing = False
        self.closed = False
        self.lost: Callable[[], None] | None = None
        self.heard: Callable[[str, str], None] | None = None
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._socket = self._pg.socket
        self._failed = select.poll()
        self._failed.register(self._socket, 0)  # errors and the other side's end are told anyhow
        self._loop.add_reader(self._socket, self._readable)

    @classmethod
    async def open(cls, url: str, settings: str = "") -> "Pipe":
        """Connect; `settings` are the server's, as in `-c name=value`. What the URL says comes first. Raises
        StoreLost."""
        try:
            given: dict[str, Any] = {**DEFAULTS, **conninfo_to_dict(url)}
            connection = await connect(given)
        except psycopg.Error as fault:
            raise StoreLost(str(fault).strip()) from None
        pipe = cls(connection)
        ours = dict(_SETTING.findall(f"{WATCH} {settings}"))
        theirs = dict(_SETTING.findall(str(given.get("options", ""))))
        wanted = {name: value for name, value in ours.items() if name not in theirs}
        try:
            await pipe.run([(_SET, (texts(list(wanted)), texts(list(wanted.values()))), BINARY)])
        except BaseException:
            pipe.close()
            raise
        return pipe

    @property
    def depth(self) -> int:
        """Transactions on their way."""
        return len(self._sent)

    async def run(self, calls: Sequence[Call]) -> list[Result]:
        """Carry out one transaction. Raises StoreLost, or what `results.fault` makes of the database's refusal."""
        try:
            return await self.send(calls)
        except NotPrepared:  # its preparation was part of a transaction that failed before it
            return await self.send(calls)

    def send(self, calls: Sequence[Call]) -> "asyncio.Future[list[Result]]":
        """Send one transaction; the future is of the results of its statements, in order."""
        future: asyncio.Future[list[Result]] = self._loop.create_future()
        if self.closed:
            future.set_exception(StoreLost("The connection to the database is gone."))
            return future
        sent = _Sent(future)
        pg = self._pg
        try:
            for query, parameters, binary in calls:
                name = self._names.get(query)
                if name is None:
                    self._count += 1
                    name = self._names[query] = b"s%d" % self._count
                    pg.send_prepare(name, query)
                    sent.expected.append(query)
                pg.send_query_prepared(name, parameters, [binary] * len(parameters), BINARY)
                sent.expected.append(None)
            pg.pipeline_sync()
            self._sent.append(sent)
            self._flush()
        except psycopg.OperationalError as fault:
            if sent not in self._sent:
                self._sent.append(sent)
            self._lose(str(fault))
        return future

    def close(self) -> None:
        """Let go of the connection; what is on its way fails."""
        self._lose("The connection was closed.", tell=False)

    def _flush(self) -> None:
        waits = self._pg.flush() == 1
        if waits and not self._writing:
            self._writing = True
            self._loop.add_writer(self._socket, self._writable)
        elif not waits and self._writing:
            self._writing = False
            self._loop.remove_writer(self._socket)

    def _writable(self) -> None:
        try:
            self._pg.consume_input()
            self._flush()
        except psycopg.OperationalError as fault:
            self._lose(str(fault))

    def _readable(self) -> None:
        try:
            self._read()
            # Of a connection that has failed uvloop tells once and never again, whatever is left to be read.
            while not self.closed and self._failed.poll(0):
                self._read()
        except psycopg.OperationalError as fault:
            self._lose(str(fault))

    def _read(self) -> None:
        self._pg.consume_input()
        if self._writing:
            self._flush()
        while self._sent and not self._pg.is_busy():
            result = self._pg.get_result()
            if result is not None:
                self._take(result)
            elif self._pg.status == pq.ConnStatus.BAD:
                self._lose(self._pg.get_error_message())
        if self.heard is not None and not self.closed:
            while (note := self._pg.notifies()) is not None:
                self.heard(note.relname.decode(), note.extra.decode())

    def _take(self, result: Result) -> None:
        sent = self._sent[0]
        status = result.status
        if status == SYNC:
            self._sent.popleft()
            if sent.failure is not None:
                refusal = results.fault(sent.failure)
                _refuse(sent.future, refusal)
                if isinstance(refusal, StoreLost):
                    self._lose(str(refusal))
            elif not sent.future.done():
                sent.future.set_result(sent.results)
            return
        if status not in (ROWS, DONE, ABORTED) and not results.state(result):
            self._lose(result.get_error_message())  # that was not the database
            return
        prepared = sent.expected.popleft()
        if status in (ROWS, DONE):
            if prepared is None:
                sent.results.append(result)
            return
        if prepared is not None:
            self._names.pop(prepared, None)
        if status != ABORTED and sent.failure is None:
            sent.failure = result

    def _lose(self, why: str, *, tell: bool = True) -> None:
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._socket)
        if self._writing:
            self._loop.remove_writer(self._socket)
        self._pg.finish()
        sent, self._sent = self._sent, deque()
        for each in sent:
            failure = each.failure
            _refuse(each.future, StoreLost(why.strip()) if failure is None else results.fault(failure))
        if tell and self.lost is not None:
            self.lost()


def _refuse(future: "asyncio.Future[list[Result]]", fault: StoreProblem) -> None:
    if not future.done():
        future.set_exception(fault)
        future.exception()  # who asked may be gone: that is no news
