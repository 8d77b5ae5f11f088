"""Processes that nobody drew, run in any order: they end, keep every token, and do the same each time."""

from random import Random

import pytest
from core_rules import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.codec import encode_state
from andante.engine import commands as cmd
from andante.engine.due import next_due
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, random_process

SEEDS = st.integers(0, 2**32)
MOST = 400  # commands
STEPS = 500  # elements in one command: jumps make endless loops, which need not run long
many = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def move(scenario: Scenario, random: Random) -> bool:
    """Do one of the things that the instance waits for. False: there is none."""
    instance = scenario.instance
    due = next_due(instance, scenario.graph)
    open_work: list[tuple[str, int]] = [("task", key) for key in instance.tasks]
    open_work += [("job", key) for key in instance.jobs]
    if due:
        open_work.append(("time", due))
    if not open_work:
        return False
    kind, key = random.choice(open_work)
    values: dict[str, object] = {"x": random.randrange(5)}
    if kind == "task":
        scenario.when(cmd.CompleteTask(key, "", values))
    elif kind == "job":
        nodes = scenario.graph.nodes
        events = [nodes[index].event for index in nodes[instance.jobs[key].node].boundaries]
        caught = any(part.kind == kinds.ERROR for event in events if event is not None for part in event.each)
        fails = caught and random.random() < 0.3
        scenario.when(cmd.ThrowError(key, "E", "") if fails else cmd.CompleteJob(key, values))
    else:
        scenario.pass_time(max(0, key - scenario.now))
    return True


def run(graph: ProcessGraph, order: int, *, suspending: bool = False) -> Scenario:
    """Start and go on, in an order of its own, until nothing is left to do."""
    random = Random(order)
    scenario = Scenario(graph, settings=EngineSettings(max_steps=STEPS)).given({"x": random.randrange(5)}).start()
    for _ in range(MOST):
        if scenario.instance.closed or not move(scenario, random):
            break
        if suspending and not scenario.instance.closed and random.random() < 0.3:
            scenario.suspend().resume()
    return scenario


@many
@given(SEEDS, SEEDS)
def test_block_structured_processes_end(seed: int, order: int) -> None:
    scenario = run(random_process(seed), order)
    check(scenario)
    assert scenario.instance.state == "Completed OK"


@many
@given(SEEDS, SEEDS)
def test_others_end_or_stall_without_losing_a_token(seed: int, order: int) -> None:
    scenario = run(random_process(seed, structured=False), order)
    check(scenario)


@many
@given(SEEDS, SEEDS)
def test_the_same_commands_give_the_same_bytes(seed: int, order: int) -> None:
    one, other = (run(random_process(seed), order) for _ in range(2))
    assert encode_state(one.instance) == encode_state(other.instance)
    assert len(one.journal) == len(other.journal)


@many
@given(SEEDS, SEEDS)
def test_suspending_and_resuming_changes_nothing_else(seed: int, order: int) -> None:
    scenario = run(random_process(seed), order, suspending=True)
    check(scenario)
    assert scenario.instance.state == "Completed OK"


@pytest.mark.parametrize("size", [1, 60])
def test_large_and_small_ones(size: int) -> None:
    for seed in range(20):
        assert run(random_process(seed, size), seed).instance.state == "Completed OK"
