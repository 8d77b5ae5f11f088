"""What people ask of a task. See the package for the rules that all commands keep."""

from typing import final


@final
class CompleteTask:
    """A person is done: `outcome` may be ''; where several decide, it is their vote. `comment` explains it."""

    __slots__ = ("comment", "outcome", "task", "variables")

    def __init__(
        self, task: int, outcome: str = "", variables: dict[str, object] | None = None, comment: str = ""
    ) -> None:
        self.task = task
        self.outcome = outcome
        self.variables = variables
        self.comment = comment


@final
class ClaimTask:
    """`user` takes the task."""

    __slots__ = ("task", "user")

    def __init__(self, task: int, user: str) -> None:
        self.task = task
        self.user = user


@final
class AssignTask:
    """Give a task that nobody has to `user`; `how` they were chosen. Without effect where somebody has it by now."""

    __slots__ = ("how", "task", "user")

    def __init__(self, task: int, user: str, how: str) -> None:
        self.task = task
        self.user = user
        self.how = how


@final
class UnclaimTask:
    """Give it back to its candidates. `comment` says why."""

    __slots__ = ("comment", "task")

    def __init__(self, task: int, comment: str = "") -> None:
        self.task = task
        self.comment = comment


@final
class TransferTask:
    """Hand it over: the first handler is out (contract 6.3). `comment` says why."""

    __slots__ = ("comment", "task", "to")

    def __init__(self, task: int, to: str, comment: str = "") -> None:
        self.task = task
        self.to = to
        self.comment = comment


@final
class DelegateTask:
    """Let `to` act; the first handler stays the owner (contract 6.3). `comment` says why."""

    __slots__ = ("comment", "task", "to")

    def __init__(self, task: int, to: str, comment: str = "") -> None:
        self.task = task
        self.to = to
        self.comment = comment


@final
class ResolveTask:
    """The delegate is done; the task returns to its owner."""

    __slots__ = ("task", "variables")

    def __init__(self, task: int, variables: dict[str, object] | None = None) -> None:
        self.task = task
        self.variables = variables


@final
class CommentTask:
    """Add a remark."""

    __slots__ = ("task", "text")

    def __init__(self, task: int, text: str) -> None:
        self.task = task
        self.text = text


@final
class RemindTask:
    """Whoever waits for the task asks those who hold it to do it; `text` may add words."""

    __slots__ = ("task", "text")

    def __init__(self, task: int, text: str = "") -> None:
        self.task = task
        self.text = text


@final
class SetFollowUp:
    """Set or clear the follow-up date (ms)."""

    __slots__ = ("at", "task")

    def __init__(self, task: int, at: int | None) -> None:
        self.task = task
        self.at = at


@final
class ThrowTaskError:
    """Whoever does the task throws a BPMN error from it. Refused where nobody catches it."""

    __slots__ = ("code", "message", "task", "variables")

    def __init__(self, task: int, code: str, message: str = "", variables: dict[str, object] | None = None) -> None:
        self.task = task
        self.code = code
        self.message = message
        self.variables = variables


@final
class EscalateTask:
    """Whoever does the task escalates from it. Refused where nobody catches it."""

    __slots__ = ("code", "task", "variables")

    def __init__(self, task: int, code: str, variables: dict[str, object] | None = None) -> None:
        self.task = task
        self.code = code
        self.variables = variables
