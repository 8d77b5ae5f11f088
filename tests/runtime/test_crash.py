"""kill -9 at any moment, a hundred times, under load: nothing acknowledged is lost, nothing is half done."""

import asyncio
import gc
import os
import random
import signal
import time
from pathlib import Path

import pytest
from invariants import check

from andante.runtime import InstanceQuery, Problem, Runtime, TaskQuery

EXAMPLES = Path(__file__).parents[2] / "examples"
ROUNDS = 100
CLIENTS = 24


def _run_until_killed(path: str, acknowledged: int, seed: int) -> None:
    """The child: a server under load that writes down what it acknowledged, the moment it does."""
    asyncio.run(_load(path, acknowledged, seed))


def _say(acknowledged: int, *words: object) -> None:
    os.write(acknowledged, (" ".join(str(word) for word in words) + "\n").encode())


async def _load(path: str, acknowledged: int, seed: int) -> None:
    runtime = await Runtime.open(f"sqlite:///{path}")
    _say(acknowledged, "ready")
    await asyncio.gather(*(_client(runtime, acknowledged, random.Random(seed * 1000 + n)) for n in range(CLIENTS)))


async def _client(runtime: Runtime, acknowledged: int, choose: random.Random) -> None:
    while True:
        started = await runtime.start("ParallelReview", variables={"amount": choose.randrange(5000)}, who="load")
        _say(acknowledged, "started", started.id)
        ending = choose.random()
        if ending < 0.2:
            await runtime.act(started.id, "suspend", who="load")
            _say(acknowledged, "suspended", started.id)
            if ending < 0.1:
                await runtime.act(started.id, "resume", who="load")
                _say(acknowledged, "resumed", started.id)
        elif ending < 0.35:
            await runtime.act(started.id, "terminate", who="load")
            _say(acknowledged, "terminated", started.id)
        else:
            tasks = await runtime.tasks(TaskQuery(everything=True, instance_id=started.id))
            for task in tasks.items:
                await runtime.task_action(task.id, "complete", who="load")
                _say(acknowledged, "completed", task.id)


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(600)
async def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "crash.db")
    runtime = await Runtime.open(f"sqlite:///{path}")
    await runtime.deploy_xml((EXAMPLES / "parallel-review.bpmn").read_bytes(), who="test")
    await runtime.close()
    log = tmp_path / "acknowledged"
    choose = random.Random(20)
    survived = 0
    # What the tests before have left in memory is not looked through by each child.
    gc.collect()
    gc.freeze()
    for round_number in range(ROUNDS):
        acknowledged = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        size = log.stat().st_size
        child = os.fork()
        if child == 0:
            try:
                _run_until_killed(path, acknowledged, round_number)
            finally:
                os._exit(1)
        os.close(acknowledged)
        deadline = time.monotonic() + 60
        wanted = size + choose.randrange(10, 1_500)  # bytes: up to some fifty answers, however slow the machine is
        while log.stat().st_size <= wanted and time.monotonic() < deadline:
            await asyncio.sleep(0.002)  # the other process decides when; the clock of the product is not involved
        await asyncio.sleep(choose.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the child ended by itself"
        if round_number % 10 == 9:
            survived = await _verify(path, log)
    gc.unfreeze()
    assert survived > ROUNDS * 5


async def _verify(path: str, log: Path) -> int:
    """Everything that was acknowledged is there, and the database is sound. Returns the acknowledged count."""
    check(f"sqlite:///{path}")
    runtime = await Runtime.open(f"sqlite:///{path}", timers=False)
    last: dict[str, str] = {}
    count = 0
    for line in log.read_text().splitlines():
        what, _, name = line.partition(" ")
        if what == "ready":
            continue
        count += 1
        if what == "completed":
            task = await runtime.task(name)
            assert task.state == "completed", name
        else:
            last[name] = what
    for instance_id, what in last.items():
        record = await runtime.instance(instance_id)
        if what == "terminated":
            assert record.state == "User Terminated"
        elif what == "suspended":
            # A resume may have been written without its answer; the flag may then be off.
            assert record.state != "User Terminated"
    # The survivors go on.
    page = await runtime.instances(InstanceQuery(states=["Waiting for user interaction"], limit=20))
    for record in page.items:
        if record.suspended:
            await runtime.act(record.id, "resume", who="test")
        for task in (await runtime.tasks(TaskQuery(everything=True, instance_id=record.id))).items:
            await runtime.task_action(task.id, "complete", who="test")
        assert (await runtime.instance(record.id)).state == "Completed OK"
        with pytest.raises(Problem):
            await runtime.act(record.id, "suspend", who="test")
    await runtime.close()
    check(f"sqlite:///{path}")
    return count
