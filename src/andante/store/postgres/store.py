"""PostgreSQL as the runtime's database."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, final

import psycopg
import sqlalchemy as sa
import structlog
from alembic.util import CommandError

from andante.store import statements as st
from andante.store.faults import Again, Outrun, StoreLost, StoreProblem, Unstorable, Unwritable
from andante.store.migrate import upgrade
from andante.store.postgres import results
from andante.store.postgres.arrays import numbers, texts
from andante.store.postgres.line import Line
from andante.store.postgres.pipe import Call, Pipe
from andante.store.postgres.statements import OUTRUN, TEXTS, TEXTS_APART, parameters
from andante.store.projection import Batch
from andante.store.store import Answer, Row, SharedStore, Stored

log: Final = structlog.get_logger("andante.store")
WRITERS: Final = 8  # connections that write where each transaction is of one instance
APART: Final = 256  # such transactions on their way
LISTS: Final = 3  # connections for what may take long; where connections are few, one
PATIENCE: Final = 5.0  # seconds that a replica has for an answer; then the database itself is asked
TRIES: Final = 10  # of a batch that others were in the way of
CHANNEL: Final = "andante"
# The rows of a batch are few beside the tables, whatever the planner knew of them when it prepared the statement.
WRITER: Final = (
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
    " -c jit=off -c idle_in_transaction_session_timeout=5000 -c lock_timeout=2000"
)
READER: Final = "-c jit=off"
# Not among the settings at the start: a server then takes the session for read-only, and who looks for one that is not
# (target_session_attrs) passes it by.
READS: Final = "set default_transaction_read_only=on"
OTHERS: Final = "-c jit=off -c lock_timeout=500"  # the lease is renewed here: nothing may take long
# A transaction of the write path takes some ms.
_FENCE: Final = (
    "select pg_terminate_backend(pid) from pg_stat_activity a where datname=current_database()"
    " and usename=current_user and application_name like 'andante %'"
    " and xact_start<clock_timestamp()-interval '1 second' and not exists"
    " (select 1 from node where 'andante '||id=a.application_name and expires_at>{now})"
)
STATES: Final = (
    b"select v.id, i.seq, case when i.seq=v.seq then null else i.data end, i.definition_id"
    b" from unnest($1::text[],$2::int8[]) v(id,seq) join instance i on i.id=v.id"
)
SEQUENCES: Final = b"select id, seq from instance where id=any($1::text[])"
_TEXTS: Final = {statement: text.encode() for statement, text in TEXTS.items()}
_TEXTS_APART: Final = {statement: text.encode() for statement, text in TEXTS_APART.items()}


def engine_of(url: str) -> sa.Engine:
    """SQLAlchemy's way there. The driver reads the URL: it knows of several hosts, and SQLAlchemy does not."""
    return sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url, connect_timeout=5), poolclass=sa.NullPool
    )


@final
class PostgresStore(SharedStore):
    """Open with `await PostgresStore.open(url)`. Batches go through one connection, one after the other; look-ups by
    key through another; what may take long through some more; lists through those of a replica where one is given."""

    like: ClassVar[str] = "ilike"
    matching: ClassVar[str] = (
        "select instance_id, key from search where to_tsvector('simple'::regconfig, grams)"
        " @@ to_tsquery('simple'::regconfig, ?)"
    )
    given: ClassVar[str] = (
        "select each->>0 as instance_id, (each->>1)::int8 as key from jsonb_array_elements(?::jsonb) each"
    )
    all_of: ClassVar[str] = " & "
    begins: ClassVar[str] = ":*"
    at_once: int = 2
    now: ClassVar[str] = "(extract(epoch from clock_timestamp())*1000)::int8"
    unlocked: ClassVar[str] = "for update of {} skip locked"

    def __init__(self, url: str, replica: str = "", *, apart: bool = False, few: bool = False) -> None:
        lists = 1 if few else LISTS
        self.url = url
        self.apart = apart
        if apart:
            self.at_once = APART
        self._writers = [Line(url, WRITER, parted=self._part) for _ in range(WRITERS if apart else 1)]
        self._keys = Line(url, READER, greeting=READS)
        self._lists = [Line(url, READER, greeting=READS) for _ in range(lists)]
        self._behind = [Line(replica, READER, greeting=READS) for _ in range(lists)] if replica else []
        self._others = Line(url, OTHERS, heard=self._hear, greeting=f"listen {CHANNEL}")
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._queries: dict[str, bytes] = {}
        self.heard: Callable[[str], None] | None = None
        self.parted: Callable[[], None] | None = None

    @classmethod
    async def open(cls, url: str, replica: str = "", *, apart: bool = False, few: bool = False) -> "PostgresStore":
        """Connect, and bring the tables up to date. With `apart` each transaction of the write path is of one instance,
        on one of several connections: for databases that spread instances over machines. With `few` it makes do with
        four connections, where one server has many databases. Raises StoreProblem."""
        await asyncio.to_thread(_migrate, url)
        store = cls(url, replica, apart=apart, few=few)
        try:
            await asyncio.gather(*(line.open() for line in store._lines if line not in store._behind))
            await asyncio.gather(*(line.open(later=True) for line in store._behind))
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def _lines(self) -> list[Line]:
        return [*self._writers, self._keys, self._others, *self._lists, *self._behind]

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        found = await self.get_all(sql, parameters)
        return found[0] if found else None

    async def get_all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        (result,) = await self._keys.read([self._call(sql, parameters)])
        return results.rows(result)

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return await self._read(self._lists, sql, parameters)

    async def browse(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        there = [line for line in self._behind if line.ready is not None]
        if there:
            line = min(there, key=lambda each: each.depth)
            try:
                async with asyncio.timeout(PATIENCE):
                    (result,) = await (await line.pipe()).run([self._call(sql, parameters)])
                return results.rows(result)
            except TimeoutError:
                line.renew()
            except StoreProblem as fault:  # it is gone, has put the query off, or has not got a column yet
                log.info("the replica does not answer, so the database does", why=str(fault))
        return await self._read(self._lists, sql, parameters)

    async def _read(self, lines: list[Line], sql: str, parameters: Sequence[object]) -> list[Row]:
        line = min(lines, key=lambda each: (each.ready is None, each.depth))
        (result,) = await line.read([self._call(sql, parameters)])
        return results.rows(result)

    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        ids, seqs = zip(*known, strict=True)
        (result,) = await self._keys.read([(STATES, (texts(ids), numbers(seqs)), 1)])
        return {row[0]: (row[1], row[2], row[3]) for row in results.rows(result)}

    async def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        calls = [self._call(sql, parameters) for sql, parameters in statements]
        for tries in range(TRIES):
            try:
                await (await self._others.pipe()).run(calls)
            except Again:
                if tries == TRIES - 1:
                    raise
            else:
                return

    async def change(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        (result,) = await (await self._others.pipe()).run([self._call(sql, parameters)])
        return results.rows(result)

    def _part(self) -> None:
        if self.parted is not None:
            self.parted()

    def tell(self, text: str) -> None:
        pipe = self._others.ready
        if pipe is not None:
            pipe.send([self._call(f"select pg_notify('{CHANNEL}', ?)", (text,))])

    def known_as(self, node: str) -> None:
        for line in self._writers:
            line.greet(f"set application_name='andante {node}'")

    async def fence(self) -> None:
        await self.change(_FENCE.format(now=self.now))

    def _hear(self, _: str, text: str) -> None:
        if self.heard is not None:
            self.heard(text)

    def _call(self, sql: str, parameters: Sequence[object]) -> Call:
        query = self._queries.get(sql)
        if query is None:
            query = self._queries[sql] = results.numbered(sql)
        return query, [results.parameter(value) for value in parameters], 0

    # Batches.

    def submit(self, batch: Batch, answer: Answer) -> None:
        writer = min(self._writers, key=lambda each: (each.ready is None, each.depth))
        pipe = writer.ready
        if pipe is None:
            self._spawn(self._later(writer, batch, answer))
            return
        self._send(pipe, batch, answer, TRIES)

    async def _later(self, writer: Line, batch: Batch, answer: Answer) -> None:
        try:
            pipe = await writer.pipe()
        except StoreProblem as fault:
            answer(fault)
            return
        self._send(pipe, batch, answer, TRIES)

    def _send(self, pipe: Pipe, batch: Batch, answer: Answer, tries: int) -> None:
        texts_of = _TEXTS_APART if self.apart else _TEXTS
        try:
            calls: list[Call] = [
                (texts_of[statement], parameters(statement, rows, batch.bases, self.apart), 1)
                for statement in st.ORDER
                if (rows := batch.rows[statement])
            ]
            calls.extend(self._call(sql, values) for sql, values in batch.beside)
        except Unstorable as fault:
            answer(_unwritable(batch, str(fault)))
            return
        future = pipe.send(calls)
        future.add_done_callback(lambda done: self._sent(pipe, batch, answer, tries, done.exception()))

    def _sent(self, pipe: Pipe, batch: Batch, answer: Answer, tries: int, fault: BaseException | None) -> None:
        if isinstance(fault, Again) and tries:
            self._send(pipe, batch, answer, tries - 1)
        elif isinstance(fault, StoreProblem) and f"({OUTRUN})" in str(fault):
            self._spawn(self._find_outrun(pipe, batch, answer))
        else:
            answer(fault)

    async def _find_outrun(self, pipe: Pipe, batch: Batch, answer: Answer) -> None:
        """Another server was faster: which instances did it change?"""
        new = {str(row[0]) for row in batch.rows[st.INSTANCE]}
        try:
            (result,) = await pipe.run([(SEQUENCES, (texts([*new, *batch.bases]),), 1)])
        except StoreProblem as fault:
            answer(fault)
            return
        found = dict(results.rows(result))
        outrun = {id for id in new if id in found} | {id for id, base in batch.bases.items() if found.get(id) != base}
        answer(Outrun(outrun))

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        for line in self._lines:
            line.close()


def _unwritable(batch: Batch, otherwise: str) -> StoreProblem:
    """Which instances have what cannot be stored."""
    reasons: dict[str, str] = {}
    for statement in st.ORDER:
        for row in batch.rows[statement]:
            try:
                parameters(statement, [row], batch.bases)
            except Unstorable as fault:
                reasons[str(row[0])] = str(fault)
    return Unwritable(reasons) if reasons else StoreProblem(otherwise)


def _check_sessions(url: str) -> None:
    """Raises StoreProblem where a pooler gives a connection another session with each transaction: what is set,
    prepared, locked and listened to in one would be somebody else's in the next."""
    with _session(url) as one, _session(url) as two:
        seen = [_session_of(each) for each in (one, two, one)]
    if seen[0] == seen[1] or seen[0] != seen[2]:
        raise StoreProblem(
            "A pooler shares out PostgreSQL's sessions anew with each transaction, and this server needs some of its"
            " own. Let it pool sessions (PgBouncer: pool_mode = session, for this database or user), or give --db the"
            " address of PostgreSQL itself"
        )


def _session(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url, connect_timeout=5, autocommit=True)


def _session_of(connection: psycopg.Connection[tuple[Any, ...]]) -> object:
    row = connection.execute("select pg_backend_pid()").fetchone()
    return row and row[0]


def _migrate(url: str) -> None:
    try:
        _check_sessions(url)
        upgrade(engine_of(url))
    except (sa.exc.OperationalError, psycopg.OperationalError) as fault:
        raise StoreLost(f"The database cannot be reached: {str(getattr(fault, 'orig', fault)).strip()}") from None
    except (sa.exc.DatabaseError, psycopg.Error, CommandError) as fault:
        raise StoreProblem(f"The database cannot be used: {getattr(fault, 'orig', fault)}") from None
