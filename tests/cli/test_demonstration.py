"""`andante serve --examples DIR --demonstration`: work in every state to look at, made once."""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from invariants import check

from andante.assembly import open_runtime
from andante.cli.examples import fill, prepare, read
from andante.runtime import InstanceQuery, TaskQuery
from andante.settings import Settings

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
STATES: Final = ("Completed OK", "User Terminated", "Broken", "Suspended", "Waiting for user interaction", "Paused")


def test_there_is_work_in_every_state_and_it_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(db=f"sqlite:///{tmp_path}/a.db")

    async def look() -> dict[str, int]:
        runtime = await open_runtime(settings, timers=False)
        found = {}
        for state in STATES:
            found[state] = (await runtime.instances(InstanceQuery([state], limit=1))).total
        for view in ("todo", "history", "paused"):
            found[view] = (await runtime.tasks(TaskQuery(view=view, everything=True, limit=1))).total
        query = TaskQuery(view="todo", everything=True, overdue=True, limit=1)
        found["overdue"] = (await runtime.tasks(query)).total
        await runtime.close()
        return found

    asyncio.run(prepare(settings, read(EXAMPLES)))
    asyncio.run(fill(settings))
    assert "Three weeks of made-up work are in it." in capsys.readouterr().out
    found = asyncio.run(look())
    assert all(found.values()), found
    assert found["Completed OK"] > 100
    check(settings.db)

    asyncio.run(fill(settings))
    assert capsys.readouterr().out == ""
    assert asyncio.run(look()) == found
