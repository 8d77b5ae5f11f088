"""The facts: what a step did, in order. One class a fact; only `apply` changes the state by them.

Keys (`token`, `scope`, `task`, `timer`, ...) are small ints, unique within the instance and never used twice.
`node` and `flow` are indices into the definition's graph. Times are ms since the epoch, UTC. Plain slotted classes,
so that the core stays compilable; treat them as immutable.
"""

from andante.engine.events.approval import (
    ApprovalClosed,
    ApprovalDecided,
    ApprovalOpened,
    ApproverAsked,
    ReturnAnswered,
    ReturnEnded,
    SignersAdded,
    StepHandled,
    TaskReturned,
    VoteCast,
)
from andante.engine.events.attaching import AttachmentAdded, AttachmentRemoved
from andante.engine.events.compensation import (
    CompensationEnded,
    CompensationStarted,
    CompletionKept,
    CompletionUndoing,
)
from andante.engine.events.flow import (
    ElementEntered,
    LocalsSet,
    LoopClosed,
    LoopItemDone,
    LoopOpened,
    ScopeClosed,
    ScopeOpened,
    TokenCancelled,
    TokenDone,
    TokenEnded,
    TokenJoined,
    TokenReady,
    VariablesSet,
)
from andante.engine.events.lifecycle import (
    CommandIgnored,
    Completed,
    IncidentRaised,
    IncidentResolved,
    InputParked,
    InputUnparked,
    InstanceStarted,
    Migrated,
    PropertiesSet,
    Resumed,
    StateChanged,
    Suspended,
    Terminated,
    TokenMoved,
)
from andante.engine.events.waiting import (
    ClockChanged,
    ClockExtended,
    ClockStarted,
    ClockStopped,
    ErrorCaught,
    ErrorThrown,
    EscalationCaught,
    EscalationThrown,
    MessageReceived,
    MessageThrown,
    SignalReceived,
    SignalThrown,
    SubscriptionClosed,
    SubscriptionKeyed,
    SubscriptionOpened,
    TimerCleared,
    TimerFired,
    TimerSet,
    TriggerArrived,
    TriggerCleared,
)
from andante.engine.events.work import (
    CallEnded,
    CallStarted,
    DecisionMade,
    DoerKept,
    JobCancelled,
    JobChanged,
    JobCompleted,
    JobCreated,
    JobFailed,
    JobRetried,
    PersonsInformed,
    TaskAssigned,
    TaskCancelled,
    TaskCommented,
    TaskCompleted,
    TaskCreated,
    TaskFollowUpSet,
    TaskOffered,
    TaskReminded,
)

Event = (
    InstanceStarted
    | ElementEntered
    | TokenJoined
    | TokenDone
    | TokenReady
    | TokenEnded
    | TokenCancelled
    | ScopeOpened
    | ScopeClosed
    | LoopOpened
    | LoopItemDone
    | LoopClosed
    | LocalsSet
    | VariablesSet
    | TaskCreated
    | TaskAssigned
    | TaskCommented
    | AttachmentAdded
    | AttachmentRemoved
    | TaskCompleted
    | TaskCancelled
    | DoerKept
    | PersonsInformed
    | TaskReminded
    | TaskFollowUpSet
    | TaskOffered
    | TimerSet
    | TimerFired
    | TimerCleared
    | TriggerArrived
    | TriggerCleared
    | SubscriptionOpened
    | SubscriptionClosed
    | SubscriptionKeyed
    | MessageReceived
    | SignalReceived
    | MessageThrown
    | SignalThrown
    | JobCreated
    | JobCompleted
    | JobChanged
    | JobFailed
    | JobRetried
    | JobCancelled
    | CallStarted
    | CallEnded
    | ErrorThrown
    | ErrorCaught
    | EscalationThrown
    | EscalationCaught
    | ClockStarted
    | ClockChanged
    | ClockExtended
    | ClockStopped
    | IncidentRaised
    | IncidentResolved
    | Suspended
    | Resumed
    | InputParked
    | InputUnparked
    | CommandIgnored
    | PropertiesSet
    | StateChanged
    | Completed
    | Terminated
    | TokenMoved
    | Migrated
    | CompletionKept
    | CompensationStarted
    | CompletionUndoing
    | CompensationEnded
    | DecisionMade
    | ApprovalClosed
    | ApprovalDecided
    | ApprovalOpened
    | ApproverAsked
    | ReturnAnswered
    | ReturnEnded
    | SignersAdded
    | StepHandled
    | TaskReturned
    | VoteCast
)

__all__ = [
    "ApprovalClosed",
    "ApprovalDecided",
    "ApprovalOpened",
    "ApproverAsked",
    "AttachmentAdded",
    "AttachmentRemoved",
    "CallEnded",
    "CallStarted",
    "ClockChanged",
    "ClockExtended",
    "ClockStarted",
    "ClockStopped",
    "CommandIgnored",
    "CompensationEnded",
    "CompensationStarted",
    "Completed",
    "CompletionKept",
    "CompletionUndoing",
    "DecisionMade",
    "DoerKept",
    "ElementEntered",
    "ErrorCaught",
    "ErrorThrown",
    "EscalationCaught",
    "EscalationThrown",
    "Event",
    "IncidentRaised",
    "IncidentResolved",
    "InputParked",
    "InputUnparked",
    "InstanceStarted",
    "JobCancelled",
    "JobChanged",
    "JobCompleted",
    "JobCreated",
    "JobFailed",
    "JobRetried",
    "LocalsSet",
    "LoopClosed",
    "LoopItemDone",
    "LoopOpened",
    "MessageReceived",
    "MessageThrown",
    "Migrated",
    "PersonsInformed",
    "PropertiesSet",
    "Resumed",
    "ReturnAnswered",
    "ReturnEnded",
    "ScopeClosed",
    "ScopeOpened",
    "SignalReceived",
    "SignalThrown",
    "SignersAdded",
    "StateChanged",
    "StepHandled",
    "SubscriptionClosed",
    "SubscriptionKeyed",
    "SubscriptionOpened",
    "Suspended",
    "TaskAssigned",
    "TaskCancelled",
    "TaskCommented",
    "TaskCompleted",
    "TaskCreated",
    "TaskFollowUpSet",
    "TaskOffered",
    "TaskReminded",
    "TaskReturned",
    "Terminated",
    "TimerCleared",
    "TimerFired",
    "TimerSet",
    "TokenCancelled",
    "TokenDone",
    "TokenEnded",
    "TokenJoined",
    "TokenMoved",
    "TokenReady",
    "TriggerArrived",
    "TriggerCleared",
    "VariablesSet",
    "VoteCast",
]
