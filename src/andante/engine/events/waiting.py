"""Timers, messages, signals, errors and SLA clocks. See the package for the rules that all facts keep."""

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from andante.timing.sla import SlaClock


@final
class TimerSet:
    """A timer waits for `due_at`. `left` repetitions remain after it (-1: endless, 0: none); `cycle` its ISO text.
    `part` tells which definition of a multiple event."""

    __slots__ = ("cycle", "due_at", "left", "node", "part", "timer", "token")

    def __init__(self, timer: int, token: int, node: int, due_at: int, cycle: str, left: int, part: int = 0) -> None:
        self.timer = timer
        self.token = token
        self.node = node
        self.due_at = due_at
        self.cycle = cycle
        self.left = left
        self.part = part


@final
class TimerFired:
    """The timer occurred; `missed` counts the cycle's points passed over meanwhile."""

    __slots__ = ("missed", "timer")

    def __init__(self, timer: int, missed: int) -> None:
        self.timer = timer
        self.missed = missed


@final
class TimerCleared:
    """The timer is no longer awaited."""

    __slots__ = ("timer",)

    def __init__(self, timer: int) -> None:
        self.timer = timer


@final
class SubscriptionOpened:
    """A message, signal or condition is awaited (`kind`: kinds.MESSAGE, SIGNAL or CONDITIONAL). `part` tells which
    definition of a multiple event."""

    __slots__ = ("key", "kind", "name", "node", "part", "subscription", "token")

    def __init__(
        self, subscription: int, token: int, node: int, kind: int, name: str, key: str | None, part: int = 0
    ) -> None:
        self.subscription = subscription
        self.token = token
        self.node = node
        self.kind = kind
        self.name = name
        self.key = key
        self.part = part


@final
class SubscriptionKeyed:
    """A message was awaited whose key nobody knew. Now another message of the conversation has told it."""

    __slots__ = ("key", "node", "subscription")

    def __init__(self, subscription: int, node: int, key: str) -> None:
        self.subscription = subscription
        self.node = node
        self.key = key


@final
class SubscriptionClosed:
    """It is no longer awaited."""

    __slots__ = ("subscription",)

    def __init__(self, subscription: int) -> None:
        self.subscription = subscription


@final
class TriggerArrived:
    """One part of a parallel multiple event has occurred and brought `values`; it is kept until all have."""

    __slots__ = ("node", "part", "token", "trigger", "values")

    def __init__(self, trigger: int, token: int, node: int, part: int, values: dict[str, object]) -> None:
        self.trigger = trigger
        self.token = token
        self.node = node
        self.part = part
        self.values = values


@final
class TriggerCleared:
    """It is no longer kept: all parts have occurred, or nobody waits for them any more."""

    __slots__ = ("trigger",)

    def __init__(self, trigger: int) -> None:
        self.trigger = trigger


@final
class MessageReceived:
    """A message was correlated to `subscription`."""

    __slots__ = ("message_id", "name", "subscription")

    def __init__(self, subscription: int, name: str, message_id: str) -> None:
        self.subscription = subscription
        self.name = name
        self.message_id = message_id


@final
class SignalReceived:
    """A signal was caught by `subscription`; `once` names the throw where its sender does."""

    __slots__ = ("name", "once", "subscription")

    def __init__(self, subscription: int, name: str, once: str = "") -> None:
        self.subscription = subscription
        self.name = name
        self.once = once


@final
class MessageThrown:
    """A message was sent by this instance."""

    __slots__ = ("name", "node")

    def __init__(self, node: int, name: str) -> None:
        self.node = node
        self.name = name


@final
class SignalThrown:
    """A signal was broadcast by this instance."""

    __slots__ = ("name", "node")

    def __init__(self, node: int, name: str) -> None:
        self.node = node
        self.name = name


@final
class ErrorThrown:
    """A BPMN error, looking for its catcher."""

    __slots__ = ("code", "message", "token")

    def __init__(self, token: int, code: str, message: str) -> None:
        self.token = token
        self.code = code
        self.message = message


@final
class ErrorCaught:
    """By the event `node`: of an activity at `token`, or of an event sub-process in a scope."""

    __slots__ = ("code", "message", "node", "token")

    def __init__(self, token: int, node: int, code: str, message: str) -> None:
        self.token = token
        self.node = node
        self.code = code
        self.message = message


@final
class EscalationThrown:
    """An escalation, looking for its catcher; `once` names one that came from a called instance."""

    __slots__ = ("code", "once", "token")

    def __init__(self, token: int, code: str, once: str = "") -> None:
        self.token = token
        self.code = code
        self.once = once


@final
class EscalationCaught:
    """By the event `node`: of an activity at `token`, or of an event sub-process in a scope."""

    __slots__ = ("code", "node", "token")

    def __init__(self, token: int, node: int, code: str) -> None:
        self.token = token
        self.node = node
        self.code = code


@final
class ClockStarted:
    """An SLA clock of a task, of the stage at a token, or of the instance (both 0) by policy `policy` of its node; in
    working time it counts by that revision of `calendar`, "" for the server's default."""

    __slots__ = ("calendar", "clock", "policy", "revision", "state", "task", "token")

    def __init__(
        self,
        clock: int,
        task: int,
        policy: int,
        state: "SlaClock",
        calendar: str = "",
        revision: int = 0,
        token: int = 0,
    ) -> None:
        self.token = token
        self.clock = clock
        self.task = task
        self.policy = policy
        self.state = state
        self.calendar = calendar
        self.revision = revision


@final
class ClockChanged:
    """`facts` says why: goal, deadline, milestone:<name> and reminder:<number>; paused and resumed with the instance,
    waiting and going on by a condition, restarted; calendar. `revision` is that of its calendar, by
    which the times are computed anew; 0 where that is the one of before, or where it has none."""

    __slots__ = ("clock", "facts", "revision", "state", "urgency")

    def __init__(self, clock: int, state: "SlaClock", facts: list[str], urgency: int, revision: int = 0) -> None:
        self.clock = clock
        self.state = state
        self.facts = facts
        self.urgency = urgency
        self.revision = revision


@final
class ClockExtended:
    """An operator has given the clock's `targets` so much more time, in working time of those that count it."""

    __slots__ = ("by_ms", "clock", "reason", "state", "targets")

    def __init__(self, clock: int, state: "SlaClock", targets: list[str], by_ms: int, reason: str) -> None:
        self.clock = clock
        self.state = state
        self.targets = targets
        self.by_ms = by_ms
        self.reason = reason


@final
class ClockStopped:
    """The clock's work is over."""

    __slots__ = ("clock", "state")

    def __init__(self, clock: int, state: "SlaClock") -> None:
        self.clock = clock
        self.state = state
