"""Opening a database by its URL."""

import asyncio

from andante.store.faults import StoreProblem
from andante.store.postgres import PostgresStore
from andante.store.sqlite import SqliteStore
from andante.store.store import Store


async def open_store(url: str, replica: str = "", *, apart: bool = False, few: bool = False) -> Store:
    """The database of `url`, made or brought up to date as needed. Lists of PostgreSQL are read from `replica` where
    one is given; `apart`, `few`: see PostgresStore.open. Raises StoreProblem when it is of no use."""
    if url.startswith(("postgresql://", "postgres://")):
        return await PostgresStore.open(url, replica, apart=apart, few=few)
    if url.startswith("sqlite:"):
        return await asyncio.to_thread(SqliteStore, url)
    raise StoreProblem(f"'{url}' is no database this release can use. Give it as sqlite:///FILE or postgresql://...")
