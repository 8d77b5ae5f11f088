"""Conditional events: what makes them occur, and when it is looked at (BPMN 2.0.2 section 10.4.5.2)."""

import pytest
from drawing import (
    MESSAGE,
    SPACES,
    boundary,
    drawn,
    event,
    job,
    on_event,
    paths,
    script,
    sub_process,
    tasks,
    when,
)

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, given

HIGH = when("=x &gt; 5")


def waiting(definition: str = HIGH) -> ProcessGraph:
    """A condition beside a task, a job, a script and a message."""
    return drawn(
        event("start", "start"), '<parallelGateway id="both"/>', event("catch", "wait", definition), tasks("after"),
        tasks("work"), job("charge"), event("catch", "paid", MESSAGE), script("count", "=6", "x"), event("end", "end"),
        paths("start both wait after end", "both work end", "both charge end", "both paid count end"),
    )  # fmt: skip


def test_it_is_looked_at_on_arrival() -> None:
    assert "after" in given(waiting(), x=6).at
    assert "wait" in given(waiting(), x=5).at
    assert "wait" in given(waiting()).at  # a variable that is not there yet


@pytest.mark.parametrize("how", ["task", "job", "message", "script", "variables"])
def test_whatever_sets_a_variable_has_it_looked_at(how: str) -> None:
    running = given(waiting(), x=1)
    if how == "task":
        running.complete("work", x=6)
    elif how == "job":
        running.complete_job("charge", x=6)
    elif how == "message":
        running.message("m", x=7)
    elif how == "script":
        running.message("m").then(variables={"x": 6})
    else:
        running.when(cmd.SetVariables({"x": 6}))
    assert "after" in running.at


@pytest.mark.parametrize("condition", ["=x &gt; 5", "${x > 5}".replace(">", "&gt;"), "x &gt; 5"])
def test_only_true_fulfils_it(condition: str) -> None:
    running = given(waiting(when(condition)))
    for value in (None, "six", 5, [6]):
        running.when(cmd.SetVariables({"x": value}, introduce=True)).then(incidents=[])
        assert "wait" in running.at
    assert "after" in running.when(cmd.SetVariables({"x": 6})).at


def guarded(definition: str = HIGH, *, interrupting: bool = True) -> ProcessGraph:
    return drawn(
        event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"),
        boundary("rise", "work", definition, interrupting=interrupting), tasks("look"), paths("rise look"),
    )  # fmt: skip


def test_at_a_boundary_it_interrupts() -> None:
    running = given(guarded(), x=1).then(at=["work"]).when(cmd.SetVariables({"x": 6}))
    running.then(at=["look"], tasks=["look"])
    assert not running.instance.subscriptions
    given(guarded(), x=6).then(at=["look"])


def test_or_adds_a_token_each_time_that_the_variables_are_set() -> None:
    """As in Camunda 7: it is not only the change from false to true that counts."""
    running = given(guarded(interrupting=False), x=1).when(cmd.SetVariables({"x": 6})).then(at=["look", "work"])
    running.when(cmd.SetVariables({"x": 7})).then(at=["look", "look", "work"])
    running.when(cmd.SetVariables({"x": 1})).then(at=["look", "look", "work"])
    running.complete("work", x=8).then(at=["look", "look"])


def test_only_the_variables_that_it_names_count() -> None:
    watched = when("=x &gt; 5", 'camunda:variableName="x"')
    running = given(guarded(watched, interrupting=False), x=6, y=1).then(at=["look", "work"])
    running.when(cmd.SetVariables({"y": 2})).then(at=["look", "work"])
    running.when(cmd.SetVariables({"x": 7, "y": 2})).then(at=["look", "look", "work"])
    ours = when("=x &gt; 5", 'andante:variables="y, z"')
    running = given(guarded(ours, interrupting=False), x=1, y=1).when(cmd.SetVariables({"x": 6})).then(at=["work"])
    running.when(cmd.SetVariables({"y": 1})).then(at=["look", "work"])


def test_it_starts_an_event_sub_process() -> None:
    stop = on_event("stop", HIGH, task="tidy")
    order = (event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"))
    given(drawn(*order, stop), x=6).then(at=["tidy"])  # before the first element is entered
    running = given(drawn(*order, stop), x=1).then(at=["work"]).complete("work", x=9)
    running.then(state="Waiting for user interaction", at=["tidy"]).complete("tidy").then(state="Completed OK")
    beside = given(drawn(*order, on_event("stop", HIGH, task="tidy", interrupting=False)), x=1)
    beside.when(cmd.SetVariables({"x": 6}), cmd.SetVariables({"x": 6})).then(at=["tidy", "tidy", "work"])


def test_it_sees_its_scope_and_those_around_it_but_none_beside_or_inside() -> None:
    inner = '<extensionElements><andante:input target="x" source="=x"/></extensionElements>'
    inside = (event("start", "in"), tasks("work"), script("rise", "=6", "x"), tasks("more"), paths("in work rise more"))
    graph = drawn(
        event("start", "start"), '<parallelGateway id="both"/>', event("catch", "outside", HIGH), event("end", "end"),
        sub_process("sub", inner, *inside, on_event("stop", HIGH, task="tidy", interrupting=False)),
        boundary("edge", "sub", HIGH, interrupting=False), tasks("look"),
        paths("start both outside end", "both sub end", "edge look"),
    )  # fmt: skip
    running = given(graph, x=1).then(at=["outside", "work"]).complete("work")
    running.then(at=["look", "more", "outside", "tidy"], variables={"x": 1})
    running.when(cmd.SetVariables({"x": 9})).then(at=["look", "look", "more", "tidy", "tidy"])


def test_a_change_is_looked_at_before_the_next_element_is_entered() -> None:
    """A value that stands for a moment alone counts, too."""
    graph = drawn(
        event("start", "start"), tasks("work"), script("up", "=6", "x"), script("down", "=1", "x"), event("end", "end"),
        paths("start work up down end"), on_event("stop", HIGH, task="tidy"),
    )  # fmt: skip
    given(graph, x=1).complete("work").then(at=["tidy"], variables={"x": 6})


def test_behind_an_event_gateway_the_first_that_is_fulfilled_wins() -> None:
    graph = drawn(
        event("start", "start"), '<eventBasedGateway id="first"/>', event("catch", "high", HIGH),
        event("catch", "low", when("=x &lt; 0")), event("catch", "paid", MESSAGE), tasks("a", "b", "c"),
        paths("start first high a", "first low b", "first paid c"),
    )  # fmt: skip
    given(graph, x=9).then(at=["a"])
    running = given(graph, x=1).then(at=["first"]).when(cmd.SetVariables({"x": -1})).then(at=["b"])
    assert not running.instance.subscriptions
    given(graph, x=1).message("m", x=9).then(at=["c"])


def test_what_is_set_while_it_is_suspended_is_looked_at_on_resume() -> None:
    running = given(guarded(interrupting=False), x=1, y=1).suspend().when(cmd.SetVariables({"x": 6}))
    running.then(at=["work"], variables={"x": 6}).resume().then(at=["look", "work"])
    running.suspend().resume().then(at=["look", "work"])  # nothing was set
    order = given(guarded(), x=1).suspend().when(cmd.SetVariables({"x": 6}), cmd.SetVariables({"x": 1}))
    order.resume().then(at=["work"])  # as it is then


def test_terminating_ends_the_waiting() -> None:
    given(waiting(), x=1).suspend().when(cmd.SetVariables({"x": 6})).terminate().then(state="User Terminated", at=[])


@pytest.mark.parametrize("handler", [script("more", "=x + 1", "x"), ""])
def test_conditions_that_make_themselves_true_again_stop_at_the_limit(handler: str) -> None:
    start = "<startEvent id='on' isInterrupting='false'><extensionElements><andante:output target='x' source='=x + 1'/>"
    start += f"</extensionElements>{HIGH}</startEvent><endEvent id='e'/>"
    inside = (start, handler, paths("on more e" if handler else "on e"))
    loop = sub_process("again", *inside, attributes='triggeredByEvent="true"')
    graph = drawn(event("start", "start"), tasks("work"), paths("start work"), loop)
    running = Scenario(graph, settings=EngineSettings(max_steps=100)).start({"x": 1}).then(at=["work"])
    running.when(cmd.SetVariables({"x": 6}))
    running.then(state="Broken", incidents=["stepLimit"])
    assert running.instance.variables["x"] > 20  # type: ignore[operator]
    running.terminate()


def test_a_limit_on_kinds_of_change_is_told_to_be_none() -> None:
    def warned(definition: str) -> list[str]:
        body = event("start", "s") + event("catch", "c", definition) + event("end", "e") + paths("s c e")
        data = f'<definitions {SPACES}><process id="P" isExecutable="true">{body}</process></definitions>'
        return [warning.message for warning in read_xml(data.encode()).warnings]

    (told,) = warned(when("=x", 'camunda:variableName="x" camunda:variableEvents="create"'))
    assert "variableEvents" in told
    assert warned(when("=x", 'camunda:variableName="x" camunda:variableEvents="create, update"')) == []
