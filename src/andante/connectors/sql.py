"""Service tasks that ask a database, or change what is in it.

The statement and the name of the source are fixed texts of the model (headers), so that nothing of a process can get
into them; values go as parameters.
"""

import base64
import datetime as dt
import re
import sqlite3
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
import psycopg
import sqlalchemy as sa

from andante.connectors.faults import MOST, Later, Wrong
from andante.connectors.sources import Database, Sources
from andante.expressions import to_json

OWN: Final = "andante:sql"
READ: Final = ("select", "values")  # what comes row by row
VERBS: Final = (*READ, "with", "insert", "update", "delete", "merge")
JOB: Final = "andante_job"  # also a parameter that every statement may use: the job's id, the same at each try
LEDGER: Final = sa.text("create table if not exists andante_job (id varchar(100) primary key, result text not null)")
TAKE: Final = sa.text("insert into andante_job (id, result) values (:id, '') on conflict (id) do nothing")
DONE: Final = sa.text("select result from andante_job where id=:id")
KEEP: Final = sa.text("update andante_job set result=:result where id=:id")
_COMMENT: Final = re.compile(r"\s+|--[^\n]*\n|/\*.*?\*/", re.DOTALL)
_PASSING: Final = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR)
)  # what another try may find otherwise


class Question(msgspec.Struct, frozen=True):
    """What to ask whom."""

    source: str
    statement: str
    parameters: dict[str, object]


class Answered(msgspec.Struct, frozen=True):
    """`rows` as contexts, or of a change how many it touched."""

    count: int
    rows: list[dict[str, object]] | None = None


def question_of(headers: Mapping[str, str], own: Mapping[str, Any], job_id: str) -> Question:
    """Raises Wrong."""
    for name in ("source", "statement"):
        if not headers.get(name, "").strip():
            raise Wrong(f"{name}: it is missing. Write it as a header, a fixed text of the model")
    statement = headers["statement"].strip().rstrip(";").rstrip()
    verb = _first_word(statement)
    if verb not in VERBS:
        raise Wrong(f"statement: it begins with '{verb}', and not with one of {', '.join(VERBS)}")
    if ";" in statement:
        raise Wrong("statement: one alone, without a semicolon; a text with one in it goes as a parameter")
    given = own.get("parameters") or {}
    if not isinstance(given, Mapping):
        raise Wrong("parameters: it should be a context, such as ={id: order.id}")
    return Question(headers["source"].strip(), statement, {**{str(k): v for k, v in given.items()}, JOB: job_id})


def _without_brackets(text: str, lists: list[str]) -> str:
    """A list brings its own: `in (:ids)` is `in :ids`."""
    for name in lists:
        text = re.sub(rf"\(\s*:{re.escape(name)}\s*\)", f":{name}", text)
    return text


def _first_word(text: str) -> str:
    at = 0
    while found := _COMMENT.match(text, at):
        at = found.end()
    word = re.compile(r"\w*").match(text, at)
    return word[0].lower() if word else ""


def ask(sources: Sources, definition: str, asked: Question) -> Answered:
    """In a thread of its own: it waits for the database. Raises Wrong, or Later."""
    database = sources.get(asked.source)
    if database is None or not database.source.serves(definition):
        raise Wrong(f"source: there is no data source '{asked.source}' for {definition}")
    statement = sa.text(asked.statement)
    names = list(statement.compile().params)
    missing = [name for name in names if name not in asked.parameters]
    if missing:
        raise Wrong(f"parameters: the statement has :{missing[0]}, which is not there")
    values = {name: _bound(name, asked.parameters[name], database.postgres) for name in names}
    lists = [name for name in names if isinstance(values[name], list)]
    several: list[sa.BindParameter[Any]] = [sa.bindparam(name, expanding=True) for name in lists]
    ready = sa.text(_without_brackets(asked.statement, lists)).bindparams(*several)
    ready = ready.execution_options(stream_results=_first_word(asked.statement) in READ)
    try:
        with database.connect() as connection, connection.begin():
            return _carried_out(connection, database, ready, values, str(asked.parameters[JOB]))
    except sa.exc.DBAPIError as fault:
        raise _judged(fault, asked.source) from None
    except (sqlite3.Error, psycopg.Error) as fault:  # of the connection itself
        raise Later(f"{asked.source}: {_told(fault)}") from None


def _carried_out(
    connection: sa.Connection, database: Database, statement: sa.TextClause, values: dict[str, object], job_id: str
) -> Answered:
    if not database.source.once:
        return _executed(connection, database, statement, values)
    connection.execute(LEDGER)
    # Whoever is second waits here for the first, and then finds what it has done.
    taken = connection.execute(TAKE, {"id": job_id})
    if not taken.rowcount:
        done = connection.execute(DONE, {"id": job_id}).scalar_one()
        return msgspec.json.decode(done, type=Answered)
    answered = _executed(connection, database, statement, values)
    told = {"id": job_id, "result": msgspec.json.encode(answered).decode()}
    connection.execute(KEEP, told)
    return answered


def _executed(
    connection: sa.Connection, database: Database, statement: sa.TextClause, values: dict[str, object]
) -> Answered:
    done = connection.execute(statement, values)
    if not done.returns_rows:
        return Answered(done.rowcount)
    most = database.source.rows
    found = [
        {str(name): _plain(str(name), each) for name, each in row.items()}
        for row in done.mappings().fetchmany(most + 1)
    ]
    if len(found) > most:
        raise Wrong(f"statement: it brings more than {most} rows. Ask for fewer, with a condition or a limit")
    if len(msgspec.json.encode(found)) > MOST:
        raise Wrong(f"statement: it brings more than {MOST} bytes. Ask for fewer columns or rows")
    return Answered(len(found), found)


def _bound(name: str, value: object, postgres: bool) -> object:
    """As a driver takes it: objects as JSON text. Raises Wrong."""
    if isinstance(value, list):
        return [_bound(name, each, postgres) for each in value]
    if isinstance(value, Mapping):
        return msgspec.json.encode(value).decode()
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        if not postgres:
            raise Wrong(f"parameters: {name} is larger than the database can take")
        return Decimal(value)
    return value


def _plain(name: str, value: Any) -> object:
    """A column's value as JSON has it: a decimal a number, what is of time its ISO text. Raises Wrong."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return to_json(value) if value.is_finite() else str(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return msgspec.to_builtins(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, list | tuple):
        return [_plain(name, each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(name, each) for key, each in value.items()}
    raise Wrong(f"statement: the column {name} is of a type that has no place in a process. Cast it to text")


def _judged(fault: sa.exc.DBAPIError, source: str) -> Exception:
    """Whether another try may help: where the connection, a lock or the time was at fault, not the statement."""
    cause = fault.orig
    text = f"{source}: {_told(cause)}"
    if isinstance(cause, sqlite3.Error):
        passing = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _PASSING
    else:
        passing = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return Later(text) if passing or fault.connection_invalidated else Wrong(text)


def _told(fault: BaseException | None) -> str:
    """The first line: without the statement, and the values in it."""
    return str(fault).strip().partition("\n")[0] or type(fault).__name__
