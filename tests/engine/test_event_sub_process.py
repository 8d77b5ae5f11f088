"""Event sub-processes: what they await and interrupt, when they are over (BPMN 2.0.2 sections 10.3.5 and 13.5.4)."""

import pytest
from drawing import (
    ANY_ERROR,
    ERROR,
    HOUR,
    HOURLY,
    MESSAGE,
    OTHER_MESSAGE,
    SIGNAL,
    boundary,
    drawn,
    event,
    job,
    on_event,
    paths,
    script,
    sub_process,
    tasks,
)

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import TellParent
from andante.testing import Scenario, given

ORDER = (event("start", "start"), tasks("work"), event("end", "end"), paths("start work end"))


def order(*handlers: str) -> ProcessGraph:
    """A process of one task, with event sub-processes."""
    return drawn(*ORDER, *handlers)


def nested(*handlers: str, after: str = "", attributes: str = "", loop: str = "") -> ProcessGraph:
    """The task in a sub-process with event sub-processes; then a task `next`."""
    inside = (event("start", "in"), tasks("work"), event("end", "out"), paths("in work out"))
    return drawn(
        event("start", "start"), sub_process("sub", loop, *inside, *handlers, attributes=attributes), tasks("next"),
        event("end", "end"), paths("start sub next end"), after,
    )  # fmt: skip


def raised(scenario: Scenario, what: str, by: str = "") -> Scenario:
    if what == "timer":
        return scenario.pass_time("PT1H")
    return scenario.message("m", by=by) if what == "message" else scenario.signal("s", by=by)


DEFINITIONS = {"timer": HOUR, "message": MESSAGE, "signal": SIGNAL}


@pytest.mark.parametrize("what", DEFINITIONS)
@pytest.mark.parametrize("make", [order, nested])
def test_an_interrupting_one_runs_instead_of_its_scope(what: str, make: type) -> None:
    running = given(make(on_event("cancel", DEFINITIONS[what], task="tidy")), x=1).then(at=["work"])
    raised(running, what).then(at=["tidy"], tasks=["tidy"])
    assert not running.instance.timers
    assert not running.instance.subscriptions
    running.complete("tidy")
    if make is nested:
        running.then(at=["next"]).complete("next")
    running.then(state="Completed OK")


@pytest.mark.parametrize("what", ["message", "signal"])
@pytest.mark.parametrize("make", [order, nested])
def test_another_one_runs_beside_its_scope_as_often_as_its_event_occurs(what: str, make: type) -> None:
    running = given(make(on_event("ask", DEFINITIONS[what], task="answer", interrupting=False)))
    raised(raised(running, what, by="anna"), what, by="berta")
    running.then(at=["answer", "answer", "work"], variables={"by": "berta"})
    running.complete("work").then(at=["answer", "answer"])
    raised(running, what).then(at=["answer"] * 3)  # the scope is not over before its last token
    for _ in range(3):
        running.complete("answer")
    if make is nested:
        running.then(at=["next"])
        raised(running, what).then(at=["next"]).complete("next")
    running.then(state="Completed OK")


def test_a_cycle_starts_one_each_time_and_a_duration_only_one() -> None:
    reminded = given(order(on_event("remind", HOURLY, task="look", interrupting=False)))
    reminded.pass_time("PT10H").then(at=["look", "look", "look", "work"])
    once = given(order(on_event("remind", HOUR, task="look", interrupting=False)))
    once.pass_time("PT10H").then(at=["look", "work"])


def test_what_it_awaits_is_no_longer_awaited_when_the_scope_is_over() -> None:
    handlers = on_event("a", HOUR, task="x"), on_event("b", MESSAGE, task="y", interrupting=False)
    running = given(nested(*handlers)).complete("work").then(at=["next"])
    assert not running.instance.timers
    assert not running.instance.subscriptions
    running.message("m").pass_time("PT2H").then(at=["next"])
    given(order(*handlers)).complete("work").then(state="Completed OK")


def test_an_interrupting_one_ends_the_others_that_run_and_that_wait() -> None:
    running = given(
        order(
            on_event("ask", MESSAGE, task="answer", interrupting=False),
            on_event("stop", SIGNAL, task="tidy"),
            on_event("late", HOUR, task="hurry"),
        )
    )
    running.message("m").then(at=["answer", "work"]).signal("s").then(at=["tidy"], tasks=["tidy"])
    running.message("m").signal("s").pass_time("PT2H").then(at=["tidy"])


def test_a_boundary_event_of_the_sub_process_still_counts_while_its_event_sub_process_runs() -> None:
    after = boundary("late", "sub", HOUR) + tasks("hurry") + paths("late hurry end")
    running = given(nested(on_event("stop", MESSAGE, task="tidy"), after=after)).message("m").then(at=["tidy"])
    running.pass_time("PT1H").then(at=["hurry"], tasks=["hurry"]).complete("hurry").then(state="Completed OK")


def test_a_boundary_event_ends_what_the_event_sub_processes_wait_for() -> None:
    after = boundary("late", "sub", HOUR) + tasks("hurry") + paths("late hurry end")
    running = given(nested(on_event("ask", MESSAGE, task="answer", interrupting=False), after=after)).message("m")
    running.pass_time("PT1H").then(at=["hurry"])
    assert not running.instance.subscriptions


def test_each_inner_instance_of_a_multi_instance_has_its_own() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    running = given(nested(on_event("stop", MESSAGE, task="tidy"), loop=loop)).then(at=["work"] * 3)
    running.message("m").message("m").then(at=["tidy", "tidy", "work"])
    running.complete("tidy").complete("work").then(at=["tidy"])
    assert not running.instance.subscriptions
    running.complete("tidy").then(at=["next"])


def test_a_terminate_end_event_in_it_ends_it_alone() -> None:
    handler = on_event(
        "ask", MESSAGE, '<parallelGateway id="both"/>', tasks("a", "b"),
        event("end", "all", "<terminateEventDefinition/>"), paths("ask_on both a all", "both b all"),
        interrupting=False,
    )  # fmt: skip
    running = given(order(handler)).message("m").then(at=["a", "b", "work"])
    running.complete("a").then(at=["work"]).complete("work").then(state="Completed OK")


def test_the_event_brings_variables_and_the_start_event_may_map_them() -> None:
    plain = (
        given(order(on_event("stop", MESSAGE, task="tidy"))).message("m", why="late").then(variables={"why": "late"})
    )
    assert plain.at == ["tidy"]
    start = (
        '<startEvent id="on"><extensionElements><andante:output target="reason" source="=why"/></extensionElements>'
        f"{MESSAGE}</startEvent>"
    )
    mapped = sub_process("stop", start, tasks("tidy"), paths("on tidy"), attributes='triggeredByEvent="true"')
    running = given(order(mapped)).message("m", why="late").then(at=["tidy"], variables={"reason": "late"})
    assert "why" not in running.variables


def failing(*handlers: str, after: str = "", end: str = ERROR) -> ProcessGraph:
    """A job in a sub-process, then an error end event."""
    inside = (event("start", "in"), job("pay"), event("end", "failed", end), paths("in pay failed"))
    return drawn(
        event("start", "start"), sub_process("sub", *inside, *handlers), tasks("next"), event("end", "end"),
        paths("start sub next end"), after,
    )  # fmt: skip


GUARD = boundary("guard", "sub", ANY_ERROR) + tasks("instead") + paths("guard instead")


def test_an_error_is_caught_in_its_scope_before_the_boundary() -> None:
    caught = given(failing(on_event("mend", ERROR, task="repair"), after=GUARD))
    caught.complete_job("pay").then(at=["repair"]).complete("repair").then(at=["next"])
    thrown = given(failing(on_event("mend", ANY_ERROR, task="repair"), after=GUARD))
    thrown.throw_error("pay", "bad", why="x").then(at=["repair"], variables={"why": "x"})
    assert [(fact.code, fact.node) for fact in thrown.facts(ev.ErrorCaught)] == [
        ("bad", thrown.graph.by_id["mend_on"]),
    ]  # fmt: skip


def test_a_code_of_its_own_goes_before_a_catch_all() -> None:
    both = on_event("any", ANY_ERROR, task="a"), on_event("one", ERROR, task="b")
    given(failing(*both)).complete_job("pay").then(at=["b"])
    given(failing(*both)).throw_error("pay", "worse").then(at=["a"])


def test_what_another_code_catches_goes_on_outwards() -> None:
    worse = '<errorEventDefinition errorRef="Worse"/>'
    given(failing(on_event("mend", worse, task="repair"), after=GUARD)).complete_job("pay").then(at=["instead"])


def test_its_own_error_is_not_caught_by_itself_but_by_its_neighbour_or_further_out() -> None:
    again = on_event("mend", ANY_ERROR, event("end", "again", ERROR), paths("mend_on again"))
    given(failing(again, after=GUARD)).complete_job("pay").then(at=["instead"])
    neighbour = on_event("other", ERROR, task="last")
    first = on_event(
        "mend", '<errorEventDefinition errorRef="Worse"/>', event("end", "again", ERROR), paths("mend_on again")
    )
    given(failing(first, neighbour, after=GUARD)).throw_error("pay", "worse").then(at=["last"])


def test_an_error_goes_to_the_process_and_to_the_caller() -> None:
    outside = on_event("mend", ERROR, task="repair")
    given(failing(after=outside)).complete_job("pay").then(at=["repair"]).complete("repair").then(state="Completed OK")
    called = Scenario(failing(after=on_event("mend", ERROR, event("end", "up", ERROR), paths("mend_on up"))))
    called.start(parent="caller").complete_job("pay").then(state="Terminated")
    (letter,) = called.asked(TellParent)
    assert isinstance(letter.command, cmd.FailCall)
    assert letter.command.code == "bad"


def test_an_error_from_a_called_process_is_caught_in_the_scope() -> None:
    graph = drawn(
        event("start", "start"), '<callActivity id="call" calledElement="other"/>', event("end", "end"),
        paths("start call end"), on_event("mend", ERROR, task="repair"),
    )  # fmt: skip
    given(graph).fail_call("call", "bad", "no").then(at=["repair"])


def test_error_variables_are_set_for_it() -> None:
    caught = '<errorEventDefinition camunda:errorCodeVariable="code" camunda:errorMessageVariable="why"/>'
    running = given(failing(on_event("mend", caught, task="repair"))).throw_error("pay", "bad", "empty purse")
    running.then(at=["repair"], variables={"code": "bad", "why": "empty purse"})


def test_event_sub_processes_in_event_sub_processes() -> None:
    inner = on_event("deeper", OTHER_MESSAGE, task="dig")
    outer = on_event("stop", MESSAGE, tasks("tidy"), paths("stop_on tidy"), inner)
    running = given(order(outer)).message("n").then(at=["work"]).message("m").then(at=["tidy"])
    running.message("n").then(at=["dig"]).complete("dig").then(state="Completed OK")


@pytest.mark.parametrize("make", [order, nested])
def test_what_comes_while_it_is_suspended_starts_it_on_resume(make: type) -> None:
    handlers = on_event("ask", MESSAGE, task="answer", interrupting=False), on_event("late", HOUR, task="hurry")
    running = given(make(*handlers)).suspend().message("m", n=1).message("m", n=2)
    running.pass_time("PT2H").then(at=["work"], suspended=True)
    running.resume().then(at=["hurry"], variables={"n": 2})
    assert len(running.facts(ev.TaskCancelled)) == 3


@pytest.mark.parametrize("make", [order, nested])
def test_terminating_ends_it_with_all_it_awaits(make: type) -> None:
    handlers = on_event("ask", MESSAGE, task="answer", interrupting=False), on_event("late", HOUR, task="hurry")
    given(make(*handlers)).message("m").terminate().then(state="User Terminated", at=[])


def test_a_held_instance_awaits_nothing_before_it_goes() -> None:
    held = Scenario(order(on_event("late", HOUR, task="hurry"))).start(parent="caller", held=True)
    assert not held.instance.timers
    held.pass_time("PT2H").when(cmd.Resume(held=True)).then(at=["work"]).pass_time("PT1H").then(at=["hurry"])


@pytest.mark.parametrize(("make", "at"), [(order, "start"), (nested, "sub")])
def test_a_time_that_cannot_be_computed_stops_the_scope_before_it_begins(make: type, at: str) -> None:
    span = "<timerEventDefinition><timeDuration>=span</timeDuration></timerEventDefinition>"
    handlers = on_event("ask", MESSAGE, task="answer", interrupting=False), on_event("late", span, task="hurry")
    stuck = given(make(*handlers), span="soon").then(state="Broken", at=[at], incidents=["timer"])
    assert not stuck.instance.subscriptions
    stuck.when(cmd.SetVariables({"span": "PT1H"})).retry().then(at=["work"], incidents=[])
    stuck.pass_time("PT1H").then(at=["hurry"])


def test_a_time_in_it_that_cannot_be_computed_waits_for_repair_and_keeps_what_the_event_brought() -> None:
    span = "<timerEventDefinition><timeDuration>=span</timeDuration></timerEventDefinition>"
    outer = on_event("stop", MESSAGE, tasks("tidy"), paths("stop_on tidy"), on_event("late", span, task="hurry"))
    stuck = given(order(outer), span="soon").message("m", why="x")
    stuck.then(at=["stop"], incidents=["timer"], variables={"why": "x"})
    stuck.when(cmd.SetVariables({"span": "PT1H"})).retry().then(at=["tidy"]).pass_time("PT1H").then(at=["hurry"])


def test_its_variables_are_those_of_the_scope_around_it() -> None:
    """As in Camunda 7: a script in it sets what the process sees, and reads what its scope has."""
    handler = on_event("ask", MESSAGE, script("count", "=n + 1", "n"), paths("ask_on count"), interrupting=False)
    running = given(order(handler), n=1).message("m").message("m").then(at=["work"], variables={"n": 3})
    assert running.tasks == ["work"]
