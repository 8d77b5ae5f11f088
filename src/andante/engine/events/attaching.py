"""Files that people attach. See the package for the rules that all facts keep."""

from typing import final


@final
class AttachmentAdded:
    """At the task of this key, or (0) at the instance. `size` in bytes, `hash` the SHA-256 of the content."""

    __slots__ = ("hash", "id", "name", "size", "task", "type")

    def __init__(self, id: str, task: int, name: str, type: str, size: int, hash: str) -> None:
        self.id = id
        self.task = task
        self.name = name
        self.type = type
        self.size = size
        self.hash = hash


@final
class AttachmentRemoved:
    """It is there no more; its content goes with the last that has the same."""

    __slots__ = ("id", "name", "size", "task")

    def __init__(self, id: str, task: int, name: str, size: int) -> None:
        self.id = id
        self.task = task
        self.name = name
        self.size = size
