"""The simulator: a fixed number of seeds find nothing, a seed is the same each time, and faults are found."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest

from andante.engine.effects import StartChild
from andante.engine.step import Step
from andante.runtime.executor import Executor
from andante.runtime.relations import Relations
from andante.store import archive, task_conditions, task_lists
from andante.store.projection import Batch
from andante.testing.simulator import simulate
from andante.testing.simulator.database import Database

SEEDS: Final = 40  # in about half a minute
ENOUGH: Final = 12  # in which a fault that is always there must be found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_lost_or_doubled(seed: int) -> None:
    report = simulate(seed)
    assert not report.problem, f"python -m andante.testing.simulator {seed}"


def test_faults_of_each_kind_happen() -> None:
    found: dict[str, int] = {}
    for seed in (104, 105, 111, 112):
        for kind, count in simulate(seed).counts.items():
            found[kind] = found.get(kind, 0) + count
    for kind in (
        "fault.crash", "fault.pause", "fault.rival", "fault.lost-before", "fault.lost-after", "fault.refused",
        "fault.reply-lost", "fault.repeated", "fault.news-lost", "fault.slow", "fault.clock-jump", "fault.read-lost",
    ):  # fmt: skip
        assert found.get(kind), kind
    assert found["entries"] > 200


def test_a_seed_does_the_same_each_time() -> None:
    first, again = simulate(6), simulate(6)
    assert first == again
    assert simulate(9).hash != first.hash


@pytest.mark.parametrize("hashes", ["1", "2"])
def test_a_seed_does_the_same_in_every_process(hashes: str) -> None:
    text = "from andante.testing.simulator import simulate; print(simulate(6).hash, simulate(3).hash)"
    done = subprocess.run(
        [sys.executable, "-c", text], env=os.environ | {"PYTHONHASHSEED": hashes}, capture_output=True, text=True
    )
    assert done.stdout.split() == [simulate(6).hash, simulate(3).hash], done.stderr


def _unguarded(patch: pytest.MonkeyPatch) -> None:
    """Two servers may write what follows the same state, the later one over the other's."""

    def commit(self: Database, batch: Batch, *, rival: bool = False) -> None:
        if self.before is not None and not rival:
            self.before(batch)
        over = [
            (sql.replace('insert into "journal"', 'insert or replace into "journal"'), values)
            for sql, values in batch.calls()
        ]
        self.transaction(over)
        if self.watch is not None:
            self.watch(batch)

    patch.setattr(Database, "commit", commit)


def _forgetful(patch: pytest.MonkeyPatch) -> None:
    """Letters are struck off that nobody has carried out."""

    async def deliver(self: Relations, parent_id: str, effect: StartChild) -> None:
        return

    patch.setattr(Relations, "_start_child", deliver)


def _hasty(patch: pytest.MonkeyPatch) -> None:
    """Answers do not wait for the commit."""
    take: Callable[..., Any] = Executor._take

    def at_once(self: Executor, instance_id: str, slot: Any, request: Any) -> None:
        take(self, instance_id, slot, request)
        for entry in self._open.entries:
            if entry.request is request and isinstance(entry.step, Step):
                request.answer(entry.answer)

    patch.setattr(Executor, "_take", at_once)


def _crowded(patch: pytest.MonkeyPatch) -> None:
    """Tasks of suspended instances stay in the to-do list."""
    patch.setitem(task_conditions.VIEWS, "todo", "t.state='open' and t.suspended<2")
    patch.setattr(task_lists, "SHOWN", "")


def _untidy(patch: pytest.MonkeyPatch) -> None:
    """What is deleted or archived leaves its tasks behind."""
    patch.setattr(archive, "OF_INSTANCE", tuple(each for each in archive.OF_INSTANCE if each != "task"))


@pytest.mark.interpreted
@pytest.mark.parametrize("plant", [_unguarded, _forgetful, _hasty, _crowded, _untidy])
def test_a_fault_of_ours_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(simulate(seed).problem for seed in range(ENOUGH))
