"""Gateways: exclusive, parallel, inclusive, event-based (BPMN 2.0.2 section 13.4)."""

import pytest

from andante.bpmn import kinds
from andante.engine import events as ev
from andante.engine.commands import SetVariables
from andante.engine.settings import EngineSettings
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import message, signal, timer


def choice(*, default: str = "") -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .exclusive("which", default=default)
        .user_task("small")
        .user_task("big")
        .path("start", "which")
        .flow("which", "small", "amount < 100")
        .flow("which", "big", "amount > 1000" if default != "big" else None)
    )


def test_exclusive_takes_the_first_true_flow() -> None:
    given(choice().graph(), amount=5).then(at=["small"])
    given(choice().graph(), amount=5000).then(at=["big"])


def test_exclusive_takes_the_default_else_it_is_an_incident() -> None:
    given(choice(default="big").graph(), amount=500).then(at=["big"])
    stuck = given(choice().graph(), amount=500)
    stuck.then(state="Broken", at=["which"], incidents=["noFlow"])


@pytest.mark.parametrize("amount", [None, "many"])
def test_a_condition_that_is_no_truth_value_is_an_incident_and_retry_goes_on(amount: object) -> None:
    stuck = given(choice().graph(), amount=amount)
    stuck.then(state="Broken", at=["which"], incidents=["expression"])
    stuck.retry().then(state="Broken", at=["which"], incidents=["expression"])
    stuck.when(SetVariables({"amount": 5})).then(state="Broken")
    stuck.retry().then(state="Waiting for user interaction", at=["small"], incidents=[])


def test_the_conditions_of_a_command_have_an_end_together_and_a_retry_goes_on() -> None:
    dear = "count(for i in 1..100 return i + amount) = 0"
    graph = ProcessBuilder().start().exclusive("which", default="last").user_task("last").path("start", "which")
    for number in range(10):
        graph = graph.user_task(f"t{number}").flow("which", f"t{number}", dear)
    made = graph.flow("which", "last").graph()
    given(made, amount=1).then(at=["last"])
    stuck = Scenario(made, settings=EngineSettings(max_evaluation=500)).given(amount=1)
    stuck.then(state="Broken", at=["which"], incidents=["expression"])
    assert "All expressions together take more than 500 steps" in next(iter(stuck.instance.incidents.values())).message
    stuck.settings = EngineSettings()
    stuck.retry().then(at=["last"], incidents=[])


def two_reviews() -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("a")
        .user_task("b")
        .parallel("join")
        .user_task("after")
        .end()
        .path("start", "split", "a", "join", "after", "end")
        .path("split", "b", "join")
    )


def test_parallel_waits_for_every_flow() -> None:
    review = given(two_reviews().graph())
    review.then(tasks=["a", "b"]).complete("b").then(at=["a", "join"], tasks=["a"])
    review.complete("a").then(tasks=["after"], at=["after"]).complete("after").then(state="Completed OK")


def test_parallel_joins_one_token_of_each_flow_and_keeps_the_others() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("a")
        .user_task("b")
        .user_task("c")
        .exclusive("merge")
        .parallel("join")
        .user_task("after")
        .path("start", "split", "a", "merge", "join", "after")
        .path("split", "b", "merge")
        .path("split", "c", "join")
        .graph()
    )
    review = given(graph)
    review.complete("a").complete("b").then(at=["c", "join", "join"])
    review.complete("c").then(at=["after", "join"])


def inclusive() -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .inclusive("split", default="none")
        .user_task("a")
        .user_task("b")
        .user_task("none")
        .inclusive("join")
        .user_task("after")
        .path("start", "split")
        .flow("split", "a", "x > 1")
        .flow("split", "b", "x > 2")
        .flow("split", "none")
        .path("a", "join", "after")
        .path("b", "join")
        .path("none", "join")
    )


@pytest.mark.parametrize(("x", "taken"), [(0, ["none"]), (2, ["a"]), (3, ["a", "b"])])
def test_inclusive_takes_every_true_flow_and_joins_exactly_those(x: int, taken: list[str]) -> None:
    review = given(inclusive().graph(), x=x).then(tasks=taken)
    for task in taken[:-1]:
        review.complete(task)
        assert "after" not in review.at
    review.complete(taken[-1]).then(tasks=["after"], at=["after"])


def test_inclusive_join_waits_by_reachability_not_by_counting() -> None:
    """A token far upstream can still come; once it has gone another way, the join goes on by itself."""
    graph = (
        ProcessBuilder()
        .start()
        .parallel("split")
        .user_task("a")
        .user_task("far")
        .exclusive("way", default="gone")
        .user_task("near")
        .user_task("gone")
        .inclusive("join")
        .user_task("after")
        .path("start", "split", "a", "join", "after")
        .path("split", "far", "way")
        .flow("way", "near", "come = true")
        .flow("way", "gone")
        .path("near", "join")
        .graph()
    )
    away = given(graph, come=False).complete("a").then(at=["far", "join"])
    away.complete("far").then(tasks=["after", "gone"])
    coming = given(graph, come=True).complete("a").complete("far").then(at=["join", "near"])
    coming.complete("near").then(tasks=["after"])


def test_inclusive_join_in_a_loop_is_not_held_up_by_what_is_behind_it() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .inclusive("join")
        .user_task("work")
        .exclusive("again", default="end")
        .end()
        .path("start", "join", "work", "again")
        .flow("again", "join", "more = true")
        .flow("again", "end")
        .graph()
    )
    looping = given(graph, more=True).then(tasks=["work"])
    looping.complete("work").then(tasks=["work"])
    looping.complete("work", more=False).then(state="Completed OK")


def waiting() -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .node("first", kinds.EVENT_GATEWAY)
        .catch("paid", message("paid"))
        .catch("alarm", signal("alarm"))
        .catch("late", timer("PT2H"))
        .node("asked", kinds.RECEIVE_TASK, event=message("asked"))
        .user_task("after")
        .path("start", "first", "paid", "after")
        .path("first", "alarm", "after")
        .path("first", "late", "after")
        .path("first", "asked", "after")
    )


def test_event_gateway_takes_what_comes_first_and_forgets_the_rest() -> None:
    graph = waiting().graph()
    paid = given(graph).then(state="Paused", at=["first"]).message("paid", sum=3)
    paid.then(tasks=["after"], variables={"sum": 3})
    assert [*paid.instance.timers, *paid.instance.subscriptions] == []
    assert len(paid.facts(ev.SubscriptionClosed)) == 3
    given(graph).signal("alarm").then(at=["after"])
    given(graph).pass_time("PT2H").then(at=["after"])
    given(graph).message("asked").then(at=["after"])
    late = given(graph).message("nothing")
    assert late.last.answer is False
    late.then(at=["first"])
