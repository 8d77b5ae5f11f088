"""What holds of every process whatever is asked of it, in any order."""

import copy
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from core_graphs import BEGINS, GRAPHS, HOUR, TWINS
from core_rules import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from andante.codec import decode_entry, decode_state, encode_effect, encode_entry, encode_state
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.calendars import FixedCalendars
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.engine.state import Instance
from andante.engine.step import Step, step
from andante.testing import Scenario
from andante.timing.calendar import BusinessCalendar

# A move: what it is, which of the open things it is about, a value.
MOVES: Final = st.tuples(
    st.sampled_from(
        ["task"] * 4 + ["job"] * 4 + ["time"] * 2 + ["call"] * 2 + ["message", "signal", "error", "fail", "failcall"]
        + ["escalate", "move", "move", "modify", "modify", "migrate", "taskError", "taskEscalates"]
        + ["sign", "sign", "return", "return"]
        + ["suspend", "resume", "resume", "retry", "retry", "variables", "claim", "stale", "terminate", "parent"]
        + ["remind", "calendar", "extend", "transfer", "variables"]
    ),
    st.integers(0, 5),
    st.sampled_from([0, 1, 2, None]),
)  # fmt: skip
SCRIPTS: Final = st.lists(MOVES, min_size=1, max_size=25)
many_examples: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def command_of(instance: Instance, move: tuple[str, int, int | None]) -> cmd.Command | None:
    """The command of a move; None where there is nothing that it could be about, and for those that need the graph."""
    kind, n, value = move
    waits: dict[str, Mapping[int, object]] = {
        "task": instance.tasks, "claim": instance.tasks, "sign": instance.tasks, "return": instance.tasks,
        "remind": instance.tasks, "transfer": instance.tasks, "job": instance.jobs,
        "error": instance.jobs,
        "taskError": instance.tasks, "taskEscalates": instance.tasks,
        "fail": instance.jobs, "call": instance.calls, "failcall": instance.calls,
        "escalate": instance.calls,
    }  # fmt: skip
    about = waits.get(kind)
    key = 0
    if about is not None:
        if not about:
            return None
        key = list(about)[n % len(about)]
    values: dict[str, object] = {"x": value, "y": value}
    if kind in ("call", "failcall", "escalate"):
        child = instance.calls[key].child_id
        if kind == "escalate":
            return cmd.Escalate(key, child, "E" if n % 2 else "F", values, f"once{n}")
        return cmd.CompleteCall(key, child, values) if kind == "call" else cmd.FailCall(key, child, "E" * (n % 2), "")
    made: dict[str, Callable[[], cmd.Command]] = {
        "task": lambda: cmd.CompleteTask(key, _outcome(instance, key, value), values, "why" if n == 1 else ""),
        "sign": lambda: cmd.AddSigners(key, [f"more{n}", "group:law"][: n + 1], ("before", "with", "after")[n % 3]),
        "return": lambda: cmd.ReturnTask(key, ("write", "initiator", "a", "b", "each", "c")[n], value == 1, "why"),
        "transfer": lambda: cmd.TransferTask(key, ("anna", "queue:q", "group:g")[n % 3]),
        "extend": lambda: _extension(instance, n, value),
        "remind": lambda: cmd.RemindTask(key, "please" if n % 2 else ""),
        "claim": lambda: cmd.ClaimTask(key, f"user{n}"),
        "job": lambda: cmd.CompleteJob(key, values),
        "error": lambda: cmd.ThrowError(key, "E" if n % 2 else "F", "why", values),
        "taskError": lambda: cmd.ThrowTaskError(key, "E" if n % 2 else "F", "why", values),
        "taskEscalates": lambda: cmd.EscalateTask(key, "E" if n % 2 else "F", values),
        "fail": lambda: cmd.FailJob(key, n % 2, "why"),
        "time": cmd.FireTimers,
        "message": lambda: cmd.DeliverMessage("m", values, "", {"x": value}, f"id{n}" if n < 3 else ""),
        "signal": lambda: cmd.DeliverSignal("s", values, f"throw{n}" if n < 3 else ""),
        "suspend": cmd.Suspend,
        "resume": cmd.Resume,
        "parent": lambda: cmd.Resume(held=True) if instance.held else cmd.Suspend(held=True),
        "retry": cmd.Retry,
        "variables": lambda: cmd.SetVariables(values, introduce=True),
        "stale": lambda: cmd.CompleteJob(10_000 + n),
        "terminate": lambda: cmd.Terminate() if n == 0 else cmd.CommentTask(10_000, "x"),
    }
    return made[kind]() if kind in made else None


def _outcome(instance: Instance, key: int, value: int | None) -> str:
    outcomes = instance.tasks[key].outcomes
    return outcomes[(value or 0) % len(outcomes)] if outcomes else ""


def _extension(instance: Instance, n: int, value: int | None) -> cmd.ExtendClock:
    """More time for some clock, or by n hours for one that is not there."""
    clocks = list(instance.clocks.values())
    task = clocks[n % len(clocks)].task if clocks else n
    by, until = (n * HOUR, 0) if value != 2 else (0, instance.modified_at + n * HOUR)
    return cmd.ExtendClock(
        task, "" if task else ("", "stage", "each")[n % 3], "", ("", "goal")[n % 2], by, until, "why"
    )


def started(name: str, x: int = 1) -> Scenario:
    return Scenario(GRAPHS[name]).start({"x": x}, by="ina", at=BEGINS.get(name, ""))


def play(scenario: Scenario, move: tuple[str, int, int | None]) -> bool:
    """Do it; False when it was refused or there was nothing to do."""
    if move[0] == "time":
        scenario.now += HOUR * (move[1] + 1) // 4
    command: cmd.Command | None
    if move[0] == "calendar":
        command = _another_calendar(scenario, move)
    elif move[0] == "move":
        command = _taking(scenario, move)
    elif move[0] == "modify":
        command = _changing(scenario, move)
    else:
        command = None if move[0] == "migrate" else command_of(scenario.instance, move)
    if command is None and move[0] != "migrate":
        return False
    before = encode_state(scenario.instance)
    try:
        if command is None:
            scenario.migrate(TWINS[id(scenario.graph)], by="olga")
        else:
            scenario.when(command, by="olga")
    except Rejected:
        assert encode_state(scenario.instance) == before
        return False
    return True


def _changing(scenario: Scenario, move: tuple[str, int, int | None]) -> cmd.Command | None:
    """Some token is taken to some element; that or another is begun beside it, or taken out again."""
    moved = _taking(scenario, move)
    if moved is None:
        return None
    flows = scenario.graph.flows
    by = flows[move[1] % len(flows)].id if flows else moved.target
    more = (cmd.MoveToken("", by), cmd.MoveToken(moved.target, ""), cmd.MoveToken(moved.source, ""))
    return cmd.Modify([moved, *more[move[1] % 3 :]], "why", {"x": move[2]})


def _taking(scenario: Scenario, move: tuple[str, int, int | None]) -> cmd.MoveToken | None:
    """Some token to some element."""
    tokens, nodes = list(scenario.instance.tokens.values()), scenario.graph.nodes
    if not tokens:
        return None
    token = tokens[move[1] % len(tokens)]
    target = nodes[(7 * move[1] + 3 * (move[2] or 0)) % len(nodes)]
    return cmd.MoveToken(nodes[token.node].id, target.id, "why", 0 if token.loop else token.key)


def _another_calendar(scenario: Scenario, move: tuple[str, int, int | None]) -> cmd.Command:
    """The server's default calendar changes: other hours, or other days."""
    revision = scenario.settings.calendars.find("").revision + 1
    hours = ((8 + move[1]) * 3600, 20 * 3600)
    changed = BusinessCalendar(weekdays=range(5 + (move[2] or 0)), hours=(hours,), revision=revision)
    scenario.settings = EngineSettings(calendars=FixedCalendars(calendars={"default": changed}))
    return cmd.FollowCalendar("default", revision)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS)
@many_examples
def test_replay_gives_the_state_and_no_token_is_lost(name: str, moves: list[tuple[str, int, int | None]]) -> None:
    scenario = started(name)
    check(scenario)
    for move in moves:
        play(scenario, move)
        check(scenario)
        for effect in scenario.last.effects:
            assert encode_effect(effect)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS)
@many_examples
def test_what_is_in_memory_behaves_as_what_was_read_back(name: str, moves: list[tuple[str, int, int | None]]) -> None:
    """The same command on a cached instance and on one just decoded gives the same bytes."""
    scenario = started(name)
    cached = decode_state(encode_state(scenario.instance))
    for move in moves:
        entries = len(scenario.journal)
        if not play(scenario, move):
            continue
        if len(scenario.journal) == entries:
            continue
        entry = scenario.journal[-1]
        command, _ = decode_entry(encode_entry(entry.command, []))
        again = step(scenario.graph, cached, command, entry.now, entry.actor, scenario.settings)
        assert encode_entry(command, again.events) == encode_entry(entry.command, entry.events)
        assert encode_state(cached) == encode_state(scenario.instance)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS)
@many_examples
def test_a_command_that_comes_twice_has_its_effect_once(name: str, moves: list[tuple[str, int, int | None]]) -> None:
    scenario = started(name)
    for move in moves:
        if move[0] not in ("job", "call", "failcall", "escalate", "error"):
            play(scenario, move)
            continue
        command = command_of(scenario.instance, move)
        if command is None:
            continue
        scenario.when(command)
        taken = scenario.instance.seq
        before = _without_seq(scenario.instance)
        scenario.when(command)
        assert _without_seq(scenario.instance) == before
        if scenario.instance.seq > taken:
            assert [type(fact) for fact in scenario.journal[-1].events] == [ev.CommandIgnored]


def _without_seq(instance: Instance) -> bytes:
    copied = decode_state(encode_state(instance))
    copied.seq = 0
    copied.modified_by = ""
    return encode_state(copied)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS, where=st.integers(0, 24))
@many_examples
def test_a_pause_changes_nothing_but_times(name: str, moves: list[tuple[str, int, int | None]], where: int) -> None:
    """Suspended and resumed at any point, without time passing, the instance is as if it never had been."""
    plain, paused = started(name), started(name)
    for index, move in enumerate(moves):
        if move[0] in ("suspend", "resume", "parent", "calendar"):
            continue  # what has been worked before a pause stays worked when the calendar changes afterwards
        if index == where and not paused.instance.closed:
            paused.suspend().resume()
        assert play(plain, move) == play(paused, move)
        assert _comparable(plain.instance) == _comparable(paused.instance)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS)
@many_examples
def test_input_held_is_input_applied(name: str, moves: list[tuple[str, int, int | None]]) -> None:
    """What comes in while suspended has on resume the effect that it would have had at once."""
    plain = started(name)
    for move in moves:
        command = command_of(plain.instance, move)
        if not isinstance(
            command,
            cmd.CompleteJob
            | cmd.ThrowError
            | cmd.CompleteCall
            | cmd.FailCall
            | cmd.Escalate
            | cmd.DeliverSignal
            | cmd.SetVariables,
        ):
            if move[0] not in ("suspend", "resume", "parent", "time"):
                play(plain, move)
            continue
        held = copy.copy(plain)
        held.instance = decode_state(encode_state(plain.instance))
        held.journal, held.effects = list(plain.journal), list(plain.effects)
        if plain.instance.closed:
            continue
        plain.when(command)
        held.suspend().when(command).resume()
        assert _comparable(plain.instance) == _comparable(held.instance)


def _comparable(instance: Instance) -> bytes:
    """The state without what counts commands or names the journal entry."""
    copied = decode_state(encode_state(instance))
    copied.seq = 0
    copied.modified_by = copied.last_handler = ""
    copied.modified_at = 0
    for call in copied.calls.values():
        call.child_id = ""
    for clock in copied.clocks.values():
        clock.state.counted = ()  # since when it is counted: after a pause, since its end
    return encode_state(copied)


@pytest.mark.parametrize("name", GRAPHS)
@given(moves=SCRIPTS)
@many_examples
def test_facts_are_never_changed(name: str, moves: list[tuple[str, int, int | None]]) -> None:
    """A fact that was recorded reads the same after all that follows in the same instance."""
    instance = Instance("i")
    graph = GRAPHS[name]
    taken: list[tuple[Step, bytes]] = []
    now = 1_000
    first = step(graph, instance, cmd.Start("d", "p", "1", {"x": 1}), now, "ina")
    taken.append((first, encode_entry(cmd.Retry(), first.events)))
    for move in moves:
        now += HOUR // 4
        command = command_of(instance, move)
        if command is None:
            continue
        try:
            done = step(graph, instance, command, now, "ina")
        except Rejected:
            continue
        taken.append((done, encode_entry(cmd.Retry(), done.events)))
    for done, written in taken:
        assert encode_entry(cmd.Retry(), done.events) == written
