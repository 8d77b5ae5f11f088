"""Goals, deadlines and reminders of tasks and processes (contract 2.5, section 7 row 8)."""

from andante.bpmn.graph import Sla, SlaAction
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.due import next_due
from andante.engine.effects import Notify
from andante.expressions import compile_feel, compile_juel
from andante.testing import ProcessBuilder, Scenario, given
from andante.timing.sla import Reminder, SlaPolicy, Target

HOUR = 3_600_000
POLICY = SlaPolicy(
    "fix", Target(2 * HOUR, urgency=1), Target(4 * HOUR, urgency=2), (Reminder("deadline", -HOUR // 2, HOUR, 5),)
)
MANAGER = SlaAction("tell", "Notify Manager")


def task(sla: Sla) -> Scenario:
    builder = ProcessBuilder().start().user_task("fix", assignee="carl", slas=[sla]).end().path("start", "fix", "end")
    return Scenario(builder.graph())


def notes(scenario: Scenario) -> list[tuple[str, list[str]]]:
    return [(note.kind, note.recipients) for note in scenario.asked(Notify)]


def test_goal_deadline_and_reminders_occur_and_raise_urgency() -> None:
    late = task(Sla(POLICY, goal_actions=(MANAGER,), deadline_actions=(MANAGER,))).given()
    assert next_due(late.instance, late.graph) == late.now + 2 * HOUR
    late.pass_time(2 * HOUR)
    assert notes(late) == [("slaGoal", ["manager:carl"])]
    assert late.instance.urgency == 1
    late.pass_time(2 * HOUR)
    assert notes(late)[1:] == [("reminder", ["carl"]), ("slaDeadline", ["manager:carl"])]
    assert next(iter(late.instance.tasks.values())).urgency == late.instance.urgency == 3
    assert late.asked(Notify)[2].due_at == late.now
    assert len({note.key for note in late.asked(Notify)}) == 3
    late.complete("fix").then(state="Completed OK")
    assert len(late.facts(ev.ClockStopped)) == 1


def test_a_suspended_clock_keeps_what_is_left_and_sends_no_burst() -> None:
    held = task(Sla(POLICY, goal_actions=(MANAGER,))).given().pass_time(HOUR).suspend()
    held.pass_time(100 * HOUR)
    assert notes(held) == []
    held.resume()
    assert notes(held) == []
    (clock,) = held.instance.clocks.values()
    assert (clock.state.goal_at, clock.state.deadline_at) == (held.now + HOUR, held.now + 3 * HOUR)
    held.pass_time(HOUR)
    assert notes(held) == [("slaGoal", ["manager:carl"])]


def test_reminders_missed_meanwhile_come_once() -> None:
    late = task(Sla(POLICY)).given()
    late.now += 8 * HOUR
    late.when(cmd.FireTimers())
    assert [kind for kind, _ in notes(late)] == ["reminder"]


def test_criteria_decide_whether_it_applies() -> None:
    sla = Sla(POLICY, criteria=compile_feel("vip = true"))
    assert task(sla).given(vip=False).instance.clocks == {}
    assert len(task(sla).given(vip=True).instance.clocks) == 1
    broken = task(Sla(POLICY, criteria=compile_juel("${missing}"))).given()
    broken.then(state="Broken", at=["fix"], incidents=["expression"])


def test_start_when_starts_the_clock_later() -> None:
    late = task(Sla(POLICY, start_when=compile_feel("received = true"))).given(received=False)
    assert late.instance.clocks == {}
    late.pass_time(HOUR).when(cmd.SetVariables({"received": True}))
    (clock,) = late.instance.clocks.values()
    assert clock.state.goal_at == late.now + 2 * HOUR
    late.when(cmd.SetVariables({"received": True}))
    assert len(late.facts(ev.ClockStarted)) == 1


def test_an_action_has_criteria_of_its_own() -> None:
    actions = (
        SlaAction("a", "Notify", compile_feel("vip = true"), ("user:anna",)),
        SlaAction("b", "Notify", compile_feel("vip = false"), ("group:desk",)),
    )
    late = task(Sla(POLICY, goal_actions=actions)).given(vip=False).pass_time(2 * HOUR)
    assert notes(late) == [("slaGoal", ["group:desk"])]


def test_a_process_has_a_clock_too() -> None:
    builder = ProcessBuilder(slas=[Sla(POLICY, goal_actions=(MANAGER,))])
    graph = builder.start().user_task("fix").end().path("start", "fix", "end").graph()
    late = Scenario(graph).start({}, by="ina").pass_time(3 * HOUR + HOUR // 2)
    assert notes(late) == [("slaGoal", ["manager:ina"]), ("reminder", ["ina"])]
    assert late.instance.urgency == 1
    late.complete("fix").then(state="Completed OK")
    assert next_due(late.instance, graph) == 0


def test_a_clock_of_a_held_child_starts_paused() -> None:
    builder = ProcessBuilder(slas=[Sla(POLICY)]).start().user_task("fix").path("start", "fix")
    child = Scenario(builder.graph()).start({}, parent="caller", held=True).pass_time(9 * HOUR)
    child.when(cmd.Resume(held=True))
    (clock,) = child.instance.clocks.values()
    assert clock.state.goal_at == child.now + 2 * HOUR


def test_given_is_short_for_a_scenario() -> None:
    graph = ProcessBuilder().start().user_task("fix").path("start", "fix").graph()
    given(graph, x=1).then(variables={"x": 1}, tasks=["fix"])
