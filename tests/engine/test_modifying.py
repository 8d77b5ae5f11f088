"""Operators change where an instance stands in several moves at once (Camunda 7 calls it modification)."""

import pytest
from core_rules import check
from test_moving import nested

from andante.bpmn.graph import ProcessGraph
from andante.engine import events as ev
from andante.engine.commands import Modify, MoveToken
from andante.engine.faults import CANNOT_MOVE, Rejected
from andante.testing import ProcessBuilder, Scenario, given


def fork() -> ProcessGraph:
    return (
        ProcessBuilder().start().parallel("split").user_task("a").user_task("b").parallel("join").user_task("last").end()
        .path("start", "split", "a", "join", "last", "end").path("split", "b", "join").graph()
    )  # fmt: skip


def flow(graph: ProcessGraph, source: str, target: str) -> str:
    by = graph.by_id
    return next(each.id for each in graph.flows if (each.source, each.target) == (by[source], by[target]))


def changed(scenario: Scenario, *moves: tuple[str, str], **variables: object) -> Scenario:
    scenario.when(Modify([MoveToken(*each) for each in moves], "a mistake", variables or None), by="oda")
    check(scenario)
    return scenario


def test_one_is_taken_out_and_others_are_begun_with_variables() -> None:
    graph = fork()
    scenario = changed(given(graph), ("a", ""), ("", "last"), ("", flow(graph, "a", "join")), sum=7)
    scenario.then(at=["b", "join", "last"], tasks=["b", "last"], variables={"sum": 7})
    scenario.complete("b").then(at=["last", "last"])
    assert [(fact.node, fact.to, fact.reason) for fact in scenario.facts(ev.TokenMoved)] == [
        (graph.by_id["a"], "", "a mistake"), (-1, "last", "a mistake"), (-1, "join", "a mistake"),
    ]  # fmt: skip


def test_a_sub_process_that_is_left_is_opened_anew_and_one_that_runs_is_entered() -> None:
    scenario = given(nested()).complete("before")
    changed(scenario, ("", "deeper")).then(at=["beside", "deep", "deeper"])
    first = {key for key, scope in scenario.instance.scopes.items() if scope.key}
    changed(scenario, ("outer", ""), ("", "deep")).then(at=["deep"])
    assert not first & set(scenario.instance.scopes)
    scenario.complete("deep").complete("deeper").complete("after").then(state="Completed OK")


def test_all_at_an_element_go_and_with_nothing_left_it_is_terminated() -> None:
    scenario = changed(given(nested()), ("", "before"), ("", "after")).then(at=["after", "before", "before"])
    changed(scenario, ("before", "")).then(at=["after"])
    changed(scenario, ("after", "")).then(state="User Terminated", at=[])
    assert scenario.facts(ev.Terminated)[0].reason == "a mistake"


def test_refused_half_way_nothing_of_it_is_done() -> None:
    scenario = given(fork())
    for moves in ([("a", ""), ("", "nowhere")], [("", "last"), ("join", "")], []):
        with pytest.raises(Rejected) as fault:
            changed(scenario, *moves, sum=7)
        assert fault.value.code == CANNOT_MOVE
        scenario.then(at=["a", "b"], variables={})
        check(scenario)
    changed(scenario, ("a", "last")).then(at=["b", "last"])
