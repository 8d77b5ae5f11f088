"""The kinds of columns and indexes that all tables are made of."""

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData()
# PostgreSQL is to sort and compare texts as SQLite does: by their bytes.
TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False, server_default=default)


def number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default))


def some(name: str, columns: str, where: str) -> sa.Index:
    """An index of the rows for which `where` holds."""
    return sa.Index(name, *columns.split(), sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def listed(name: str, column: str, where: str = "") -> sa.Index:
    """Tasks that are open and whose instance is not suspended, in the order of the to-do list."""
    return some(name, f"{column} rank instance_id key", f"state = 'open' and suspended = 0{where}")
