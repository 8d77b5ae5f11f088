"""The databases that service tasks may ask: named by the operator in a file, with credentials of their own. A model
names one; it never has an address."""

import fnmatch
import sqlite3
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, final
from urllib.parse import quote

import msgspec
import psycopg
import sqlalchemy as sa
from msgspec import Meta

STEPS: Final = 10_000  # of SQLite's machine between two looks at the clock
_FORBIDDEN: Final = frozenset((sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH))


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A database. `rows` that a question may bring, `seconds` that it may take. `definitions` are the names of those
    that may ask, with * for any letters. `once`: a table `andante_job` in it keeps what was done, so that a job that
    is tried again does nothing twice; it is made when it is missing."""

    url: Annotated[str, Meta(min_length=1)]
    read_only: bool = True
    rows: Annotated[int, Meta(ge=1, le=100_000)] = 1_000
    seconds: Annotated[float, Meta(gt=0, le=300)] = 10.0
    definitions: tuple[str, ...] = ("*",)
    once: bool = False

    def serves(self, definition: str) -> bool:
        return any(fnmatch.fnmatchcase(definition, pattern) for pattern in self.definitions)


@final
class Database:
    """A source and the way there. A connection is made for each question and its limits."""

    def __init__(self, source: Source) -> None:
        """Raises ValueError for an address that is none; its message does not repeat it."""
        self.source = source
        self.postgres = source.url.startswith(("postgresql://", "postgres://"))
        if self.postgres:
            self._engine = sa.create_engine("postgresql+psycopg://", creator=self._postgres, poolclass=sa.NullPool)
        elif source.url.startswith("sqlite:///") and len(source.url) > len("sqlite:///"):
            self._engine = sa.create_engine("sqlite://", creator=self._sqlite, poolclass=sa.NullPool)
        else:
            raise ValueError("url must begin with postgresql:// or sqlite:///FILE")
        if source.once and source.read_only:
            raise ValueError("once needs read_only = false: what was done is kept in the database")

    def connect(self) -> sa.Connection:
        """Raises sqlalchemy.exc.DBAPIError."""
        return self._engine.connect()

    def _postgres(self) -> Any:
        source = self.source
        only = " -c default_transaction_read_only=on" if source.read_only else ""
        return psycopg.connect(
            source.url, connect_timeout=max(2, int(source.seconds)), application_name="andante-connector",
            options=f"-c statement_timeout={int(source.seconds * 1000)}{only}",
        )  # fmt: skip

    def _sqlite(self) -> Any:
        source = self.source
        path = quote(source.url.removeprefix("sqlite:///"))
        mode = "ro" if source.read_only else "rw"
        connection = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=source.seconds)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK)
        end = time.monotonic() + source.seconds
        connection.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
        return connection


Sources = Mapping[str, Database]


def read_sources(path: str) -> Sources:
    """Of a TOML file, a table for each source. "": none. Raises ValueError, which names the place, and never an
    address, which may hold a password."""
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text())
    except OSError as fault:
        raise ValueError(f"{path} cannot be read: {fault.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ValueError(f"{path} is no TOML: {fault}") from None
    made = {}
    for name, told in found.items():
        try:
            made[name] = Database(msgspec.convert(told, Source))
        except (msgspec.ValidationError, ValueError) as fault:
            raise ValueError(f"{path}, [{name}]: {fault}") from None
    return made
