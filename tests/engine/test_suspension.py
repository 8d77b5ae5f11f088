"""Suspend, resume, terminate (contract 3.4 and section 7 rows 1 to 13, 24)."""

from typing import get_args

import pytest

from andante.bpmn.graph import MultiInstance
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.due import next_due
from andante.engine.effects import StartChild, TellChild
from andante.engine.faults import Rejected
from andante.engine.gate import GATE, allowed
from andante.engine.handlers import HANDLERS
from andante.engine.settings import MAX_PARKED
from andante.expressions import compile_feel
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import message, signal, timer


def work() -> ProcessBuilder:
    return ProcessBuilder().start().user_task("work").end().path("start", "work", "end")


def code(scenario: Scenario, command: cmd.Command) -> str:
    seq = scenario.instance.seq
    with pytest.raises(Rejected) as fault:
        scenario.when(command)
    assert scenario.instance.seq == seq
    return fault.value.code


def test_suspending_sets_a_flag_and_keeps_the_state() -> None:
    running = given(work().graph()).suspend()
    running.then(state="Waiting for user interaction", suspended=True, tasks=["work"])
    entries = len(running.journal)
    running.suspend()
    assert len(running.journal) == entries
    running.resume().then(state="Waiting for user interaction", suspended=False)
    running.resume()
    assert len(running.journal) == entries + 1


def test_people_cannot_act_while_it_is_suspended_but_may_repair_and_remark() -> None:
    running = given(work().graph(), x=1).suspend()
    key = running.task("work")
    for command in (
        cmd.CompleteTask(key),
        cmd.ClaimTask(key, "anna"),
        cmd.UnclaimTask(key),
        cmd.TransferTask(key, "anna"),
        cmd.DelegateTask(key, "anna"),
        cmd.ResolveTask(key),
        cmd.SetFollowUp(key, 1),
        cmd.RemindTask(key),
        cmd.Retry(),
    ):
        assert code(running, command) == "bpm.instance.suspended"
    running.when(cmd.SetVariables({"x": 2}), cmd.CommentTask(key, "wait")).then(variables={"x": 2}, suspended=True)


def test_a_closed_instance_stays_closed() -> None:
    ended = given(work().graph()).terminate().then(state="User Terminated", suspended=False, at=[])
    for command in (cmd.Suspend(), cmd.Resume(), cmd.Terminate(), cmd.SetVariables({}), cmd.Retry()):
        assert code(ended, command) == "bpm.instance.closed"
    ended.when(cmd.FireTimers(), cmd.DeliverMessage("m", {}), cmd.DeliverSignal("s", {}))
    assert len(ended.journal) == 2
    ended.when(cmd.CompleteJob(1)).then(state="User Terminated")


def test_terminating_a_suspended_instance_clears_the_flag() -> None:
    ended = given(work().graph()).suspend().terminate().then(state="User Terminated", suspended=False, tasks=[])
    assert ended.instance.ended_at == ended.now
    assert [fact.reason for fact in ended.facts(ev.TaskCancelled)] == [""]


def waiting() -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .service("charge")
        .catch("paid", message("paid"))
        .catch("alarm", signal("alarm"))
        .user_task("after")
        .path("start", "charge", "paid", "alarm", "after")
    )


def test_what_arrives_meanwhile_is_held_and_applied_in_order() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .parallel("split")
        .service("charge")
        .catch("paid", message("paid"))
        .catch("alarm", signal("alarm"))
        .parallel("join")
        .end()
        .path("start", "split", "charge", "join", "end")
        .path("split", "paid", "join")
        .path("split", "alarm", "join")
        .graph()
    )
    running = given(graph).suspend()
    running.signal("alarm", last="signal").message("paid", last="message").complete_job("charge", last="job")
    assert running.last.answer is True
    running.then(at=["alarm", "charge", "paid"], suspended=True)
    assert len(running.instance.parked) == 3
    running.resume().then(state="Completed OK", variables={"last": "job"})
    changes = [fact.values["last"] for fact in running.facts(ev.VariablesSet)]
    assert changes == ["signal", "message", "job"]


def test_only_what_is_awaited_is_held() -> None:
    running = given(waiting().graph()).suspend()
    running.message("paid").signal("alarm").message("else")
    assert running.instance.parked == []
    running.complete_job("charge")
    running.when(cmd.CompleteJob(99))
    assert len(running.instance.parked) == 1
    assert len(running.facts(ev.CommandIgnored)) == 1


def test_a_repeated_message_is_held_once() -> None:
    running = given(waiting().graph()).complete_job("charge").suspend()
    running.message("paid", id="m-1").message("paid", id="m-1")
    assert running.last.answer is True
    assert len(running.instance.parked) == 1
    running.resume().then(at=["alarm"], incidents=[])


def test_a_held_message_that_nobody_awaits_any_more_is_an_incident() -> None:
    running = given(waiting().graph()).complete_job("charge").suspend()
    running.message("paid").message("paid").resume()
    running.then(state="Broken", at=["alarm"], incidents=["input"])
    running.retry().then(state="Paused", incidents=[])


def test_a_held_result_that_came_too_late_is_as_stale_as_ever() -> None:
    graph = waiting().boundary("stop", "charge", message("stop")).user_task("x").path("stop", "x").graph()
    running = given(graph).suspend().message("stop").complete_job("charge").resume()
    running.then(at=["x"], incidents=[])
    assert [fact.what for fact in running.facts(ev.CommandIgnored)] == ["CompleteJob"]


def test_held_input_has_a_limit() -> None:
    running = given(waiting().graph()).complete_job("charge").suspend()
    paid = cmd.DeliverMessage("paid", {})
    running.instance.parked.extend([paid] * MAX_PARKED)
    assert code(running, paid) == "bpm.instance.parkedFull"
    running.instance.parked.clear()


def test_timers_hold_and_fire_once_on_resume() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .user_task("work")
        .boundary("tick", "work", timer("R9/PT1H"), interrupting=False)
        .user_task("note")
        .path("start", "work")
        .path("tick", "note")
        .graph()
    )
    running = given(graph).pass_time("PT30M").suspend()
    assert next_due(running.instance, graph) == 0
    running.pass_time("PT5H").then(at=["work"])
    running.when(cmd.FireTimers()).then(at=["work"])
    running.resume().then(at=["note", "work"])
    assert [fact.missed for fact in running.facts(ev.TimerFired)] == [4]
    running.pass_time("PT30M").then(at=["note", "note", "work"])


def test_a_child_of_a_held_caller_waits_before_its_first_element() -> None:
    child = Scenario(work().graph()).start({}, parent="caller", held=True)
    child.then(state="New", at=["start"], tasks=[], suspended=True)
    assert not allowed(child.instance)["resume"]
    assert code(child, cmd.Resume()) == "bpm.instance.parentSuspended"
    child.when(cmd.Resume(held=True)).then(state="Waiting for user interaction", tasks=["work"], suspended=False)


def test_both_reasons_to_stop_must_go() -> None:
    child = Scenario(work().graph()).start({}, parent="caller")
    child.suspend().when(cmd.Suspend(held=True)).then(suspended=True)
    assert code(child, cmd.Resume()) == "bpm.instance.parentSuspended"
    child.when(cmd.Resume(held=True)).then(suspended=True)
    child.resume().then(suspended=False)


def test_suspending_and_resuming_go_down_to_what_is_called() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .call("call", "child", multi=MultiInstance(cardinality=compile_feel("2")))
        .end()
        .path("start", "call", "end")
        .graph()
    )
    running = given(graph).suspend().resume()
    children = [letter.child_id for letter in running.asked(StartChild)]
    told = [(letter.child_id, type(letter.command).__name__) for letter in running.asked(TellChild)]
    assert told == [(child, "Suspend") for child in children] + [(child, "Resume") for child in children]
    assert all(letter.command.held for letter in running.asked(TellChild))  # type: ignore[union-attr]
    child = Scenario(graph).start({}, parent="caller").suspend()
    assert len(child.asked(TellChild)) == 2
    child.when(cmd.Suspend(held=True), cmd.Resume(held=True))
    assert len(child.asked(TellChild)) == 2  # they are held already, and still


def test_buttons_follow_the_gate() -> None:
    running = given(work().graph())
    assert allowed(running.instance) == {"suspend": True, "resume": False, "terminate": True, "retry": False}
    running.suspend()
    assert allowed(running.instance) == {"suspend": False, "resume": True, "terminate": True, "retry": False}
    running.terminate()
    assert not any(allowed(running.instance).values())


def test_the_gate_knows_every_command() -> None:
    assert set(GATE) == set(get_args(cmd.Command)) == set(HANDLERS)
