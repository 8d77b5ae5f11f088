"""Trying a process out: apart from the real database, one for a person, and gone when it is left."""

from pathlib import Path

import pytest

from andante.runtime import Problem, Runtime, TestClock
from andante.runtime import sandbox as sandboxes
from andante.runtime.sandbox import Sandboxes

ORDER = Path(__file__).parents[2] / "examples/order.bpmn"
NOW = 1_767_258_000_000


async def test_it_is_apart_and_ends_with_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = await Runtime.open(f"sqlite:///{tmp_path}/real.db", clock=TestClock(NOW + 5), timers=False)
    try:
        order = (await runtime.deploy_xml(ORDER.read_bytes(), who="mei")).id
        found = Sandboxes(runtime)
        box = await found.open("mei", order)
        assert box.clock.now() == NOW
        await box.step("start", {"variables": {"orderId": "SO-1"}}, who="mei")
        assert (await box.runtime.open_counts())[0] == 1
        assert (await runtime.open_counts())[0] == 0
        with pytest.raises(Problem, match="Nothing waits for a time"):
            await box.step("advance", {}, who="mei")
        with pytest.raises(Problem, match="There is no step 'start' now"):
            await box.step("start", {}, who="mei")
        assert [each.name for each in box.done] == ["start"]

        # Another of the same person takes its place; of another person it stands beside, if there is room.
        first = Path(box.folder)
        again = await found.open("mei", order)
        assert not first.exists()
        assert found.find("mei", order) is again
        monkeypatch.setattr(sandboxes, "MOST", 1)
        with pytest.raises(Problem, match="Too many"):
            await found.open("tom", order)
        monkeypatch.setattr(sandboxes, "MOST_STEPS", 0)
        with pytest.raises(Problem, match="at most 0 steps"):
            await again.step("start", {}, who="mei")
    finally:
        await runtime.close()
    assert found.find("mei", order) is None
    assert not Path(again.folder).exists()
