"""Multi-instances as models of several engines write them: on tasks, sub-processes and calls (BPMN 2.0.2 13.3.7)."""

import pytest
from undoing import ENDS, path, process, sub, user

from andante.engine import commands as cmd
from andante.engine.effects import StartChild
from andante.engine.settings import EngineSettings
from andante.engine.state import Instance
from andante.engine.step import step
from andante.testing import Scenario


def loop(inner: str = "", attributes: str = "") -> str:
    return f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"


def cardinality(text: str) -> str:
    return f"<loopCardinality>{text}</loopCardinality>"


def test_a_cardinality_is_an_expression() -> None:
    vote = process(ENDS, f'<userTask id="vote">{loop(cardinality("count(people) + 1"))}</userTask>',
                   path("start", "vote", "end"))  # fmt: skip
    vote.given(people=["a", "b"]).then(tasks=["vote"] * 3)


@pytest.mark.parametrize("count", ["many", -1, None, True])
def test_a_cardinality_that_is_no_number_is_an_incident(count: object) -> None:
    vote = process(ENDS, f'<userTask id="vote">{loop(cardinality("n"))}</userTask>', path("start", "vote", "end"))
    vote.given(n=count).then(state="Broken", incidents=["multiInstance"])
    vote.when(cmd.SetVariables({"n": 1})).retry().then(tasks=["vote"])


def test_more_instances_than_the_limit_are_an_incident() -> None:
    vote = process(ENDS, f'<userTask id="vote">{loop(cardinality("n"))}</userTask>', path("start", "vote", "end"))
    vote.settings = EngineSettings(max_items=10)
    vote.given(n=11).then(state="Broken", incidents=["multiInstance"], tasks=[])
    vote.when(cmd.SetVariables({"n": 10})).retry().then(tasks=["vote"] * 10)


def test_how_many_are_done_and_how_many_run_is_known_inside() -> None:
    """Camunda's names; in a sub-process too, where they are asked long after its instance began."""
    look = (
        '<scriptTask id="look"><script>{seen: append(seen, [nrOfInstances, nrOfCompletedInstances, '
        "nrOfActiveInstances])}</script></scriptTask>"
    )
    inner = sub("sub", user("wait"), look, path("sub_start", "wait", "look", "sub_end"), loop=loop(cardinality("3")))
    seen = process(ENDS, inner, path("start", "sub", "end")).given(seen=[])
    seen.complete("wait").complete("wait").complete("wait")
    seen.then(state="Completed OK", variables={"seen": [[3, 0, 3], [3, 1, 2], [3, 2, 1]]})


def test_a_called_process_runs_once_for_each_item_with_its_own_data() -> None:
    output = '<loopDataOutputRef>receipts</loopDataOutputRef><outputDataItem name="receipt"/>'
    each = loop("<loopDataInputRef>orders</loopDataInputRef>" + output + "<inputDataItem name=\"order\"/>",
                "isSequential=\"true\"")  # fmt: skip
    calls = process(ENDS, f'<callActivity id="call" calledElement="=order.kind">{each}</callActivity>',
                    path("start", "call", "end"))  # fmt: skip
    calls.given(orders=[{"kind": "book"}, {"kind": "film"}])
    calls.complete_call("call", receipt=1).complete_call("call", receipt=2)
    calls.then(state="Completed OK", variables={"receipts": [1, 2]})
    assert [child.element for child in calls.asked(StartChild)] == ["book", "film"]
    assert [child.variables["order"] for child in calls.asked(StartChild)] == [{"kind": "book"}, {"kind": "film"}]


def test_a_completion_condition_ends_calls_and_sub_processes_too() -> None:
    done = "<completionCondition>nrOfCompletedInstances / nrOfInstances &gt;= 0.5</completionCondition>"
    inner = sub("sub", user("a", "b"), path("sub_start", "a", "b", "sub_end"), loop=loop(cardinality("4") + done))
    half = process(ENDS, inner, user("after"), path("start", "sub", "after", "end")).given()
    half.complete("a").complete("b").then(tasks=["a"] * 3).complete("a").complete("b").then(tasks=["after"])
    assert len(half.instance.scopes) == 1


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_suspended_in_the_middle_and_terminated(sequential: str) -> None:
    each = loop(cardinality("3"), f'isSequential="{sequential}"')
    vote = process(ENDS, f'<userTask id="vote">{each}</userTask>', path("start", "vote", "end")).given()
    vote.complete("vote").suspend().resume().complete("vote").then(tasks=["vote"])
    vote.terminate().then(state="User Terminated", tasks=[])


def steps(scenario: Scenario, count: int) -> int:
    """How many facts `count` parallel instances need, from the start to the end."""
    instance = Instance("many")
    start = cmd.Start("d", "p", "1", {"n": count})
    facts = len(step(scenario.graph, instance, start, 1_000).events)
    for key in list(instance.tasks):
        facts += len(step(scenario.graph, instance, cmd.CompleteTask(key), 1_000).events)
    assert instance.closed
    return facts


def test_the_work_grows_with_the_number_of_instances() -> None:
    vote = process(ENDS, f'<userTask id="vote">{loop(cardinality("n"))}</userTask>', path("start", "vote", "end"))
    assert steps(vote, 10_000) < 10.1 * steps(vote, 1_000)
