"""Open instances go on by another version of their definition, or stay where they are, with a reason."""

import pytest
from core_rules import check

from andante.bpmn import kinds
from andante.bpmn.graph import AdHoc, EventDefinition, MultiInstance, ProcessGraph, Sla, Variable
from andante.engine import events as ev
from andante.engine.faults import CANNOT_MIGRATE, Rejected
from andante.engine.migration import plan
from andante.expressions import compile_feel
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import message, signal, timer
from andante.timing.sla import Reminder, SlaPolicy, Target

HOUR = 3_600_000


def sla(name: str = "s", *reminders: Reminder) -> Sla:
    return Sla(SlaPolicy(name, Target(HOUR), Target(2 * HOUR), reminders))


def first() -> ProcessGraph:
    return (
        ProcessBuilder().start().user_task("a", slas=[sla()]).boundary("late", "a", timer("PT3H"))
        .boundary("told", "a", message("told"), interrupting=False).service("b").end()
        .path("start", "a", "b", "end").path("late", "end").path("told", "end").graph()
    )  # fmt: skip


def second() -> ProcessGraph:
    """Something before, something after, the events on the task are others."""
    return (
        ProcessBuilder().start().script("new", "1").user_task("a", slas=[sla("other"), sla()])
        .boundary("alarm", "a", signal("alarm")).boundary("late", "a", timer("PT5H"))
        .user_task("check").service("b").end()
        .path("start", "new", "a", "check", "b", "end").path("alarm", "end").path("late", "check").graph()
    )  # fmt: skip


def refused(scenario: Scenario, graph: ProcessGraph, *words: str, **names: str) -> None:
    before = len(scenario.journal)
    with pytest.raises(Rejected) as fault:
        scenario.migrate(graph, names)
    assert fault.value.code == CANNOT_MIGRATE
    for word in words:
        assert word in fault.value.message
    assert len(scenario.journal) == before
    check(scenario)


def test_what_is_open_keeps_its_keys_and_goes_on_by_the_new_version() -> None:
    scenario = given(first())
    (task,) = scenario.instance.tasks
    (clock,) = scenario.instance.clocks
    (timer_key,) = scenario.instance.timers
    due = scenario.instance.timers[timer_key].due_at
    scenario.migrate(second(), by="oda")
    check(scenario)
    assert list(scenario.instance.tasks) == [task]
    assert list(scenario.instance.clocks) == [clock]
    assert scenario.instance.clocks[clock].policy == 1
    assert scenario.instance.timers[timer_key].due_at == due
    assert [s.name for s in scenario.instance.subscriptions.values()] == ["alarm"]
    (fact,) = scenario.facts(ev.Migrated)
    assert (fact.old, fact.definition_id) == ("definition", "definition+")
    assert (scenario.instance.definition_id, scenario.journal[-1].actor) == ("definition+", "oda")
    scenario.complete("a").then(at=["check"], tasks=["check"]).complete("check").then(at=["b"])
    check(scenario)


def test_the_kept_timer_and_the_new_signal_occur() -> None:
    given(first()).migrate(second()).pass_time("PT3H").then(at=["check"])
    given(first()).migrate(second()).signal("alarm").then(state="Completed OK")


def test_a_job_and_an_element_that_is_called_otherwise() -> None:
    graph = ProcessBuilder().start().service("work", "b").end().path("start", "work", "end").graph()
    scenario = given(first()).complete("a")
    (job,) = scenario.instance.jobs
    refused(scenario, graph, "'b'", "no such element")
    scenario.migrate(graph, {"b": "work"}).then(at=["work"])
    assert list(scenario.instance.jobs) == [job]
    check(scenario)
    scenario.complete_job("work").then(state="Completed OK")


def test_elements_where_nothing_stands_do_not_matter() -> None:
    graph = ProcessBuilder().start().user_task("a", slas=[sla()]).end().path("start", "a", "end").graph()
    given(first()).migrate(graph).then(tasks=["a"]).complete("a").then(state="Completed OK")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda b: b.service("a"), ("'a'", "userTask", "serviceTask")),
        (lambda b: b.user_task("a"), ("'a'", "SLA")),
        (lambda b: b.user_task("a", slas=[sla("s", Reminder("goal", 0))]), ("'a'", "SLA")),
        (lambda b: b.user_task("a", slas=[sla()], multi=MultiInstance(cardinality=compile_feel("2"))),
         ("'a'", "multi-instance")),
    ],
)  # fmt: skip
def test_elements_of_another_kind(build: object, words: tuple[str, ...]) -> None:
    assert callable(build)
    builder = build(ProcessBuilder().start()).end().path("start", "a", "end")
    refused(given(first()), builder.graph(), *words)


def test_a_map_that_names_nothing() -> None:
    for names in ({"nowhere": "a"}, {"a": "nowhere"}):
        with pytest.raises(ValueError, match="nowhere"):
            given(first()).migrate(second(), names)


def inside(extra: bool) -> ProcessGraph:
    builder = (
        ProcessBuilder().start().sub_process("sub", outputs={"got": "x"}).start("s", inside="sub")
        .user_task("in", inside="sub").end("e", inside="sub").end()
    )  # fmt: skip
    if extra:
        builder.node("h", kinds.EVENT_SUB_PROCESS, inside="sub").start("hs", inside="h", event=signal("help"))
        builder.user_task("help", inside="h").end("he", inside="h").path("hs", "help", "he")
        builder.boundary("late", "sub", timer("PT1H")).path("late", "end")
    return builder.path("start", "sub", "end").path("s", "in", "e").graph()


def test_new_events_of_a_scope_are_awaited_and_old_ones_no_more() -> None:
    scenario = given(inside(False)).migrate(inside(True))
    check(scenario)
    assert len(scenario.instance.timers) == 1
    scenario.signal("help").then(tasks=["help"])
    check(scenario)
    refused(scenario, inside(False), "'h'")
    scenario = given(inside(True)).migrate(inside(False))
    check(scenario)
    assert not scenario.instance.timers
    assert not scenario.instance.subscriptions
    scenario.complete("in").then(state="Completed OK")


def test_out_of_its_sub_process_an_element_does_not_map() -> None:
    flat = ProcessBuilder().start().user_task("in").end().path("start", "in", "end").graph()
    refused(given(inside(False)), flat, "'in'", "'sub'")


def fork(*tasks: str) -> ProcessGraph:
    builder = ProcessBuilder().start().parallel("fork").parallel("join").user_task("then").end()
    for name in tasks:
        builder.user_task(name).path("fork", name, "join")
    return builder.path("start", "fork").path("join", "then", "end").graph()


def test_tokens_at_a_join() -> None:
    scenario = given(fork("a", "b", "c")).complete("a").complete("b")
    refused(scenario, fork("b", "c"), "'join'", "flow")
    scenario.migrate(fork("c", "b", "a", "d")).then(at=["c", "join", "join"]).complete("c").then(at=["join"] * 3)
    check(scenario)
    scenario = given(fork("a", "b", "c")).complete("a").complete("b").move("c", "then")
    scenario.migrate(fork("a", "b")).then(at=["then", "then"])
    check(scenario)


def test_a_suspended_instance_moves_no_token_until_it_is_resumed() -> None:
    scenario = given(fork("a", "b", "c")).complete("a").complete("b").move("c", "then").suspend()
    scenario.migrate(fork("a", "b"))
    assert "join" in scenario.at
    check(scenario)
    scenario.resume().then(at=["then", "then"])
    check(scenario)


def test_loops_and_what_is_declared_anew() -> None:
    def version(*names: str) -> ProcessGraph:
        each = MultiInstance(cardinality=compile_feel("2"), sequential=True)
        return (
            ProcessBuilder(variables=[Variable(name, "Number", default=7) for name in names])
            .start().user_task("turn", multi=each).end().path("start", "turn", "end").graph()
        )  # fmt: skip

    scenario = given(version("x"), {"x": 1}).complete("turn").migrate(version("x", "y"))
    scenario.then(variables={"x": 1, "y": 7}, tasks=["turn"]).complete("turn").then(state="Completed OK")
    check(scenario)


def test_a_new_event_that_cannot_be_awaited_is_an_incident() -> None:
    def version(late: bool) -> ProcessGraph:
        builder = ProcessBuilder().start().user_task("a").end().path("start", "a", "end")
        if late:
            missing = EventDefinition(kinds.TIMER, timer_kind="date", timer=compile_feel("missing"))
            builder.boundary("late", "a", missing).path("late", "end")
        return builder.graph()

    scenario = given(version(False)).migrate(version(True)).then(state="Broken", tasks=["a"], incidents=["timer"])
    check(scenario)
    scenario.retry().complete("a").then(state="Completed OK")


def test_twice_and_from_elsewhere() -> None:
    scenario = given(first()).migrate(second())
    again = plan(first(), second(), old_id="definition", new_id="definition+", version="2", mapping={})
    with pytest.raises(Rejected, match="already"):
        scenario.when(again)
    other = plan(first(), second(), old_id="definition", new_id="third", version="3", mapping={})
    with pytest.raises(Rejected, match="meanwhile"):
        scenario.when(other)


def test_what_an_ad_hoc_sub_process_still_offers() -> None:
    def version(*names: str) -> ProcessGraph:
        builder = ProcessBuilder().start().ad_hoc("box", AdHoc(sequential=True))
        for name in names:
            builder.user_task(name, inside="box")
        return builder.end().path("start", "box", "end").graph()

    scenario = given(version("a", "b")).migrate(version("new", "b", "a"))
    check(scenario)
    scenario.complete("a").then(tasks=["b"]).complete("b").then(state="Completed OK")
    refused(given(version("a", "b")), version("a"), "'b'")
