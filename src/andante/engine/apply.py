"""The only writer of state: one function a fact. `fold(events) == state` is a property that the tests hold us to.

A fact is applied the moment it is recorded, and again, in the same order, when a journal is replayed.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.state import (
    ACTIVE,
    COMPLETED,
    COMPLETING,
    DONE,
    JOINED,
    NEW,
    READY,
    Instance,
    Loop,
    Scope,
    Token,
    Wait,
)  # fmt: skip
from andante.engine.waits import Call, Clock, Incident, Job, Subscription, Task, Timer

SEEN_MESSAGES: Final = 50  # ids of messages remembered, so that a repeated one has no second effect


def begin(instance: Instance, now: int, actor: str) -> None:
    """Open a journal entry: the facts that follow belong to sequence number `instance.seq`."""
    instance.seq += 1
    instance.modified_at = now
    instance.modified_by = actor


def apply(instance: Instance, event: ev.Event) -> None:
    APPLIERS[event.__class__](instance, event)


def fold(instance: Instance, entries: Iterable[tuple[int, str, Iterable[ev.Event]]]) -> Instance:
    """Replay journal entries (time in ms, actor, facts) over `instance`."""
    for now, actor, facts in entries:
        begin(instance, now, actor)
        for fact in facts:
            apply(instance, fact)
    return instance


def _use(instance: Instance, key: int) -> None:
    if key > instance.last_key:
        instance.last_key = key


def _wait(instance: Instance, key: int, wait: Wait) -> None:
    if key > instance.last_key:
        instance.last_key = key
    token = instance.tokens[wait.token]
    if token.waits is None:
        token.waits = {}
    token.waits[key] = wait


def _unwait(instance: Instance, key: int, wait: Wait) -> None:
    waits = instance.tokens[wait.token].waits
    if waits is not None:
        waits.pop(key, None)


def _started(instance: Instance, e: ev.InstanceStarted) -> None:
    instance.definition_id = e.definition_id
    instance.name = e.name
    instance.version = e.version
    instance.label = e.label
    instance.title = e.title
    instance.business_key = e.business_key
    instance.parent_id = e.parent_id
    instance.parent_token = e.parent_token
    instance.root_id = e.root_id
    instance.depth = e.depth
    instance.is_test = e.is_test
    instance.held = e.held
    instance.created_by = e.created_by
    instance.ext = e.ext
    instance.started_at = instance.modified_at
    instance.state = NEW
    instance.scopes[0] = Scope(0, -1, -1, 0, dict(e.variables))


def _entered(instance: Instance, e: ev.ElementEntered) -> None:
    token = instance.tokens.get(e.token)
    if token is None:
        if e.token > instance.last_key:
            instance.last_key = e.token
        instance.tokens[e.token] = Token(e.token, e.node, e.scope, e.flow, e.loop)
        instance.scopes[e.scope].tokens[e.token] = None
        if e.loop:
            instance.loops[e.loop].inner[e.token] = None
        return
    if token.phase == JOINED:
        _unjoin(instance, token)
    token.node = e.node
    token.flow = e.flow
    token.phase = READY
    token.locals = None


def _unjoin(instance: Instance, token: Token) -> None:
    joined = instance.scopes[token.scope].joined
    waiting = joined[token.node]
    waiting.remove(token.key)
    if not waiting:
        del joined[token.node]


def _active(instance: Instance, e: ev.TokenActive) -> None:
    instance.tokens[e.token].phase = ACTIVE


def _joined(instance: Instance, e: ev.TokenJoined) -> None:
    token = instance.tokens[e.token]
    token.phase = JOINED
    instance.scopes[token.scope].joined.setdefault(token.node, []).append(token.key)


def _done(instance: Instance, e: ev.TokenDone) -> None:
    token = instance.tokens[e.token]
    if token.phase == JOINED:
        _unjoin(instance, token)
    token.phase = DONE if e.mapped else COMPLETING


def _ready(instance: Instance, e: ev.TokenReady) -> None:
    instance.tokens[e.token].phase = READY


def _ended(instance: Instance, e: ev.TokenEnded | ev.TokenCancelled) -> None:
    token = instance.tokens.pop(e.token)
    if token.phase == JOINED:
        _unjoin(instance, token)
    del instance.scopes[token.scope].tokens[e.token]
    if token.loop and token.loop in instance.loops:
        instance.loops[token.loop].inner.pop(e.token, None)


def _scope_opened(instance: Instance, e: ev.ScopeOpened) -> None:
    _use(instance, e.scope)
    token = instance.tokens[e.token]
    instance.scopes[e.scope] = Scope(e.scope, e.node, e.parent, e.token, token.locals or {})
    token.locals = None
    token.child = e.scope


def _scope_closed(instance: Instance, e: ev.ScopeClosed) -> None:
    scope = instance.scopes.pop(e.scope)
    instance.tokens[scope.token].child = 0


def _loop_opened(instance: Instance, e: ev.LoopOpened) -> None:
    outputs: list[object] = [None] * e.total
    instance.loops[e.token] = Loop(e.token, e.items, e.total, e.sequential, outputs=outputs)


def _loop_advanced(instance: Instance, e: ev.LoopAdvanced) -> None:
    instance.loops[e.token].started = e.index + 1


def _loop_item(instance: Instance, e: ev.LoopItemDone) -> None:
    loop = instance.loops[e.token]
    loop.done += 1
    if loop.outputs is not None:
        loop.outputs[e.index] = e.output


def _loop_closed(instance: Instance, e: ev.LoopClosed) -> None:
    del instance.loops[e.token]


def _locals(instance: Instance, e: ev.LocalsSet) -> None:
    token = instance.tokens[e.token]
    if token.locals is None:
        token.locals = {}
    token.locals.update(e.values)


def _variables(instance: Instance, e: ev.VariablesSet) -> None:
    instance.scopes[e.holder].variables.update(e.values)


def _task_created(instance: Instance, e: ev.TaskCreated) -> None:
    task = Task(
        e.task, e.token, e.node, e.name, e.assignee, e.users, e.groups, e.queue, e.priority, e.form, e.outcomes,
        e.due_at, e.follow_up_at, instance.modified_at,
    )  # fmt: skip
    instance.tasks[e.task] = task
    _wait(instance, e.task, task)


def _task_assigned(instance: Instance, e: ev.TaskAssigned) -> None:
    task = instance.tasks[e.task]
    task.assignee = e.assignee
    task.owner = e.owner
    task.delegated = e.delegated
    instance.last_handler = instance.modified_by


def _task_completed(instance: Instance, e: ev.TaskCompleted) -> None:
    _unwait(instance, e.task, instance.tasks.pop(e.task))
    instance.task_outcome = e.outcome
    instance.last_handler = instance.modified_by


def _task_cancelled(instance: Instance, e: ev.TaskCancelled) -> None:
    _unwait(instance, e.task, instance.tasks.pop(e.task))


def _follow_up(instance: Instance, e: ev.TaskFollowUpSet) -> None:
    instance.tasks[e.task].follow_up_at = e.follow_up_at


def _timer_set(instance: Instance, e: ev.TimerSet) -> None:
    timer = Timer(e.timer, e.token, e.node, e.due_at, e.cycle, e.left)
    instance.timers[e.timer] = timer
    _wait(instance, e.timer, timer)


def _timer_gone(instance: Instance, e: ev.TimerFired | ev.TimerCleared) -> None:
    _unwait(instance, e.timer, instance.timers.pop(e.timer))


def _subscription_opened(instance: Instance, e: ev.SubscriptionOpened) -> None:
    subscription = Subscription(e.subscription, e.token, e.node, e.kind, e.name, e.key)
    instance.subscriptions[e.subscription] = subscription
    _wait(instance, e.subscription, subscription)


def _subscription_closed(instance: Instance, e: ev.SubscriptionClosed) -> None:
    _unwait(instance, e.subscription, instance.subscriptions.pop(e.subscription))


def _message_received(instance: Instance, e: ev.MessageReceived) -> None:
    if e.message_id:
        instance.seen.append(e.message_id)
        del instance.seen[:-SEEN_MESSAGES]


def _job_created(instance: Instance, e: ev.JobCreated) -> None:
    job = Job(e.job, e.token, e.node, e.type, e.retries, e.priority)
    instance.jobs[e.job] = job
    _wait(instance, e.job, job)


def _job_gone(instance: Instance, e: ev.JobCompleted | ev.JobCancelled) -> None:
    _unwait(instance, e.job, instance.jobs.pop(e.job))


def _job_tries(instance: Instance, e: ev.JobFailed | ev.JobRetried) -> None:
    job = instance.jobs[e.job]
    job.retries = e.retries
    job.retry_at = e.retry_at


def _call_started(instance: Instance, e: ev.CallStarted) -> None:
    call = Call(e.token, e.child_id, e.name)
    instance.calls[e.token] = call
    _wait(instance, e.token, call)


def _call_ended(instance: Instance, e: ev.CallEnded) -> None:
    _unwait(instance, e.token, instance.calls.pop(e.token))


def _clock_started(instance: Instance, e: ev.ClockStarted) -> None:
    clock = Clock(e.clock, e.task, e.policy, e.state)
    instance.clocks[e.clock] = clock
    if e.task:
        instance.tasks[e.task].clocks.append(clock)
    _use(instance, e.clock)


def _clock_changed(instance: Instance, e: ev.ClockChanged) -> None:
    clock = instance.clocks[e.clock]
    clock.state = e.state
    if e.urgency:
        instance.urgency += e.urgency
        task = instance.tasks.get(clock.task)
        if task is not None:
            task.urgency += e.urgency


def _clock_stopped(instance: Instance, e: ev.ClockStopped) -> None:
    clock = instance.clocks.pop(e.clock)
    task = instance.tasks.get(clock.task)
    if task is not None:
        task.clocks.remove(clock)


def _incident(instance: Instance, e: ev.IncidentRaised) -> None:
    _use(instance, e.incident)
    instance.incidents[e.incident] = Incident(e.incident, e.token, e.kind, e.message, instance.modified_at)


def _incident_resolved(instance: Instance, e: ev.IncidentResolved) -> None:
    del instance.incidents[e.incident]


def _suspended(instance: Instance, e: ev.Suspended) -> None:
    if e.held:
        instance.held = True
    else:
        instance.suspended = True


def _resumed(instance: Instance, e: ev.Resumed) -> None:
    if e.held:
        instance.held = False
    else:
        instance.suspended = False


def _parked(instance: Instance, e: ev.InputParked) -> None:
    instance.parked.append(e.command)


def _unparked(instance: Instance, _: ev.InputUnparked) -> None:
    del instance.parked[0]


def _properties(instance: Instance, e: ev.PropertiesSet) -> None:
    for name, value in e.values.items():
        if name == "title":
            instance.title = str(value)
        elif name == "business_key":
            instance.business_key = str(value)
        elif name == "label":
            instance.label = str(value)
        else:
            instance.properties[name] = value


def _state(instance: Instance, e: ev.StateChanged) -> None:
    instance.state = e.state


def _close(instance: Instance, state: str) -> None:
    instance.state = state
    instance.ended_at = instance.modified_at
    instance.suspended = False
    instance.held = False
    instance.parked.clear()


def _completed(instance: Instance, _: ev.Completed) -> None:
    _close(instance, COMPLETED)


def _terminated(instance: Instance, e: ev.Terminated) -> None:
    _close(instance, e.state)


def _nothing(_: Instance, __: object) -> None:
    """A fact for the journal alone."""


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.InstanceStarted: _started,
    ev.ElementEntered: _entered,
    ev.TokenActive: _active,
    ev.TokenJoined: _joined,
    ev.TokenDone: _done,
    ev.TokenReady: _ready,
    ev.TokenEnded: _ended,
    ev.TokenCancelled: _ended,
    ev.ScopeOpened: _scope_opened,
    ev.ScopeClosed: _scope_closed,
    ev.LoopOpened: _loop_opened,
    ev.LoopAdvanced: _loop_advanced,
    ev.LoopItemDone: _loop_item,
    ev.LoopClosed: _loop_closed,
    ev.LocalsSet: _locals,
    ev.VariablesSet: _variables,
    ev.TaskCreated: _task_created,
    ev.TaskAssigned: _task_assigned,
    ev.TaskCommented: _nothing,
    ev.TaskCompleted: _task_completed,
    ev.TaskCancelled: _task_cancelled,
    ev.TaskFollowUpSet: _follow_up,
    ev.TimerSet: _timer_set,
    ev.TimerFired: _timer_gone,
    ev.TimerCleared: _timer_gone,
    ev.SubscriptionOpened: _subscription_opened,
    ev.SubscriptionClosed: _subscription_closed,
    ev.MessageReceived: _message_received,
    ev.SignalReceived: _nothing,
    ev.MessageThrown: _nothing,
    ev.SignalThrown: _nothing,
    ev.JobCreated: _job_created,
    ev.JobCompleted: _job_gone,
    ev.JobFailed: _job_tries,
    ev.JobRetried: _job_tries,
    ev.JobCancelled: _job_gone,
    ev.CallStarted: _call_started,
    ev.CallEnded: _call_ended,
    ev.ErrorThrown: _nothing,
    ev.ErrorCaught: _nothing,
    ev.ClockStarted: _clock_started,
    ev.ClockChanged: _clock_changed,
    ev.ClockStopped: _clock_stopped,
    ev.IncidentRaised: _incident,
    ev.IncidentResolved: _incident_resolved,
    ev.Suspended: _suspended,
    ev.Resumed: _resumed,
    ev.InputParked: _parked,
    ev.InputUnparked: _unparked,
    ev.CommandIgnored: _nothing,
    ev.PropertiesSet: _properties,
    ev.StateChanged: _state,
    ev.Completed: _completed,
    ev.Terminated: _terminated,
}
