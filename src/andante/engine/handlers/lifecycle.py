"""The instance as a whole: start, suspend, resume, terminate, retry, variables (contract 3.4 and section 7)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from andante.bpmn.graph import JobWork
from andante.engine import commands as cmd
from andante.engine import declared
from andante.engine import events as ev
from andante.engine.calendars import FAULT
from andante.engine.effects import TellChild, TellParent
from andante.engine.elements.assigning import hand_back
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.condition import concerned
from andante.engine.elements.flows import proceed
from andante.engine.elements.withdrawal import close
from andante.engine.faults import NO_START, NOTHING_TO_RETRY, PARENT_SUSPENDED, PARKED_FULL, ModelFault, Rejected
from andante.engine.filling import filled_in
from andante.engine.handlers.moving import begin
from andante.engine.scoping import admissible
from andante.engine.settings import MAX_PARKED
from andante.engine.sla import applying, pause_clocks, resume_clocks, start_clocks
from andante.engine.sla_actions import act_again
from andante.engine.state import ACTIVE, COMPLETING, DONE, READY
from andante.timing.instants import contract_time

if TYPE_CHECKING:
    from andante.engine.step import Step


def start(step: "Step", command: cmd.Start) -> None:
    """Create the instance at its start event. A child of a held parent waits before its first element (row 24)."""
    graph, instance = step.graph, step.instance
    node, given = command.start, command.variables
    if node < 0 and not command.moves:
        node = graph.plain_start
        if node < 0:
            raise Rejected(
                NO_START, f"'{command.name}' has no none start event: a message, signal, timer or condition starts it."
            )
        if graph.nodes[node].form is not None and not command.parent_id:  # a call fills in no form
            known = {**declared.first_values(graph, {}), **graph.constants}
            given = filled_in(step, graph.nodes[node], given, known, command.definition_id)
    values = declared.first_values(graph, given)
    label = f"{command.name} {_clock_time(step.now // 1_000, step.settings.zone)}"
    step.record(
        ev.InstanceStarted(
            command.definition_id, command.name, command.version, label, command.title,
            command.business_key or instance.id, command.parent_id, command.parent_token,
            command.root_id or instance.id, command.depth, command.is_test, command.held, node, values, step.actor,
            command.ext,
        )
    )  # fmt: skip
    if graph.instance_label is not None:
        _label(step)
    if graph.slas:
        _start_slas(step)
    if command.moves:
        for move in command.moves:
            begin(step, move)
    else:
        step.enter(step.key(), node, 0)
    if command.held:
        pause_clocks(step)
        step.agenda.clear()


@lru_cache(maxsize=64)
def _clock_time(second: int, zone: str) -> str:
    """The contract's time text; many instances start in the same second."""
    return contract_time(second * 1_000, zone)


def _label(step: "Step") -> None:
    """The model's own label; a template that fails leaves the usual one."""
    if step.graph.instance_label is None:
        return
    try:
        text = step.value(step.graph.instance_label, None)
    except ModelFault:
        return
    if isinstance(text, str) and text:
        step.record(ev.PropertiesSet({"label": text}))


def _start_slas(step: "Step") -> None:
    """Those that have no clock yet: at the retry after an incident, too."""
    started = {clock.policy for clock in step.instance.clocks.values() if not clock.task and not clock.token}
    try:
        which = [n for n in applying(step, step.graph.slas, None) if n not in started]
    except ModelFault as fault:
        step.record(ev.IncidentRaised(step.key(), 0, fault.kind, f"the SLA of the process: {fault.message}"))
        return
    start_clocks(step, 0, step.graph.slas, which)


def suspend(step: "Step", command: cmd.Suspend) -> None:
    """Idempotent (row 1). Clocks pause once, whichever of the two reasons to stop came first."""
    instance = step.instance
    if instance.held if command.held else instance.suspended:
        return
    running = not instance.stopped
    step.record(ev.Suspended(command.held, command.reason))
    if running:
        pause_clocks(step)
        for call in list(instance.calls.values()):
            step.ask(TellChild(call.child_id, cmd.Suspend(True, command.reason)))


def resume(step: "Step", command: cmd.Resume) -> None:
    """Clocks go on with what was left, what was parked is applied in order, due timers fire once (rows 2, 8 to 10)."""
    instance = step.instance
    if not command.held and instance.held:
        raise Rejected(PARENT_SUSPENDED, f"The instance that called {instance.id} is suspended. Resume that one first.")
    if not (instance.held if command.held else instance.suspended):
        return
    step.record(ev.Resumed(command.held, command.reason))
    if instance.stopped:
        return
    resume_clocks(step)
    hand_back(step)
    for call in list(instance.calls.values()):
        step.ask(TellChild(call.child_id, cmd.Resume(True, command.reason)))
    _wake(step)
    step.run()
    step.unpark()
    if not instance.ended_at:
        step.handle(cmd.FireTimers())


def _wake(step: "Step") -> None:
    """Tokens that stand before their element, and not for an incident, go on."""
    stuck = {incident.token for incident in step.instance.incidents.values()}
    step.agenda.extend(
        token for token in step.instance.tokens.values() if token.phase == READY and token.key not in stuck
    )


def terminate(step: "Step", command: cmd.Terminate) -> None:
    """End it now, with all it called; a caller that did not ask for it meets an incident (rows 3, 6, 7)."""
    instance = step.instance
    parent_id, token = instance.parent_id, instance.parent_token
    close(step, command.state, command.reason)
    if parent_id and not command.from_caller:
        text = f"the called instance {instance.id} was terminated"
        step.ask(TellParent(parent_id, cmd.FailCall(token, instance.id, "", text)))


def retry(step: "Step", command: cmd.Retry) -> None:
    """Take up every token that stands at an incident where it stopped, or at the one that is named."""
    instance = step.instance
    chosen = [each for each in instance.incidents.values() if command.incident in (0, each.key)]
    if not chosen:
        what = f"no incident {command.incident}" if command.incident else "no incident"
        raise Rejected(NOTHING_TO_RETRY, f"The instance {instance.id} has {what}: there is nothing to retry.")
    again = []
    for incident in chosen:
        step.record(ev.IncidentResolved(incident.key))
        if incident.kind == FAULT and not incident.token:
            _start_slas(step)
        token = instance.tokens.get(incident.token)
        if token is not None:
            again.append(token)
    for token in again:
        if instance.tokens.get(token.key) is not token:
            continue
        if token.phase in (COMPLETING, DONE):
            proceed(step, token, step.graph.nodes[token.node])
            continue
        for job in [wait for wait in instance.jobs.values() if wait.token == token.key and not wait.retries]:
            work = step.graph.nodes[job.node].work
            step.record(ev.JobRetried(job.key, max(1, work.retries) if isinstance(work, JobWork) else 1, step.now))
        if token.phase == ACTIVE:
            node = step.graph.nodes[token.node]
            BEHAVIOURS[node.kind].again(step, token, node)
    _wake(step)
    for incident in chosen:
        if incident.sla is not None:
            act_again(step, incident.sla)


def change_variables(step: "Step", command: cmd.SetVariables) -> None:
    """Contract API 5: unknown and read-only names are ignored; a wrong type is refused and nothing is written."""
    declared.check(step.graph, command.values)
    kept = admissible(step, command.values)
    if step.graph.variables is None and not command.introduce:
        known = step.instance.variables
        kept = {name: value for name, value in kept.items() if name in known}
    if kept:
        _look_later(step, list(kept))
        step.record(ev.VariablesSet(0, kept))


def _look_later(step: "Step", names: list[str]) -> None:
    """While the instance is stopped no condition is looked at: that waits for the resume, as all input does."""
    instance = step.instance
    if not instance.stopped or not step.graph.conditions or not concerned(step, names):
        return
    if len(instance.parked) >= MAX_PARKED:
        text = f"The instance is suspended and already holds {MAX_PARKED} inputs. Resume it first."
        raise Rejected(PARKED_FULL, text)
    step.record(ev.InputParked(cmd.LookAtConditions(names)))
