"""Timers, messages, signals, errors; caught, thrown, at a boundary (BPMN 2.0.2 sections 10.4 and 13.5)."""

import pytest

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, JobWork
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import BroadcastSignal, PublishMessage, TellParent
from andante.expressions import compile_feel, literal
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import error, message, signal, terminate, timer

HOUR = 3_600_000


def waiting(event: EventDefinition) -> ProcessBuilder:
    return ProcessBuilder().start().catch("wait", event).end().path("start", "wait", "end")


def test_a_duration_counts_from_arrival() -> None:
    paused = given(waiting(timer("PT2H")).graph()).then(state="Paused", at=["wait"])
    paused.pass_time(2 * HOUR - 1).then(at=["wait"])
    paused.pass_time(1).then(state="Completed OK")


def test_a_date_that_is_over_is_due_at_once() -> None:
    past = given(waiting(timer("2020-01-01T00:00:00Z")).graph())
    past.then(at=["wait"]).pass_time(0).then(state="Completed OK")
    before_the_epoch = given(waiting(timer("1960-01-01T00:00:00Z")).graph())
    before_the_epoch.pass_time(0).then(state="Completed OK")


def test_a_time_from_a_variable_and_one_that_is_none() -> None:
    definition = EventDefinition(kinds.TIMER, timer_kind="duration", timer=compile_feel("span"))
    graph = waiting(definition).graph()
    given(graph, span="PT1H").pass_time("PT1H").then(state="Completed OK")
    stuck = given(graph, span="soon").then(state="Broken", at=["wait"], incidents=["timer"])
    stuck.when(cmd.SetVariables({"span": "PT1H"})).retry().then(state="Paused", incidents=[])
    stuck.pass_time("PT1H").then(state="Completed OK")


def test_a_message_is_correlated_by_key_business_key_or_variables() -> None:
    keyed = waiting(message("paid", "order")).graph()
    given(keyed, order=7).message("paid", business_key="8").then(at=["wait"])
    given(keyed, order=7).message("paid", business_key="7").then(state="Completed OK")
    given(keyed, order=7).message("paid", correlation={"order": 7}).then(state="Completed OK")
    plain = Scenario(waiting(message("paid")).graph()).start({"order": 7}, business_key="B-1")
    plain.message("other").message("paid", business_key="B-2").message("paid", correlation={"order": 8})
    plain.then(at=["wait"])
    assert plain.last.answer is False
    plain.message("paid", business_key="B-1", correlation={"order": 7}, sum=3)
    plain.then(state="Completed OK", variables={"sum": 3})
    assert plain.last.answer is True


def test_a_null_correlation_key_is_an_incident() -> None:
    given(waiting(message("paid", "order")).graph(), order=None).then(state="Broken", incidents=["correlation"])


def test_the_same_message_has_its_effect_once() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .catch("one", message("paid"))
        .catch("two", message("paid"))
        .end()
        .path("start", "one", "two", "end")
        .graph()
    )
    twice = given(graph).message("paid", id="m-1").message("paid", id="m-1").then(at=["two"])
    assert (twice.last.answer, len(twice.journal)) == (True, 2)
    twice.message("paid", id="m-2").then(state="Completed OK")


def guarded(event: EventDefinition, *, interrupting: bool = True) -> Scenario:
    graph = (
        ProcessBuilder()
        .start()
        .user_task("work")
        .boundary("event", "work", event, interrupting=interrupting)
        .end()
        .user_task("instead")
        .path("start", "work", "end")
        .path("event", "instead")
        .graph()
    )
    return given(graph)


@pytest.mark.parametrize("kind", ["timer", "message", "signal"])
def test_an_interrupting_boundary_event_ends_the_activity(kind: str) -> None:
    event = {"timer": timer("PT1H"), "message": message("stop"), "signal": signal("stop")}[kind]
    work = guarded(event).then(at=["work"])
    if kind == "timer":
        work.pass_time("PT1H")
    elif kind == "message":
        work.message("stop", why="x").then(variables={"why": "x"})
    else:
        work.signal("stop", why="x").then(variables={"why": "x"})
    work.then(at=["instead"], tasks=["instead"])
    assert len(work.facts(ev.TaskCancelled)) == 1
    assert [*work.instance.timers, *work.instance.subscriptions] == []


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_a_non_interrupting_boundary_event_adds_a_token_each_time(kind: str) -> None:
    event = message("more") if kind == "message" else signal("more")
    work = guarded(event, interrupting=False)
    for _ in range(2):
        work = work.message("more") if kind == "message" else work.signal("more")
    work.then(at=["instead", "instead", "work"])
    work.complete("work").then(at=["instead", "instead"])
    assert not work.instance.subscriptions


def test_a_cycle_at_a_boundary_occurs_as_often_as_it_says() -> None:
    work = guarded(timer("R3/PT1H"), interrupting=False)
    work.pass_time("PT90M").then(at=["instead", "work"])
    work.pass_time("PT10H").then(at=["instead"] * 3 + ["work"])
    assert not work.instance.timers


def test_a_cycle_that_nobody_watched_occurs_once() -> None:
    work = guarded(timer("R5/PT1H"), interrupting=False)
    work.now += 3 * HOUR + 1
    work.when(cmd.FireTimers()).then(at=["instead", "work"])
    assert [fact.missed for fact in work.facts(ev.TimerFired)] == [2]
    work.pass_time("PT10H").then(at=["instead"] * 3 + ["work"])


def test_completing_the_activity_ends_its_boundary_events() -> None:
    work = guarded(timer("PT1H")).complete("work").then(state="Completed OK")
    assert len(work.facts(ev.TimerCleared)) == 1


def test_thrown_messages_and_signals_carry_their_inputs() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .throw("tell", message("told"), inputs={"sum": "amount"})
        .throw("again", message("told"), inputs={"sum": "amount"})
        .throw("shout", signal("shouted"), inputs={"sum": "amount"})
        .end("end", event=message("over"))
        .path("start", "tell", "again", "shout", "end")
        .graph()
    )
    told = Scenario(graph).start({"amount": 3, "other": 1}, business_key="B-1")
    told.then(state="Completed OK", variables={"amount": 3})
    assert "sum" not in told.variables
    messages = told.asked(PublishMessage)
    assert [(m.name, m.business_key, m.variables) for m in messages] == [
        ("told", "B-1", {"sum": 3}), ("told", "B-1", {"sum": 3}), ("over", "B-1", {}),
    ]  # fmt: skip
    assert len({m.message_id for m in messages}) == 3
    assert [(s.name, s.variables) for s in told.asked(BroadcastSignal)] == [("shouted", {"sum": 3})]


def test_a_worker_may_send_the_message_of_a_throw_or_end_event() -> None:
    work = JobWork(literal("mail"))
    graph = (
        ProcessBuilder()
        .start()
        .node("tell", kinds.THROW_EVENT, work=work, event=message("told"))
        .node("end", kinds.END_EVENT, work=work, event=message("over"))
        .path("start", "tell", "end")
        .graph()
    )
    sent = given(graph).then(state="Running", at=["tell"])
    sent.complete_job("tell").then(at=["end"]).complete_job("end").then(state="Completed OK")
    assert sent.asked(PublishMessage) == []


def test_a_terminate_end_event_ends_the_instance() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("work")
        .user_task("stop")
        .end("all", event=terminate())
        .path("start", "split", "work")
        .path("split", "stop", "all")
        .graph()
    )
    given(graph).complete("stop").then(state="Terminated", at=[], tasks=[])


def failing(*, code: str = "no-money", event: EventDefinition | None = None) -> Scenario:
    builder = ProcessBuilder().start().sub_process("sub").start("s", inside="sub").service("pay", inside="sub")
    builder.end("e", inside="sub").path("s", "pay", "e").end().path("start", "sub", "end")
    if event is not None:
        builder.boundary("caught", "sub", event).user_task("instead").path("caught", "instead")
    return given(builder.graph()).throw_error("pay", code, "empty purse", limit=3)


def test_an_error_goes_out_to_the_scope_that_catches_it() -> None:
    caught = failing(event=error("no-money", code_variable="code", message_variable="why"))
    caught.then(at=["instead"], variables={"code": "no-money", "why": "empty purse", "limit": 3})
    failing(event=error()).then(at=["instead"])


@pytest.mark.parametrize("event", [None, error("other")])
def test_an_error_of_a_worker_that_nobody_catches_is_an_incident(event: EventDefinition | None) -> None:
    stuck = failing(event=event).then(state="Broken", at=["pay"], incidents=["error"], variables={"limit": 3})
    stuck.retry().then(state="Running", at=["pay"]).complete_job("pay").then(state="Completed OK")


def test_a_code_of_its_own_goes_before_the_catch_all() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .service("pay")
        .boundary("any", "pay", error())
        .boundary("one", "pay", error("no-money"))
        .user_task("a")
        .user_task("b")
        .end()
        .path("start", "pay", "end")
        .path("any", "a")
        .path("one", "b")
        .graph()
    )
    given(graph).throw_error("pay", "no-money").then(at=["b"])
    given(graph).throw_error("pay", "other").then(at=["a"])


def error_end(*, caught: bool) -> ProcessBuilder:
    builder = ProcessBuilder().start().sub_process("sub").start("s", inside="sub").parallel("split", inside="sub")
    builder.user_task("work", inside="sub").user_task("check", inside="sub")
    builder.end("bad", inside="sub", event=error("bad")).path("s", "split", "work").path("split", "check", "bad")
    builder.end().path("start", "sub", "end")
    if caught:
        builder.boundary("caught", "sub", error("bad")).user_task("instead").path("caught", "instead")
    return builder


def test_an_error_end_event_interrupts_the_sub_process_that_is_guarded() -> None:
    given(error_end(caught=True).graph()).complete("check").then(at=["instead"], tasks=["instead"])


def test_an_error_end_event_that_nobody_catches_ends_its_path_alone() -> None:
    running = given(error_end(caught=False).graph()).complete("check").then(at=["work"])
    assert [fact.code for fact in running.facts(ev.ErrorThrown)] == ["bad"]
    running.complete("work").then(state="Completed OK")


def test_an_error_that_a_called_instance_does_not_catch_goes_to_its_caller() -> None:
    called = Scenario(error_end(caught=False).graph()).start(parent="caller").complete("check")
    called.then(state="Terminated")
    (letter,) = called.asked(TellParent)
    assert isinstance(letter.command, cmd.FailCall)
    assert (letter.parent_id, letter.command.code, letter.command.child_id) == ("caller", "bad", "scenario")


def test_one_throw_of_a_signal_is_caught_once() -> None:
    loop = (
        ProcessBuilder()
        .start()
        .user_task("work")
        .boundary("more", "work", signal("s"), interrupting=False)
        .user_task("extra")
        .path("start", "work")
        .path("more", "extra")
        .graph()
    )
    first, second = cmd.DeliverSignal("s", {}, "throw-1"), cmd.DeliverSignal("s", {}, "throw-2")
    run = Scenario(loop).start().when(first).when(first).then(at=["work", "extra"])
    assert run.last.answer is True  # it was caught, though not now
    run.suspend().when(first).when(second).when(second)
    assert len(run.instance.parked) == 1
    run.resume().when(second).then(at=["work", "extra", "extra"])
    run.signal("s").signal("s")  # from outside, without a name
    run.then(at=["work", *["extra"] * 4])
