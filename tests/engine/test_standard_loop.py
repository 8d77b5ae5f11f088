"""Standard loops on tasks, sub-processes and calls (BPMN 2.0.2 section 13.3.6)."""

import pytest
from undoing import ENDS, handled, job, path, process, sub, throw, user

from andante.bpmn import ModelRefused
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.settings import EngineSettings
from andante.testing import Scenario


def loop(condition: str = "", attributes: str = "") -> str:
    inner = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    return f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"


def asking(characteristics: str, extra: str = "") -> Scenario:
    """A person is asked until the answer is good."""
    return process(
        ENDS,
        f'<userTask id="ask">{characteristics}</userTask>',
        user("after"),
        extra,
        path("start", "ask", "after", "end"),
    )


def test_it_runs_again_as_long_as_the_condition_holds() -> None:
    asked = asking(loop('answer = "no"')).given()
    asked.complete("ask", answer="no").complete("ask", answer="no").then(tasks=["ask"])
    asked.complete("ask", answer="yes").then(tasks=["after"])
    assert len(asked.facts(ev.TaskCompleted)) == 3


def test_tested_before_it_may_not_run_at_all() -> None:
    asking(loop("open", 'testBefore="true"')).given(open=False).then(tasks=["after"])
    asked = asking(loop("open", 'testBefore="true"')).given(open=True).then(tasks=["ask"])
    asked.complete("ask", open=False).then(tasks=["after"])


def test_tested_after_it_runs_at_least_once() -> None:
    asking(loop("open")).given(open=False).then(tasks=["ask"]).complete("ask").then(tasks=["after"])


@pytest.mark.parametrize("before", ["true", "false"])
def test_the_counter_counts_runs(before: str) -> None:
    asked = asking(loop("loopCounter &lt; 3", f'testBefore="{before}"')).given()
    for number in range(3):
        (task,) = asked.instance.tasks.values()
        assert asked.instance.tokens[task.token].locals == {"loopCounter": number}
        asked.complete("ask")
    asked.then(tasks=["after"])


@pytest.mark.parametrize("condition", ["", "true"])
def test_a_maximum_ends_it(condition: str) -> None:
    asked = asking(loop(condition, 'loopMaximum="2"')).given().complete("ask").then(tasks=["ask"])
    asked.complete("ask").then(tasks=["after"])


def test_a_sub_process_and_a_script_can_be_looped() -> None:
    inner = sub("sub", '<scriptTask id="count"><script>{n: n + 1}</script></scriptTask>',
                path("sub_start", "count", "sub_end"), loop=loop("n &lt; 1000"))  # fmt: skip
    process(ENDS, inner, path("start", "sub", "end")).given(n=0).then(state="Completed OK", variables={"n": 1000})


def test_a_called_process_can_be_looped() -> None:
    call = f'<callActivity id="call" calledElement="child">{loop("more")}</callActivity>'
    called = process(ENDS, call, path("start", "call", "end")).given()
    called.complete_call("call", more=True).then(at=["call"]).complete_call("call", more=False).then(
        state="Completed OK"
    )
    first, second = called.facts(ev.CallStarted)
    assert first.child_id != second.child_id


def test_a_condition_that_is_no_condition_is_an_incident_and_the_work_is_not_lost() -> None:
    asked = asking(loop("again")).given().complete("ask", said=1)
    asked.then(state="Broken", incidents=["expression"], variables={"said": 1})
    asked.when(cmd.SetVariables({"again": False}, introduce=True)).retry().then(tasks=["after"])


def test_a_loop_that_never_ends_is_stopped_by_a_limit() -> None:
    count = f'<scriptTask id="count">{loop("true")}<script>1</script></scriptTask>'
    endless = process(ENDS, count, path("start", "count", "end"))
    endless.settings = EngineSettings(max_items=50)
    endless.given().then(state="Broken", incidents=["loop"])


def test_a_boundary_event_interrupts_the_loop_and_a_pause_does_not_matter() -> None:
    boundary = (
        '<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>" + path("late", "after")
    )
    asked = asking(loop("true"), boundary).given().complete("ask").suspend().resume().then(tasks=["ask"])
    asked.pass_time("PT1H").then(tasks=["after"])


def test_terminated_in_a_loop() -> None:
    asking(loop("true")).given().complete("ask").terminate().then(state="User Terminated", at=[])


def test_each_run_can_be_undone() -> None:
    hotel = job("hotel", loop("more"))
    running = process(ENDS, hotel, handled("hotel"), throw(), path("start", "hotel", "undo", "end")).given()
    running.complete_job("hotel", more=True).complete_job("hotel", more=False)
    running.complete_job("undo_hotel").complete_job("undo_hotel").then(state="Completed OK")


@pytest.mark.parametrize(
    "characteristics",
    [
        loop(),
        loop("a", 'loopMaximum="many"'),
        loop("a", 'loopMaximum="0"'),
        loop("a") + "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
        "</multiInstanceLoopCharacteristics>",
    ],
)
def test_a_loop_without_an_end_is_refused(characteristics: str) -> None:
    with pytest.raises(ModelRefused):
        asking(characteristics)
