"""What a file says of correlation (BPMN 2.0.2 section 8.4.2), once it is read."""

from typing import final

from andante.expressions import Expression


@final
class Property:
    """A correlationProperty: its name, and for each message (by id) what reads it there."""

    __slots__ = ("line", "name", "paths")

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.paths: dict[str, Expression] = {}


@final
class Key:
    """A correlationKey: the ids of its properties."""

    __slots__ = ("id", "line", "properties")

    def __init__(self, id: str, line: int, properties: list[str]) -> None:
        self.id = id
        self.line = line
        self.properties = properties


@final
class Subscription:
    """That a process subscribes to a key; `bindings` are by id of the property."""

    __slots__ = ("bindings", "key", "line")

    def __init__(self, key: Key, line: int) -> None:
        self.key = key
        self.line = line
        self.bindings: dict[str, Expression] = {}


@final
class Correlations:
    """All that one file says of correlation."""

    __slots__ = ("keys", "properties", "subscriptions", "told")

    def __init__(self) -> None:
        self.properties: dict[str, Property] = {}
        self.keys: dict[str, Key] = {}
        self.subscriptions: list[Subscription] = []  # of the process that is being read
        self.told: set[tuple[str, str]] = set()
