"""Timers: when one is due, and what a cycle does after it fired (BPMN 2.0.2 section 10.4.5.7)."""

from typing import TYPE_CHECKING

from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value
from andante.engine.state import Scope, Token
from andante.engine.waits import Timer
from andante.timing.cycle import following
from andante.timing.due import first_due
from andante.timing.instants import TimingError

if TYPE_CHECKING:
    from andante.engine.step import Step


def arm_timer(step: "Step", at: Token | Scope, node: Node, definition: EventDefinition, part: int = 0) -> None:
    """Wait for the time that the definition names. Raises ModelFault when it names none."""
    if definition.timer is None:
        raise AssertionError(f"{node.id}: a timer without a time")
    value = json_value(step.value(definition.timer, at))
    if not isinstance(value, str):
        raise ModelFault("timer", f"the time '{definition.timer.text}' should be a text, but is {value!r}")
    try:
        due, left = first_due(definition.timer_kind, value, step.now, step.settings.zone)
    except TimingError as fault:
        raise ModelFault("timer", str(fault)) from None
    cycle = value if definition.timer_kind == "cycle" else ""
    step.record(ev.TimerSet(step.key(), at.key, node.index, due, cycle, left, part))


def fired(step: "Step", timer: Timer, again: bool) -> None:
    """The timer occurs once, however many points of its cycle have passed; `again` sets it for the next one."""
    missed = due = 0
    left = timer.left
    if timer.cycle and left and again:
        try:
            due, missed = following(timer.cycle, timer.due_at, step.now, step.settings.zone)
        except TimingError as fault:
            raise ModelFault("timer", str(fault)) from None
        if left > 0:
            left = max(0, left - missed)
    step.record(ev.TimerFired(timer.key, missed))
    if due and left:
        rest = left - 1 if left > 0 else left
        step.record(ev.TimerSet(step.key(), timer.token, timer.node, due, timer.cycle, rest, timer.part))
