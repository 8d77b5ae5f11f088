"""From objects to lists of plain values and back: a class is a code number and its constructor's arguments in order.

Codes and the order of arguments are written on disks: never change one, only add. An argument that is added comes last
and has a default, so that old bytes still decode.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from andante.codec.spelled import SPELLED
from andante.engine import commands as cmd
from andante.engine import effects as fx
from andante.engine import events as ev
from andante.engine.approvals import Seat
from andante.engine.waits import Clock, Incident, Subscription, Task, Timer
from andante.timing.sla import SlaClock

Packed = Any


class CodecFault(Exception):
    """Bytes that this release cannot read."""


COMMANDS: Final[dict[int, type]] = {
    1: cmd.Start,
    2: cmd.CompleteTask,
    3: cmd.ClaimTask,
    4: cmd.UnclaimTask,
    5: cmd.TransferTask,
    6: cmd.DelegateTask,
    7: cmd.ResolveTask,
    8: cmd.CommentTask,
    9: cmd.SetFollowUp,
    10: cmd.FireTimers,
    11: cmd.DeliverMessage,
    12: cmd.DeliverSignal,
    13: cmd.CompleteJob,
    14: cmd.FailJob,
    15: cmd.ThrowError,
    16: cmd.CompleteCall,
    17: cmd.FailCall,
    18: cmd.SetVariables,
    19: cmd.Suspend,
    20: cmd.Resume,
    21: cmd.Terminate,
    22: cmd.Retry,
    23: cmd.Escalate,
    24: cmd.LookAtConditions,
    25: cmd.RemindTask,
    26: cmd.AssignTask,
    27: cmd.LookAtDeputies,
    28: cmd.ThrowTaskError,
    29: cmd.EscalateTask,
    30: cmd.FollowCalendar,
    31: cmd.ExtendClock,
    40: cmd.MoveToken,
    41: cmd.Migrate,
    42: cmd.ChangeJob,
    43: cmd.Modify,
    50: cmd.AddSigners,
    51: cmd.ReturnTask,
    60: cmd.AddAttachment,
    61: cmd.RemoveAttachment,
}
EFFECTS: Final[dict[int, type]] = {
    1: fx.StartChild,
    2: fx.TellChild,
    3: fx.TellParent,
    4: fx.PublishMessage,
    5: fx.BroadcastSignal,
    6: fx.Notify,
    8: fx.ChooseAssignee,
}
EVENTS: Final[dict[int, type]] = {
    1: ev.InstanceStarted,
    2: ev.ElementEntered,
    3: ev.TokenJoined,
    4: ev.TokenDone,
    5: ev.TokenReady,
    6: ev.TokenEnded,
    7: ev.TokenCancelled,
    8: ev.ScopeOpened,
    9: ev.ScopeClosed,
    10: ev.LoopOpened,
    11: ev.LoopItemDone,
    12: ev.LoopClosed,
    13: ev.LocalsSet,
    14: ev.VariablesSet,
    15: ev.TaskCreated,
    16: ev.TaskAssigned,
    17: ev.TaskCommented,
    18: ev.TaskCompleted,
    19: ev.TaskCancelled,
    20: ev.TaskFollowUpSet,
    21: ev.TimerSet,
    22: ev.TimerFired,
    23: ev.TimerCleared,
    24: ev.SubscriptionOpened,
    25: ev.SubscriptionClosed,
    26: ev.MessageReceived,
    27: ev.SignalReceived,
    28: ev.MessageThrown,
    29: ev.SignalThrown,
    30: ev.JobCreated,
    31: ev.JobCompleted,
    32: ev.JobFailed,
    33: ev.JobRetried,
    34: ev.JobCancelled,
    35: ev.CallStarted,
    36: ev.CallEnded,
    37: ev.ErrorThrown,
    38: ev.ErrorCaught,
    39: ev.ClockStarted,
    40: ev.ClockChanged,
    41: ev.ClockStopped,
    42: ev.IncidentRaised,
    43: ev.IncidentResolved,
    44: ev.Suspended,
    45: ev.Resumed,
    46: ev.InputParked,
    47: ev.InputUnparked,
    48: ev.CommandIgnored,
    49: ev.PropertiesSet,
    50: ev.StateChanged,
    51: ev.Completed,
    52: ev.Terminated,
    53: ev.EscalationThrown,
    54: ev.EscalationCaught,
    55: ev.TriggerArrived,
    56: ev.TriggerCleared,
    57: ev.SubscriptionKeyed,
    58: ev.TaskReminded,
    59: ev.DoerKept,
    60: ev.PersonsInformed,
    70: ev.CompletionKept,
    71: ev.CompensationStarted,
    72: ev.CompletionUndoing,
    73: ev.CompensationEnded,
    80: ev.TokenMoved,
    81: ev.Migrated,
    90: ev.DecisionMade,
    92: ev.ClockExtended,
    93: ev.TaskOffered,
    94: ev.JobChanged,
    100: ev.ApprovalOpened,
    101: ev.ApproverAsked,
    102: ev.VoteCast,
    103: ev.SignersAdded,
    104: ev.ApprovalDecided,
    105: ev.ApprovalClosed,
    106: ev.StepHandled,
    107: ev.TaskReturned,
    108: ev.ReturnAnswered,
    109: ev.ReturnEnded,
    120: ev.AttachmentAdded,
    121: ev.AttachmentRemoved,
}


# So many of their last arguments were added later. They are left out from the end as far as they say nothing, so that
# older bytes are still written the same.
LATER: Final[dict[type, int]] = {
    ev.TimerSet: 1,
    ev.SubscriptionOpened: 1,
    Timer: 1,
    Subscription: 1,
    Task: 1,
    cmd.Start: 1,
    cmd.DeliverSignal: 1,
    ev.SignalReceived: 1,
    cmd.CompleteTask: 1,
    cmd.UnclaimTask: 1,
    cmd.TransferTask: 1,
    cmd.DelegateTask: 1,
    cmd.Retry: 1,
    ev.ClockStarted: 3,
    ev.ClockChanged: 1,
    Clock: 3,
    fx.Notify: 1,
    ev.IncidentRaised: 1,
    Incident: 1,
    cmd.CompleteJob: 2,
    cmd.FailJob: 3,
    ev.JobFailed: 1,
}
CLOCKED: Final = frozenset((ev.ClockStarted, ev.ClockChanged, ev.ClockExtended, ev.ClockStopped))


def arguments(kind: type) -> list[str]:
    """The constructor's arguments, in order; each is an attribute of the same name."""
    if "__init__" not in vars(kind):
        return []
    return list(inspect.signature(kind).parameters)


def packer(kind: type, *head: int) -> Callable[[Any], tuple[Any, ...]]:
    """A function from an object to `head` and the values of its arguments, made once: no reflection at run time."""
    parts = [str(code) for code in head] + [f"thing.{name}" for name in arguments(kind)]
    least = len(parts) - LATER.get(kind, 0)
    text = f"({', '.join(parts[:least])},)"
    for n in range(least, len(parts)):
        text = f"({', '.join(parts[: n + 1])},) if {parts[n]} else {text}"
    pack: Callable[[Any], tuple[Any, ...]] = eval(f"lambda thing: {text}")  # noqa: S307 # our own names
    return pack


@final
class Family:
    """Classes of one kind: packs and unpacks any of them. `nested` tells how to read an argument that is no plain
    value, by name; clocks are read so in those that have one."""

    def __init__(self, kinds: Mapping[int, type], nested: Mapping[str, Callable[[Any], Any]]) -> None:
        self._pack: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
        self._make: dict[int, tuple[type, int, Callable[[Any], Any] | None]] = {}
        for code, kind in kinds.items():
            self._pack[kind] = SPELLED.get(kind) or packer(kind, code)
            names = arguments(kind)
            where, unpack = -1, None
            for name, change in nested.items():
                if name in names:
                    where, unpack = names.index(name), change
            if kind in CLOCKED:
                where, unpack = names.index("state"), SlaClock.from_tuple
            self._make[code] = (kind, where, unpack)

    def __contains__(self, kind: type) -> bool:
        return kind in self._pack

    def pack(self, thing: object) -> tuple[Any, ...]:
        return self._pack[thing.__class__](thing)

    def unpack(self, packed: list[Any]) -> Any:
        """Raises CodecFault for a class that this release does not know."""
        made = self._make.get(packed[0])
        if made is None:
            raise CodecFault(f"the bytes hold a thing of code {packed[0]}, which only a later release knows")
        kind, where, change = made
        if change is not None and len(packed) > where + 1:
            packed[where + 1] = change(packed[where + 1])
        return kind(*packed[1:])


_seat: Final = packer(Seat)


def hook(thing: object) -> Packed:
    """What msgspec cannot write by itself: commands, clocks and seats inside of other things."""
    if isinstance(thing, SlaClock):
        return thing.as_tuple()
    if isinstance(thing, Seat):
        return _seat(thing)
    if thing.__class__ in commands:
        return commands.pack(thing)
    raise TypeError(f"a {type(thing).__name__} cannot be stored")


def _moves(packed: list[Any] | None) -> list[Any] | None:
    return None if packed is None else [commands.unpack(each) for each in packed]


commands: Final = Family(COMMANDS, {"moves": _moves})
effects: Final = Family(EFFECTS, {"command": commands.unpack})
events: Final = Family(EVENTS, {"command": commands.unpack})
