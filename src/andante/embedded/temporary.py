"""A database that is gone when the engine closes: what `sqlite://` stands for."""

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Final, final

import sqlalchemy as sa

from andante.store.migrate import upgrade

NOWHERE: Final = ("sqlite://", "sqlite:///:memory:")


@final
class TemporaryDatabase:
    """A file of its own with our tables. The store needs a file: its readers and its writer are connections of
    their own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="andante-")
        path = Path(self._folder.name) / "andante.db"
        shutil.copyfile(Path(_template().name) / "andante.db", path)
        self.url = f"sqlite:///{path}"

    def remove(self) -> None:
        self._folder.cleanup()


@functools.cache
def _template() -> "tempfile.TemporaryDirectory[str]":
    """Made once in a process, since that takes longer than most tests; gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="andante-")
    engine = sa.create_engine(f"sqlite:///{folder.name}/andante.db")
    upgrade(engine)
    engine.dispose()
    return folder
