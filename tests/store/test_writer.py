"""Small batches on a quick disk are written at once; all else is left to the writer's thread; the order stays."""

import queue
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from andante.store.sqlite.writer import SMALL, Calls, Writer

HERE = threading.get_ident()


class Answers:
    """What the writer answered, and in which thread."""

    def __init__(self) -> None:
        self._all: queue.SimpleQueue[tuple[BaseException | None, int]] = queue.SimpleQueue()

    def __call__(self, fault: BaseException | None) -> None:
        self._all.put((fault, threading.get_ident()))

    def here(self) -> BaseException | None:
        """The answer that came before `submit` returned."""
        fault, thread = self._all.get_nowait()
        assert thread == HERE
        return fault

    def from_the_thread(self) -> BaseException | None:
        fault, thread = self._all.get(timeout=30)
        assert thread != HERE
        return fault

    def any(self) -> BaseException | None:
        return self._all.get(timeout=30)[0]

    @property
    def empty(self) -> bool:
        return self._all.empty()


def row(value: object) -> Calls:
    return [("insert into t values (?)", [value])]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(str(tmp_path / "a.db"))
    answers = Answers()
    made.submit([("create table t (v unique)", [])], answers)
    assert answers.from_the_thread() is None  # nothing is known of the disk yet
    yield made
    made.close()


def rows(path: Path) -> list[object]:
    return [v for (v,) in sqlite3.connect(path / "a.db").execute("select v from t order by rowid")]


def test_a_disk_that_has_shown_to_be_quick_is_written_at_once(writer: Writer, tmp_path: Path) -> None:
    writer._typical = 0.0
    answers = Answers()
    writer.submit(row(1), answers)
    assert answers.here() is None
    writer._typical = 1.0
    writer.submit(row(2), answers)
    assert answers.from_the_thread() is None
    assert rows(tmp_path) == [1, 2]


def test_a_batch_waits_for_what_the_thread_has(writer: Writer, tmp_path: Path) -> None:
    writer._typical = 0.0
    answers = Answers()
    writer.submit([call for value in range(SMALL + 1) for call in row(value)], answers)
    writer.submit(row("next"), answers)
    assert answers.from_the_thread() is None
    assert answers.any() is None
    assert rows(tmp_path)[-2:] == [SMALL, "next"]


def test_who_locks_the_file_delays_the_thread_alone(writer: Writer, tmp_path: Path) -> None:
    writer._typical = 0.0
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("begin immediate")
    answers = Answers()
    writer.submit(row(1), answers)
    assert answers.empty
    other.execute("rollback")
    assert answers.from_the_thread() is None
    assert rows(tmp_path) == [1]


@pytest.mark.parametrize("typical", [0.0, 1.0])
def test_a_batch_that_fails_leaves_nothing(writer: Writer, tmp_path: Path, typical: float) -> None:
    writer._typical = typical
    answers = Answers()
    writer.submit([*row(1), *row(1)], answers)
    fault = answers.from_the_thread() if typical else answers.here()
    assert isinstance(fault, sqlite3.IntegrityError)
    writer.submit(row(2), answers)
    assert (answers.from_the_thread() if typical else answers.here()) is None
    assert rows(tmp_path) == [2]


def test_after_a_lock_that_stayed_the_caller_still_waits_for_none(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("andante.store.sqlite.writer.WAIT", "pragma busy_timeout=1")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("begin immediate")
    answers = Answers()
    writer.submit(row(1), answers)
    assert isinstance(answers.from_the_thread(), sqlite3.OperationalError)
    other.execute("rollback")
    assert writer._connection.execute("pragma busy_timeout").fetchone() == (0,)
