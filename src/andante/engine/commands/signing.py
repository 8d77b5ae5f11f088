"""What approvers ask beside an answer: more signers, or that somebody does an earlier step again (see commands.py)."""

from typing import final


@final
class AddSigners:
    """`to`, items "user:x", "group:x", "role:x", "queue:x" or bare names, sign before, with or after (`mode`) whoever
    has the task."""

    __slots__ = ("comment", "mode", "task", "to")

    def __init__(self, task: int, to: list[str], mode: str, comment: str = "") -> None:
        self.task = task
        self.to = to
        self.mode = mode
        self.comment = comment


@final
class ReturnTask:
    """Back to the element `to`, or to INITIATOR; `direct`: from there straight back to here."""

    __slots__ = ("comment", "direct", "task", "to")

    def __init__(self, task: int, to: str, direct: bool = False, comment: str = "") -> None:
        self.task = task
        self.to = to
        self.direct = direct
        self.comment = comment
