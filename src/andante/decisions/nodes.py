"""The elements of a decision requirements graph (DMN 1.5, section 6.3). Requirements are ids of other elements of the
file; what is `imported` from another file is the name of the import and an id there."""

from collections.abc import Sequence
from typing import final

from andante.decisions.logic import FunctionLogic, Logic
from andante.decisions.types import ItemType


@final
class InputNode:
    """Input data. `variable` is the name it is read by."""

    __slots__ = ("id", "kind", "name", "variable")

    def __init__(self, id: str, name: str, variable: str, kind: ItemType | None) -> None:
        self.id = id
        self.name = name
        self.variable = variable
        self.kind = kind


class _Node:
    """What can be evaluated or called: `variable` is the name its value is read by, `kind` the type it is to have."""

    __slots__ = ("id", "kind", "line", "name", "variable")

    def __init__(self, id: str, name: str, variable: str, kind: ItemType | None, line: int) -> None:
        self.id = id
        self.name = name
        self.variable = variable
        self.kind = kind
        self.line = line


@final
class DecisionNode(_Node):
    """A decision; without `logic` its value is given from outside. `outputs` are the names of its table's outputs;
    `version` is the one it gives itself."""

    __slots__ = ("decisions", "imported", "inputs", "knowledge", "logic", "outputs", "version")

    def __init__(self, id: str, name: str, variable: str, kind: ItemType | None, line: int) -> None:
        super().__init__(id, name, variable, kind, line)
        self.inputs: Sequence[str] = ()
        self.decisions: Sequence[str] = ()
        self.knowledge: Sequence[str] = ()
        self.imported: Sequence[tuple[str, str]] = ()
        self.outputs: Sequence[str] = ()
        self.logic: Logic | None = None
        self.version = ""


@final
class KnowledgeNode(_Node):
    """A business knowledge model: a function that decisions call by its name."""

    __slots__ = ("function", "imported", "knowledge")

    def __init__(self, id: str, name: str, variable: str, kind: ItemType | None, line: int) -> None:
        super().__init__(id, name, variable, kind, line)
        self.knowledge: Sequence[str] = ()
        self.imported: Sequence[tuple[str, str]] = ()
        self.function: FunctionLogic | None = None


@final
class ServiceNode(_Node):
    """A decision service: decisions evaluated together, whose input decisions are given from outside."""

    __slots__ = ("input_data", "input_decisions", "outputs")

    def __init__(self, id: str, name: str, variable: str, kind: ItemType | None, line: int) -> None:
        super().__init__(id, name, variable, kind, line)
        self.outputs: Sequence[str] = ()
        self.input_decisions: Sequence[str] = ()
        self.input_data: Sequence[str] = ()


Invocable = DecisionNode | KnowledgeNode | ServiceNode
