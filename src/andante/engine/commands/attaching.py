"""Files that people attach; their contents are elsewhere. See the package for the rules that all commands keep."""

from typing import final


@final
class AddAttachment:
    """A file is attached to the task of this key, or (0) to the instance. `size` in bytes, `hash` the SHA-256."""

    __slots__ = ("hash", "id", "name", "size", "task", "type")

    def __init__(self, id: str, task: int, name: str, type: str, size: int, hash: str) -> None:
        self.id = id
        self.task = task
        self.name = name
        self.type = type
        self.size = size
        self.hash = hash


@final
class RemoveAttachment:
    """It is taken away again, also when the instance is over."""

    __slots__ = ("id", "name", "size", "task")

    def __init__(self, id: str, task: int, name: str, size: int) -> None:
        self.id = id
        self.task = task
        self.name = name
        self.size = size
