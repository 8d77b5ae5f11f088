"""A SQLite file: the embedded database, for one server."""

from andante.store.sqlite.store import SqliteStore, sqlite_path

__all__ = ["SqliteStore", "sqlite_path"]
