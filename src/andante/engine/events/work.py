"""User tasks, jobs and called instances. See the package for the rules that all facts keep."""

from typing import final


@final
class TaskCreated:
    """A user task is offered."""

    __slots__ = (
        "assignee",
        "due_at",
        "follow_up_at",
        "form",
        "groups",
        "name",
        "node",
        "outcomes",
        "priority",
        "queue",
        "task",
        "token",
        "users",
    )

    def __init__(
        self,
        task: int,
        token: int,
        node: int,
        name: str,
        assignee: str,
        users: list[str],
        groups: list[str],
        queue: str,
        priority: int,
        form: str,
        outcomes: list[str],
        due_at: int | None,
        follow_up_at: int | None,
    ) -> None:
        self.task = task
        self.token = token
        self.node = node
        self.name = name
        self.assignee = assignee
        self.users = users
        self.groups = groups
        self.queue = queue
        self.priority = priority
        self.form = form
        self.outcomes = outcomes
        self.due_at = due_at
        self.follow_up_at = follow_up_at


@final
class TaskAssigned:
    """Claimed, unclaimed (assignee ''), transferred, delegated, resolved, assigned by a rule, or given to a deputy:
    `how` says which. A deputy has it for its `owner`."""

    __slots__ = ("assignee", "delegated", "how", "owner", "task")

    def __init__(self, task: int, assignee: str, owner: str, delegated: bool, how: str) -> None:
        self.task = task
        self.assignee = assignee
        self.owner = owner
        self.delegated = delegated
        self.how = how


@final
class DoerKept:
    """`who` has done the user task `node`, which other tasks ask for."""

    __slots__ = ("node", "who")

    def __init__(self, node: int, who: str) -> None:
        self.node = node
        self.who = who


@final
class PersonsInformed:
    """Those whom the model wants to be told of the task, as "user:x", "group:x", ...: they may look at it."""

    __slots__ = ("task", "who")

    def __init__(self, task: int, who: list[str]) -> None:
        self.task = task
        self.who = who


@final
class TaskOffered:
    """Handed over to several, of whom one may claim it: a group, a role (`groups`) or a work queue. It is nobody's now,
    and those that it was offered to before are out."""

    __slots__ = ("groups", "queue", "task")

    def __init__(self, task: int, groups: list[str], queue: str) -> None:
        self.task = task
        self.groups = groups
        self.queue = queue


@final
class TaskCommented:
    """A remark; changes nothing else."""

    __slots__ = ("task", "text")

    def __init__(self, task: int, text: str) -> None:
        self.task = task
        self.text = text


@final
class TaskReminded:
    """Somebody who waits for it had its holders reminded; not again for a while."""

    __slots__ = ("task", "text")

    def __init__(self, task: int, text: str) -> None:
        self.task = task
        self.text = text


@final
class TaskCompleted:
    """Done by a person. What a task, job, message or signal brings follows as VariablesSet or LocalsSet."""

    __slots__ = ("outcome", "task")

    def __init__(self, task: int, outcome: str) -> None:
        self.task = task
        self.outcome = outcome


@final
class TaskCancelled:
    """Withdrawn without an outcome."""

    __slots__ = ("reason", "task")

    def __init__(self, task: int, reason: str) -> None:
        self.task = task
        self.reason = reason


@final
class TaskFollowUpSet:
    """The assignee's own reminder date."""

    __slots__ = ("follow_up_at", "task")

    def __init__(self, task: int, follow_up_at: int | None) -> None:
        self.task = task
        self.follow_up_at = follow_up_at


@final
class JobCreated:
    """Work for a worker."""

    __slots__ = ("job", "node", "priority", "retries", "token", "type")

    def __init__(self, job: int, token: int, node: int, type: str, retries: int, priority: int) -> None:
        self.job = job
        self.token = token
        self.node = node
        self.type = type
        self.retries = retries
        self.priority = priority


@final
class JobCompleted:
    """Done by a worker."""

    __slots__ = ("job",)

    def __init__(self, job: int) -> None:
        self.job = job


@final
class JobFailed:
    """A worker gave up this try; available again at `retry_at` while `retries` > 0."""

    __slots__ = ("details", "job", "message", "retries", "retry_at")

    def __init__(self, job: int, retries: int, message: str, retry_at: int, details: str = "") -> None:
        self.job = job
        self.retries = retries
        self.message = message
        self.retry_at = retry_at
        self.details = details


@final
class JobRetried:
    """An operator gave the job new tries, from `retry_at` on."""

    __slots__ = ("job", "retries", "retry_at")

    def __init__(self, job: int, retries: int, retry_at: int) -> None:
        self.job = job
        self.retries = retries
        self.retry_at = retry_at


@final
class JobChanged:
    """An operator gave the job other tries and another priority."""

    __slots__ = ("job", "priority", "retries")

    def __init__(self, job: int, retries: int, priority: int) -> None:
        self.job = job
        self.retries = retries
        self.priority = priority


@final
class JobCancelled:
    """No longer wanted."""

    __slots__ = ("job",)

    def __init__(self, job: int) -> None:
        self.job = job


@final
class CallStarted:
    """A child instance was asked for."""

    __slots__ = ("child_id", "name", "token")

    def __init__(self, token: int, child_id: str, name: str) -> None:
        self.token = token
        self.child_id = child_id
        self.name = name


@final
class CallEnded:
    """The child instance is over, or no longer wanted."""

    __slots__ = ("how", "token")

    def __init__(self, token: int, how: str) -> None:
        self.token = token
        self.how = how


@final
class DecisionMade:
    """A business rule task made a decision: by the definition of this id, its name and version, by these rules of its
    table (numbered from 1), with these messages for people."""

    __slots__ = ("decision", "definition_id", "messages", "rules", "token", "version")

    def __init__(
        self, token: int, definition_id: str, decision: str, version: str, rules: list[int], messages: list[str]
    ) -> None:
        self.token = token
        self.definition_id = definition_id
        self.decision = decision
        self.version = version
        self.rules = rules
        self.messages = messages
