"""Facts about timers, messages, signals and SLA clocks."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.state import ACTIVE, READY, Instance, Token, Wait, owner
from andante.engine.waits import Clock, Subscription, Timer, Trigger

SEEN_MESSAGES: Final = (
    50  # names of messages, signals and escalations remembered, so that a repeated one has no second effect
)


def wait(instance: Instance, key: int, wanted: Wait) -> None:
    """The token waits for `wanted`: from now on its element is at work. Or the scope waits for it."""
    if key > instance.last_key:
        instance.last_key = key
    at = owner(instance, wanted.token)
    if isinstance(at, Token) and at.phase == READY:
        at.phase = ACTIVE
    waits = at.waits
    if waits is None:
        at.waits = {key: wanted}
    else:
        waits[key] = wanted


def unwait(instance: Instance, key: int, gone: Wait) -> None:
    """It is no longer waited for."""
    waits = owner(instance, gone.token).waits
    if waits is not None:
        waits.pop(key, None)


def _timer_set(instance: Instance, e: ev.TimerSet) -> None:
    timer = Timer(e.timer, e.token, e.node, e.due_at, e.cycle, e.left, e.part)
    instance.timers[e.timer] = timer
    wait(instance, e.timer, timer)


def _timer_gone(instance: Instance, e: ev.TimerFired | ev.TimerCleared) -> None:
    unwait(instance, e.timer, instance.timers.pop(e.timer))


def _subscription_opened(instance: Instance, e: ev.SubscriptionOpened) -> None:
    subscription = Subscription(e.subscription, e.token, e.node, e.kind, e.name, e.key, e.part)
    instance.subscriptions[e.subscription] = subscription
    wait(instance, e.subscription, subscription)


def _subscription_keyed(instance: Instance, e: ev.SubscriptionKeyed) -> None:
    instance.subscriptions[e.subscription].correlation = e.key


def _subscription_closed(instance: Instance, e: ev.SubscriptionClosed) -> None:
    unwait(instance, e.subscription, instance.subscriptions.pop(e.subscription))


def _trigger_arrived(instance: Instance, e: ev.TriggerArrived) -> None:
    trigger = Trigger(e.trigger, e.token, e.node, e.part, e.values)
    instance.triggers[e.trigger] = trigger
    wait(instance, e.trigger, trigger)


def _trigger_cleared(instance: Instance, e: ev.TriggerCleared) -> None:
    unwait(instance, e.trigger, instance.triggers.pop(e.trigger))


def _message_received(instance: Instance, e: ev.MessageReceived) -> None:
    if e.message_id:
        _seen(instance, e.message_id)


def _signal_received(instance: Instance, e: ev.SignalReceived) -> None:
    if e.once:
        _seen(instance, e.once)


def _escalated(instance: Instance, e: ev.EscalationThrown) -> None:
    if e.once:
        _seen(instance, e.once)


def _seen(instance: Instance, once: str) -> None:
    if once not in instance.seen:  # one signal may be caught by several
        instance.seen.append(once)
        del instance.seen[:-SEEN_MESSAGES]


def _clock_started(instance: Instance, e: ev.ClockStarted) -> None:
    clock = Clock(e.clock, e.task, e.policy, e.state, e.calendar, e.revision, e.token)
    instance.clocks[e.clock] = clock
    if e.task:
        instance.tasks[e.task].clocks.append(clock)
    elif e.token:
        wait(instance, e.clock, clock)
    instance.last_key = max(instance.last_key, e.clock)


def _clock_changed(instance: Instance, e: ev.ClockChanged) -> None:
    clock = instance.clocks[e.clock]
    clock.state = e.state
    if e.revision:
        clock.revision = e.revision
    if e.urgency:
        instance.urgency += e.urgency
        task = instance.tasks.get(clock.task)
        if task is not None:
            task.urgency += e.urgency


def _clock_extended(instance: Instance, e: ev.ClockExtended) -> None:
    instance.clocks[e.clock].state = e.state


def _clock_stopped(instance: Instance, e: ev.ClockStopped) -> None:
    clock = instance.clocks.pop(e.clock)
    if clock.token:
        unwait(instance, e.clock, clock)
    task = instance.tasks.get(clock.task)
    if task is not None:
        task.clocks.remove(clock)


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.TimerSet: _timer_set,
    ev.TimerFired: _timer_gone,
    ev.TimerCleared: _timer_gone,
    ev.SubscriptionOpened: _subscription_opened,
    ev.SubscriptionKeyed: _subscription_keyed,
    ev.SubscriptionClosed: _subscription_closed,
    ev.TriggerArrived: _trigger_arrived,
    ev.TriggerCleared: _trigger_cleared,
    ev.MessageReceived: _message_received,
    ev.SignalReceived: _signal_received,
    ev.EscalationThrown: _escalated,
    ev.ClockStarted: _clock_started,
    ev.ClockChanged: _clock_changed,
    ev.ClockExtended: _clock_extended,
    ev.ClockStopped: _clock_stopped,
}
