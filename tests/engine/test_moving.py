"""Operators take tokens to other elements: past one that is stuck, back, in and out of sub-processes."""

import pytest
from core_rules import check

from andante.bpmn import kinds
from andante.bpmn.graph import AdHoc, MultiInstance, ProcessGraph
from andante.engine import events as ev
from andante.engine.effects import TellChild
from andante.engine.faults import CANNOT_MOVE, SUSPENDED, Rejected
from andante.expressions import compile_feel
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import message, signal, timer

EACH = MultiInstance(cardinality=compile_feel("2"))


def line() -> ProcessGraph:
    return (
        ProcessBuilder().start().user_task("a").service("b").call("c", "child").end()
        .path("start", "a", "b", "c", "end").graph()
    )  # fmt: skip


def refused(scenario: Scenario, source: str, target: str, *words: str) -> None:
    before = len(scenario.journal)
    with pytest.raises(Rejected) as fault:
        scenario.move(source, target)
    assert fault.value.code == CANNOT_MOVE
    for word in words:
        assert word in fault.value.message
    assert len(scenario.journal) == before
    check(scenario)


def test_past_a_stuck_element_and_back() -> None:
    scenario = given(line()).complete("a").fail_job("b").then(state="Broken", at=["b"])
    scenario.move("b", "c", reason="the worker is gone", by="oda").then(at=["c"], incidents=[])
    assert scenario.instance.jobs == {}
    (moved,) = scenario.facts(ev.TokenMoved)
    assert (moved.to, moved.reason, scenario.journal[-1].actor) == ("c", "the worker is gone", "oda")
    check(scenario)
    scenario.move("c", "a").then(at=["a"], tasks=["a"])
    assert len(scenario.asked(TellChild)) == 1
    check(scenario)
    scenario.complete("a").complete_job("b").complete_call("c").then(state="Completed OK")
    check(scenario)


def test_to_an_end_event() -> None:
    given(line()).move("a", "end").then(state="Completed OK")


def test_what_cannot_be_entered() -> None:
    graph = (
        ProcessBuilder().start().user_task("a").boundary("late", "a", timer("PT1H")).user_task("b").end()
        .path("start", "a", "b", "end").path("late", "b").graph()
    )  # fmt: skip
    scenario = given(graph)
    refused(scenario, "a", "late", "boundaryEvent")
    refused(scenario, "a", "start", "element after it")
    refused(scenario, "a", "nowhere", "no element")
    refused(scenario, "nowhere", "a", "no element")
    refused(scenario, "b", "a", "Nothing stands")
    scenario.suspend()
    with pytest.raises(Rejected) as fault:
        scenario.move("a", "b")
    assert fault.value.code == SUSPENDED


def nested() -> ProcessGraph:
    """Two sub-processes in one another, with something beside the inner task and events around both."""
    return (
        ProcessBuilder().start().user_task("before")
        .sub_process("outer").start("s1", inside="outer").parallel("fork", inside="outer")
        .user_task("beside", inside="outer")
        .sub_process("inner", inside="outer").start("s2", inside="inner").user_task("deep", inside="inner")
        .user_task("deeper", inside="inner").end("e2", inside="inner").end("e1", inside="outer")
        .path("s1", "fork", "inner", "e1").path("fork", "beside", "e1").path("s2", "deep", "deeper", "e2")
        .boundary("stop", "outer", message("stop")).user_task("after").end()
        .path("start", "before", "outer", "after", "end").path("stop", "end").graph()
    )  # fmt: skip


def test_into_sub_processes_which_open_without_their_start() -> None:
    scenario = given(nested()).move("before", "deeper").then(at=["deeper"], tasks=["deeper"])
    check(scenario)
    assert [s.name for s in scenario.instance.subscriptions.values()] == ["stop"]
    scenario.complete("deeper").then(at=["after"])
    check(scenario)


def test_into_a_sub_process_that_runs_already() -> None:
    scenario = given(nested()).complete("before").then(at=["beside", "deep"])
    scopes = len(scenario.instance.scopes)
    scenario.move("beside", "deeper").then(at=["deep", "deeper"])
    assert len(scenario.instance.scopes) == scopes
    check(scenario)
    scenario.complete("deep").complete("deeper").complete("deeper").then(at=["after"])


def test_out_of_a_sub_process_that_is_empty_then() -> None:
    scenario = given(nested()).move("before", "deeper")
    scenario.move("deeper", "after").then(at=["after"])
    assert list(scenario.instance.scopes) == [0]
    assert scenario.instance.subscriptions == {}
    check(scenario)


def test_out_of_a_sub_process_in_which_others_go_on() -> None:
    scenario = given(nested()).complete("before").move("deep", "after").then(at=["after", "beside"])
    check(scenario)
    scenario.complete("beside").then(at=["after", "after"])


def test_the_whole_sub_process() -> None:
    scenario = given(nested()).complete("before").move("outer", "after").then(at=["after"])
    check(scenario)
    given(nested()).complete("before").move("outer", "deep").then(at=["deep"])
    given(nested()).complete("before").move("outer", "outer").then(at=["beside", "deep"])


def test_a_sub_process_that_cannot_open_is_an_incident() -> None:
    graph = (
        ProcessBuilder().start().user_task("a").node("sub", kinds.SUB_PROCESS, inputs={"x": "${missing}"})
        .start("s", inside="sub").user_task("in", inside="sub").end("e", inside="sub").path("s", "in", "e").end()
        .path("start", "a", "sub", "end").graph()
    )  # fmt: skip
    scenario = given(graph).move("a", "in").then(state="Broken", at=["sub"], incidents=["expression"])
    check(scenario)


def many() -> ProcessGraph:
    return (
        ProcessBuilder().start().user_task("a").user_task("turn", multi=EACH)
        .sub_process("each", multi=EACH).start("s", inside="each").user_task("in", inside="each")
        .user_task("then", inside="each").end("e", inside="each").path("s", "in", "then", "e").user_task("b").end()
        .path("start", "a", "turn", "each", "b", "end").graph()
    )  # fmt: skip


def test_a_multi_instance_moves_as_a_whole() -> None:
    scenario = given(many()).complete("a").then(at=["turn", "turn"])
    scenario.move("turn", "b").then(at=["b"])
    assert scenario.instance.loops == {}
    check(scenario)


def test_within_and_across_a_multi_instance() -> None:
    scenario = given(many())
    refused(scenario, "a", "in", "multi-instance 'each'")
    scenario.move("a", "each").then(at=["in", "in"])
    refused(scenario, "in", "then", "2 tokens", "name one of")
    keys = [token.key for token in scenario.instance.tokens.values() if scenario.graph.nodes[token.node].id == "in"]
    scenario.move("in", "then", token=keys[0]).then(at=["in", "then"])
    check(scenario)
    refused(scenario, "in", "b", "move that itself")
    scenario.complete("then").complete("in").complete("then").then(at=["b"])


def test_a_token_at_a_join_and_to_a_join() -> None:
    graph = (
        ProcessBuilder().start().parallel("fork").user_task("a").user_task("b").parallel("join").user_task("c").end()
        .path("start", "fork", "a", "join", "c", "end").path("fork", "b", "join").graph()
    )  # fmt: skip
    scenario = given(graph).complete("a").then(at=["b", "join"])
    scenario.move("b", "join").then(at=["c"])
    check(scenario)
    scenario = given(graph).complete("a").move("join", "a").then(at=["a", "b"])
    check(scenario)
    scenario.complete("a").complete("b").then(at=["c"])


def test_out_of_an_event_sub_process() -> None:
    graph = (
        ProcessBuilder().start().user_task("a").user_task("b").end().path("start", "a", "b", "end")
        .node("h", kinds.EVENT_SUB_PROCESS).node("hs", kinds.START_EVENT, inside="h", event=signal("s"))
        .user_task("help", inside="h").end("he", inside="h").path("hs", "help", "he").graph()
    )  # fmt: skip
    scenario = given(graph)
    refused(scenario, "a", "help", "only its event starts")
    scenario.signal("s").then(at=["help"])
    scenario.move("help", "b").then(at=["b"])
    check(scenario)


def test_an_ad_hoc_sub_process_offers_its_own() -> None:
    graph = (
        ProcessBuilder().start().user_task("a").ad_hoc("box", AdHoc()).user_task("one", inside="box")
        .user_task("two", inside="box").user_task("three", inside="box").path("two", "three").user_task("b").end()
        .path("start", "a", "box", "b", "end").graph()
    )  # fmt: skip
    scenario = given(graph)
    refused(scenario, "a", "one", "ad-hoc sub-process 'box'")
    scenario.move("a", "box").then(at=["one", "two"])
    scenario.move("two", "three").then(at=["one", "three"])
    check(scenario)
    scenario.complete("one").complete("three").then(at=["b"])
    scenario = given(graph).complete("a").complete("one").move("two", "b").then(at=["b"])
    check(scenario)
