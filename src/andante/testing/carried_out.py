"""Carrying out tests that are written in YAML, and what they cover."""

import time
from pathlib import Path
from typing import Any, Final

import msgspec

from andante.bpmn import ModelRefused
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import BroadcastSignal, PublishMessage
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.testing.roster import roster
from andante.testing.scenario import MONDAY, Scenario
from andante.testing.written import PLAIN, Case, Expected, Faulty, Move, Suite, action_of

KNOWN: Final = (Rejected, LookupError, AssertionError, ValueError)


class Result(msgspec.Struct, frozen=True):
    """Of one test: `message` says why it failed, at `line`; "" if it did not."""

    name: str
    line: int
    message: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.message


class Coverage(msgspec.Struct):
    """How often tokens came to the elements and took the flows of a process, by id, over all tests."""

    process: str
    nodes: dict[str, int]
    flows: dict[str, int]

    @classmethod
    def of(cls, graph: ProcessGraph) -> "Coverage":
        return cls(graph.process_id, {node.id: 0 for node in graph.nodes}, {flow.id: 0 for flow in graph.flows})

    def add(self, scenario: Scenario) -> None:
        for node, flow in _entered(scenario):
            self.nodes[node] += 1
            if flow:
                self.flows[flow] += 1

    @property
    def part(self) -> float:
        """From 0 to 1, of elements and flows together."""
        counts = [*self.nodes.values(), *self.flows.values()]
        return sum(1 for count in counts if count) / len(counts) if counts else 1.0

    @property
    def missed(self) -> list[str]:
        """Elements, then flows, that no test came to."""
        return [id for counts in (self.nodes, self.flows) for id, count in counts.items() if not count]


class Run(msgspec.Struct):
    """A file's tests: `model` is the process's file."""

    file: Path
    model: Path
    results: list[Result]
    coverage: Coverage


def run_suite(file: Path, suite: Suite, only: str = "") -> Run:
    """Carry out the tests whose names have `only` in them. Raises Faulty, ModelRefused, OSError."""
    model = file.parent / suite.process
    first = _scenario(file, suite, MONDAY)
    coverage = Coverage.of(first.graph)
    results = []
    for case in suite.tests:
        if only.casefold() not in case.name.casefold():
            continue
        begun = time.perf_counter()
        scenario = _scenario(file, suite, case.now or suite.now or MONDAY, first, case.line)
        line, message = _carry_out(scenario, case)
        coverage.add(scenario)
        results.append(Result(case.name, line, message, time.perf_counter() - begun))
    return Run(file, model, results, coverage)


def _scenario(file: Path, suite: Suite, now: str, like: Scenario | None = None, line: int = 1) -> Scenario:
    try:
        if like is not None:
            return Scenario(like.graph, now=now, settings=like.settings)
        known = {name: getattr(suite.people, name) for name in suite.people.__struct_fields__}
        settings = EngineSettings(suite.zone, roster=roster(**known))
        folder = file.parent
        return Scenario.read(
            folder / suite.process, suite.id, now=now, settings=settings,
            imports=[folder / each for each in suite.imports], decisions=[folder / each for each in suite.decisions],
            forms=[folder / each for each in suite.forms],
        )  # fmt: skip
    except ModelRefused:
        raise
    except (LookupError, ValueError) as fault:
        raise Faulty(_said(fault), line) from None


def _carry_out(scenario: Scenario, case: Case) -> tuple[int, str]:
    """Where it failed and why, "" if it did not."""
    line, refused = case.line, ""
    try:
        start = case.start
        scenario.start(case.given, by=start.by, business_key=start.business_key, title=start.title, at=start.at)
        for step in case.steps:
            line, refused = step.line, step.refused
            try:
                _step(scenario, step)
            except Rejected as refusal:
                if refusal.code != refused:
                    raise
                continue
            if refused:
                return line, f"should be refused with {refused}, and was not"
        line = case.end
        if case.then is not None:
            _then(scenario, case.then)
    except KNOWN as fault:
        return line, _said(fault)
    return case.line, ""


def _said(fault: Exception) -> str:
    if isinstance(fault, Rejected):
        return f"refused: {fault.code}: {fault}"
    return str(fault.args[0]) if isinstance(fault, LookupError) and fault.args else str(fault)


def _step(scenario: Scenario, step: Move) -> None:
    action = action_of(step)
    if action in PLAIN:
        getattr(scenario, action)()
    elif step.complete is not None:
        scenario.complete(step.complete, step.outcome, by=step.by, variables=step.variables)
    elif step.pass_ is not None:
        scenario.pass_time(step.pass_)
    elif step.fail is not None:
        scenario.fail_job(step.fail, retries=step.retries, message=step.text)
    elif step.call_fails is not None:
        scenario.fail_call(step.call_fails, step.code, step.text)
    elif step.move is not None:
        scenario.move(step.move, step.to, reason=step.text, by=step.by)
    elif step.then is not None:
        _then(scenario, step.then)
    else:
        scenario.when(_command(scenario, step))
        if step.message is not None and not scenario.last.answer:
            raise AssertionError(f"nothing awaits the message '{step.message}'; tokens are at {scenario.at}")


def _command(scenario: Scenario, step: Move) -> cmd.Command:
    """Of what brings variables of any name."""
    if step.job is not None:
        return cmd.CompleteJob(scenario.job(step.job), step.variables)
    if step.error is not None:
        return cmd.ThrowError(scenario.job(step.error), step.code, step.text, step.variables)
    if step.message is not None:
        return cmd.DeliverMessage(step.message, step.variables, step.business_key, step.correlation)
    if step.signal is not None:
        return cmd.DeliverSignal(step.signal, step.variables)
    call = scenario.call(step.call or step.escalate or "")
    if step.call is not None:
        return cmd.CompleteCall(call.token, call.child_id, step.variables)
    once = f"escalation-{len(scenario.journal)}"
    return cmd.Escalate(call.token, call.child_id, step.code, step.variables, once)


def _then(scenario: Scenario, expected: Expected) -> None:
    scenario.then(
        state=expected.state, at=expected.at, tasks=expected.tasks, variables=expected.variables,
        incidents=expected.incidents, suspended=expected.suspended,
    )  # fmt: skip
    reached = {node for node, _ in _entered(scenario)}
    for name in (*(expected.reached or ()), *(expected.not_reached or ())):
        if name not in scenario.graph.by_id:
            raise LookupError(f"the process has no element '{name}'")
    missing = [name for name in expected.reached or () if name not in reached]
    if missing:
        raise AssertionError(f"reached: no token came to {', '.join(missing)}; they came to {sorted(reached)}")
    too_far = [name for name in expected.not_reached or () if name in reached]
    if too_far:
        raise AssertionError(f"notReached: a token came to {', '.join(too_far)}")
    if expected.sent is not None:
        sent = [each.name for each in scenario.effects if isinstance(each, PublishMessage | BroadcastSignal)]
        if sent != expected.sent:
            raise AssertionError(f"sent: is {sent!r}, should be {expected.sent!r}")


def _entered(scenario: Scenario) -> list[tuple[str, str]]:
    """The elements that tokens came to, in order, and by which flow ("": by none)."""
    graph = scenario.graph
    found: list[tuple[str, str]] = []
    for fact in _facts(scenario):
        if isinstance(fact, ev.ElementEntered):
            found.append((graph.nodes[fact.node].id, graph.flows[fact.flow].id if fact.flow >= 0 else ""))
    return found


def _facts(scenario: Scenario) -> list[Any]:
    return [event for entry in scenario.journal for event in entry.events]
