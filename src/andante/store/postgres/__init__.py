"""PostgreSQL: the database for many servers at once."""

from andante.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
