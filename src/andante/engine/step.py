"""One step of the core: `step(graph, instance, command, now) -> Step`. Pure: no I/O, no clock, no randomness.

The command passes the gate, is handled, and then tokens run until all of them wait (BPMN 2.0.2 section 13). The
instance handed in is changed in place and belongs to the caller's transaction: a step is discarded by not saving it.
"""

from collections import deque
from collections.abc import Mapping
from typing import final

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine import gate
from andante.engine.apply import APPLIERS, begin
from andante.engine.effects import Effect
from andante.engine.elements import BEHAVIOURS
from andante.engine.elements.condition import check_conditions
from andante.engine.elements.joining import release_joins
from andante.engine.elements.listening import listen
from andante.engine.elements.withdrawal import withdraw
from andante.engine.faults import CLOSED, PARKED_FULL, SUSPENDED, ModelFault, Rejected
from andante.engine.handlers import HANDLERS, wanted
from andante.engine.scoping import evaluate
from andante.engine.settings import DEFAULTS, MAX_PARKED, EngineSettings
from andante.engine.sla_actions import look_at_clocks
from andante.engine.state import (
    BROKEN,
    COMPLETED_WAIT,
    COMPLETING,
    DONE,
    PAUSED,
    READY,
    RUNNING,
    WAITING_FOR_USER,
    Instance,
    Scope,
    Token,
)  # fmt: skip
from andante.expressions import Expression, ExpressionError, Together


@final
class Step:
    """What a command did: the `events` in order and the `effects` to carry out. `answer` is the handler's own word,
    e.g. whether a message found its receiver. No events means that nothing changed and nothing is to be saved."""

    __slots__ = (
        "actor", "agenda", "answer", "budget", "effects", "events", "graph", "instance", "looked_at", "now", "settings",
    )  # fmt: skip

    def __init__(
        self, graph: ProcessGraph, instance: Instance, now: int, actor: str, settings: EngineSettings = DEFAULTS
    ) -> None:
        self.graph = graph
        self.instance = instance
        self.now = now
        self.actor = actor
        self.settings = settings
        self.events: list[ev.Event] = []
        self.effects: list[Effect] = []
        self.agenda: deque[Token] = deque()
        self.budget = settings.max_steps
        self.answer: object = None
        self.looked_at = 0  # of how many events the conditions know

    # The verbs behaviours use.

    def record(self, event: ev.Event) -> None:
        """State a fact: applied at once, journaled with the step."""
        if not self.events:
            begin(self.instance, self.now, self.actor)
        APPLIERS[event.__class__](self.instance, event)
        self.events.append(event)

    def ask(self, effect: Effect) -> None:
        self.effects.append(effect)

    def key(self) -> int:
        """A new key; it counts as used once a fact carries it."""
        return self.instance.last_key + 1

    def enter(self, key: int, node: int, scope: int, flow: int = -1, loop: int = 0) -> Token:
        """Let a token, new or not, arrive at `node`; it runs later in this step."""
        self.record(ev.ElementEntered(key, node, scope, flow, loop))
        token = self.instance.tokens[key]
        self.agenda.append(token)
        return token

    def value(
        self, expression: Expression, place: Token | Scope | None, extra: Mapping[str, object] | None = None
    ) -> object:
        """Evaluate with what the token or scope sees (None: the instance's). Raises ModelFault('expression')."""
        try:
            return evaluate(self, expression, place, extra)
        except ExpressionError as fault:
            raise ModelFault("expression", f"The expression '{expression.text}' failed: {fault}") from None

    def met(
        self, condition: Expression, what: str, place: Token | Scope, extra: Mapping[str, object] | None = None
    ) -> bool:
        """Whether it is true; `what` it is the condition of. Raises ModelFault('expression'), also for no boolean."""
        value = self.value(condition, place, extra)
        if value is True or value is False:
            return value
        raise ModelFault("expression", f"the {what} condition '{condition.text}' gave {value!r}")

    def fail(self, token: Token, fault: ModelFault) -> None:
        """The instance waits at this token for an operator."""
        node = self.graph.nodes[token.node]
        self.record(ev.IncidentRaised(self.key(), token.key, fault.kind, f"{node.id}: {fault.message}"))

    def once(self) -> str:
        """A name for the fact that is recorded next: none other of the instance has it, and a replay gives it again."""
        seq = self.instance.seq if self.events else self.instance.seq + 1
        return f"{seq}-{len(self.events)}"

    def handle(self, command: cmd.Command) -> None:
        """Carry out a command that the gate has let through."""
        HANDLERS[command.__class__](self, command)

    def unpark(self) -> None:
        """Apply in order what arrived while the instance was stopped, as if it arrived now.

        A message was promised a receiver: where it has none any more, or its values no longer fit, that is an incident.
        """
        instance = self.instance
        while instance.parked and not instance.ended_at:
            command = instance.parked[0]
            self.record(ev.InputUnparked())
            try:
                self.handle(command)
                lost = command.__class__ is cmd.DeliverMessage and not self.answer
                why = "nothing awaits it any more" if lost else ""
            except Rejected as fault:
                why = fault.message
            if why:
                text = f"{command.__class__.__name__} arrived while the instance was suspended, but {why}"
                self.record(ev.IncidentRaised(self.key(), 0, "input", text))
            self.run()
        self.answer = None

    # Running.

    def run(self) -> None:
        """Run tokens until all of them wait."""
        instance, agenda = self.instance, self.agenda
        nodes = self.graph.nodes
        tokens = instance.tokens
        conditions = self.graph.conditions and not instance.stopped
        while True:
            while True:
                if conditions and self.looked_at < len(self.events):
                    check_conditions(self)
                    if self.budget <= 0:
                        self._out_of_budget()
                        return
                    continue
                if not agenda:
                    break
                token = agenda.popleft()
                if token.phase != READY or tokens.get(token.key) is not token:
                    continue
                if self.budget <= 0:
                    self._out_of_budget()
                    return
                self.budget -= 1
                node = nodes[token.node]
                try:
                    if node.before and (node.multi is None or token.loop):
                        listen(self, token, node.before)
                    BEHAVIOURS[node.kind].arrive(self, token, node)
                except ModelFault as fault:
                    self.stall(token, fault)
            if instance.ended_at or instance.stopped or not self.graph.reach or not release_joins(self):
                return

    def _out_of_budget(self) -> None:
        """The tokens stay before their elements; a retry takes them up again. One incident tells of all."""
        self.agenda.clear()
        if self.budget < 0:
            return
        self.budget = -1
        text = f"more than {self.settings.max_steps} elements were passed without waiting: probably an endless loop"
        self.record(ev.IncidentRaised(self.key(), 0, "stepLimit", text))

    def stall(self, token: Token, fault: ModelFault) -> None:
        """Leave the token where a retry can take it up: before its element, or after its work."""
        if self.instance.tokens.get(token.key) is not token:
            raise AssertionError("a token that failed is gone") from fault
        if token.phase not in (COMPLETING, DONE):
            withdraw(self, token, "failed")
            if token.phase != READY:
                self.record(ev.TokenReady(token.key))
        self.fail(token, fault)

    def settle(self) -> None:
        """Set the contract's state (section 3.1) by what the instance now waits for."""
        instance = self.instance
        if not self.events or instance.ended_at or instance.suspended or instance.held:
            return
        look_at_clocks(self)
        if instance.ended_at:
            return
        if instance.incidents:
            state = BROKEN
        elif instance.tasks:
            state = WAITING_FOR_USER
        elif instance.jobs:
            state = RUNNING
        elif instance.timers or instance.subscriptions:
            state = PAUSED
        else:
            state = COMPLETED_WAIT
        if state != instance.state:
            self.record(ev.StateChanged(state))


def step(
    graph: ProcessGraph,
    instance: Instance,
    command: cmd.Command,
    now: int,
    actor: str = "",
    settings: EngineSettings = DEFAULTS,
) -> Step:
    """Carry out `command` at `now` (ms since the epoch, UTC) for `actor`.

    Returns the step; its `events` are empty where nothing changed. Raises Rejected: then the instance is to be as it
    was, and what was handed in, if its `seq` has changed, is to be thrown away.
    """
    taken = Step(graph, instance, now, actor, settings)
    with Together(settings.max_evaluation):
        _carry_out(taken, instance, command)
        taken.run()
        taken.settle()
    return taken


def _carry_out(taken: Step, instance: Instance, command: cmd.Command) -> None:
    handler = HANDLERS[command.__class__]
    if instance.seq == 0:
        if not isinstance(command, cmd.Start):
            raise AssertionError("an instance begins with Start")
        handler(taken, command)
    else:
        verdict = gate.GATE[command.__class__][gate.condition(instance)]
        if verdict == gate.PROCESS:
            handler(taken, command)
        elif verdict == gate.HOLD:
            hold(taken, command)
        elif verdict == gate.REJECT:
            _reject(instance)
        elif command.__class__ in gate.RECORDED:
            taken.record(ev.CommandIgnored(command.__class__.__name__))


def hold(taken: Step, command: cmd.Command) -> None:
    """Park input that came from outside while the instance is stopped."""
    if not wanted(taken, command):
        if command.__class__ in gate.RECORDED:
            taken.record(ev.CommandIgnored(command.__class__.__name__))
        return
    if len(taken.instance.parked) >= MAX_PARKED:
        raise Rejected(
            PARKED_FULL, f"The instance is suspended and already holds {MAX_PARKED} inputs. Resume it first."
        )
    taken.record(ev.InputParked(command))
    taken.answer = True


def _reject(instance: Instance) -> None:
    if instance.ended_at:
        raise Rejected(CLOSED, f"The instance {instance.id} is closed ({instance.state}).")
    raise Rejected(SUSPENDED, f"The instance {instance.id} is suspended. Resume it first.")
