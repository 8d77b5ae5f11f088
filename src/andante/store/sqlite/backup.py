"""A copy of a SQLite database, made while servers use it."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from andante.store.faults import StoreProblem
from andante.store.sqlite.store import sqlite_path

STEPS: Final = 50_000  # of SQLite's machine between two looks at how far it is
SIZE: Final = (
    "select (page_count - freelist_count) * page_size"
    " from pragma_page_count(), pragma_freelist_count(), pragma_page_size()"
)


def backup(url: str, to: Path, told: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Copy the database as it is at one moment; how many bytes the copy has. Nobody has to wait meanwhile. The copy is
    whole and on the disk when it appears under its name. `told` hears how many bytes of how many are there. Raises
    StoreProblem; then there is none."""
    path = sqlite_path(url)
    if to.exists():
        raise StoreProblem(f"{to} is there already. Name a file that is not.")
    part = to.with_name(f"{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as source:
            ((total,),) = source.execute(SIZE)
            source.set_progress_handler(lambda: told(part.stat().st_size, total), STEPS)
            source.execute("vacuum into ?", (str(part),))
        with contextlib.closing(sqlite3.connect(part)) as copy:
            (said,) = copy.execute("pragma quick_check(1)").fetchone()
            if said != "ok":
                raise StoreProblem(f"The copy of {path} is damaged: {said}")
            copy.execute("select 1 from instance limit 1")
        _to_disk(part)
        part.rename(to)
        _to_disk(to.parent)
    except (OSError, sqlite3.Error) as fault:
        raise StoreProblem(f"{path} cannot be copied to {to}: {fault}.") from None
    finally:
        part.unlink(missing_ok=True)
    return to.stat().st_size


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
