"""Where tenants' databases are: files in a folder, or databases of one PostgreSQL."""

import contextlib
import os
import time
from pathlib import Path
from typing import Final, Protocol, final
from urllib.parse import SplitResult, urlsplit, urlunsplit

import psycopg
import sqlalchemy as sa
from psycopg import sql

from andante.store.faults import StoreProblem
from andante.store.postgres.store import engine_of
from andante.store.sqlite.store import sqlite_path

REGISTRY: Final = "registry"  # its file: no tenant's, for theirs stand in a folder beside it
ENDINGS: Final = ("", "-wal", "-shm", "-journal")


class Busy(Exception):
    """Somebody has it open still."""


class Place(Protocol):
    """All methods but `url` wait: call them in a thread. They raise StoreProblem."""

    def engine(self, make: bool = True) -> sa.Engine:
        """To the registry. Raises StoreProblem without `make` where there is nothing."""
        ...

    def url(self, name: str) -> str:
        """Of a tenant's database."""
        ...

    def replica(self, name: str) -> str:
        """Of the one that follows it, "" for none."""
        ...

    def make(self, name: str) -> None:
        """So that it can be opened. Nothing where it is there."""
        ...

    def put_away(self, name: str) -> str:
        """Rename it, so that no tenant of this name finds it; the new name, "" where there is none. Raises Busy."""
        ...


def place_of(url: str, replica: str = "") -> Place:
    """Where the setting `tenants` says. Raises StoreProblem for what is no such place."""
    if url.startswith(("postgresql://", "postgres://")):
        return Server(url, replica)
    if url.startswith("sqlite:"):
        return Folder(Path(sqlite_path(url)))
    raise StoreProblem(f"'{url}' is no place for tenants. Give it as sqlite:///FOLDER or postgresql://USER@HOST/NAME.")


def _mark() -> str:
    return time.strftime("%Y%m%d%H%M%S", time.gmtime())


@final
class Folder:
    """`registry.db`, and a file each in `tenants/`; what is deleted goes to `deleted/`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def engine(self, make: bool = True) -> sa.Engine:
        if not make and not (self._path / f"{REGISTRY}.db").exists():
            raise StoreProblem(f"{self._path} has no {REGISTRY}.db.")
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._path / "tenants").mkdir(mode=0o700, exist_ok=True)
            file = self._path / f"{REGISTRY}.db"
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as fault:
            raise StoreProblem(f"{self._path} cannot be used for tenants: {fault.strerror}.") from None
        return sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 10})

    def url(self, name: str) -> str:
        return f"sqlite:///{self._path / 'tenants' / name}.db"

    def replica(self, name: str) -> str:
        return ""

    def make(self, name: str) -> None:
        pass  # whoever opens it makes it

    def put_away(self, name: str) -> str:
        file = self._path / "tenants" / f"{name}.db"
        if not file.exists():
            return ""
        away = self._path / "deleted" / f"{name}-{_mark()}.db"
        try:
            away.parent.mkdir(mode=0o700, exist_ok=True)
            for ending in reversed(ENDINGS):  # the file itself last: while it is there, it is not done
                part = file.with_name(file.name + ending)
                if part.exists():
                    part.rename(away.with_name(away.name + ending))
            file.with_name(file.name + ".lock").unlink(missing_ok=True)
        except OSError as fault:
            raise StoreProblem(f"{file} cannot be put away: {fault.strerror}.") from None
        return str(away)


@final
class Server:
    """The registry is in the database of the URL, say `andante`; tenants are in `andante_NAME` beside it, which the
    role must be allowed to make (CREATEDB)."""

    def __init__(self, url: str, replica: str = "") -> None:
        self._url = urlsplit(url)
        self._replica = urlsplit(replica) if replica else None
        self._name = self._url.path.strip("/")
        if not self._name or "dbname=" in self._url.query:
            raise StoreProblem("tenants: give the database as postgresql://USER@HOST/NAME.")
        if len(self._name) > 16:
            raise StoreProblem("tenants: the name of the database has at most 16 letters; tenants' names follow it.")

    def engine(self, make: bool = True) -> sa.Engine:
        return engine_of(urlunsplit(self._url))

    def _database(self, name: str) -> str:
        return f"{self._name}_{name}"

    def _at(self, server: SplitResult, name: str) -> str:
        return urlunsplit(server._replace(path=f"/{self._database(name)}"))

    def url(self, name: str) -> str:
        return self._at(self._url, name)

    def replica(self, name: str) -> str:
        return self._at(self._replica, name) if self._replica is not None else ""

    def _execute(self, command: sql.Composed) -> None:
        try:
            with psycopg.connect(urlunsplit(self._url), connect_timeout=5, autocommit=True) as connection:
                connection.execute(command)
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.InvalidCatalogName, psycopg.errors.ObjectInUse):
            raise
        except psycopg.Error as fault:
            raise StoreProblem(f"A tenant's database cannot be made or renamed: {str(fault).strip()}") from None

    def make(self, name: str) -> None:
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            self._execute(sql.SQL("create database {}").format(sql.Identifier(self._database(name))))

    def put_away(self, name: str) -> str:
        away = f"{self._database(name)}_{_mark()}"
        rename = sql.SQL("alter database {} rename to {}")
        try:
            self._execute(rename.format(sql.Identifier(self._database(name)), sql.Identifier(away)))
        except psycopg.errors.InvalidCatalogName:
            return ""
        except psycopg.errors.ObjectInUse:
            raise Busy(f"others have the database of '{name}' open") from None
        return away
