"""What the pages read of a compiled process, as runtime.graph() gives it: shapes only, so that this room needs to know
nothing of how a process is read or run."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Reading(Protocol):
    """An expression: the variables it may read."""

    @property
    def names(self) -> frozenset[str]: ...


class Assigned(Protocol):
    """An input or output: `target` is set to `source`."""

    @property
    def target(self) -> str: ...
    @property
    def source(self) -> Reading: ...


class Flow(Protocol):
    """`target` is a node's index."""

    @property
    def target(self) -> int: ...
    @property
    def condition(self) -> Reading | None: ...


class Rule(Protocol):
    """An SLA: whether it applies, and when it starts."""

    @property
    def criteria(self) -> Reading | None: ...
    @property
    def start_when(self) -> Reading | None: ...


class Node(Protocol):
    """A flow node; `incoming` and `outgoing` are flow indices, `boundaries`, `start` and `scope` node indices (-1:
    none)."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind_name(self) -> str: ...
    @property
    def scope(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def incoming(self) -> Sequence[int]: ...
    @property
    def outgoing(self) -> Sequence[int]: ...
    @property
    def boundaries(self) -> Sequence[int]: ...
    @property
    def work(self) -> object: ...
    @property
    def inputs(self) -> Sequence[Assigned]: ...
    @property
    def outputs(self) -> Sequence[Assigned]: ...
    @property
    def slas(self) -> Sequence[Rule]: ...


class Declared(Protocol):
    """A variable that a definition declares."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def default(self) -> object: ...
    @property
    def has_default(self) -> bool: ...
    @property
    def read_only(self) -> bool: ...


class Process(Protocol):
    """The whole; `variables` is None where the definition declares none, `plain_start` -1 where each start waits for
    something to occur."""

    @property
    def nodes(self) -> Sequence[Node]: ...
    @property
    def flows(self) -> Sequence[Flow]: ...
    @property
    def starts(self) -> Sequence[int]: ...
    @property
    def plain_start(self) -> int: ...
    @property
    def variables(self) -> Mapping[str, Declared] | None: ...
    @property
    def instance_label(self) -> Reading | None: ...
