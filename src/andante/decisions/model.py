"""A DMN file compiled: decisions to be evaluated by name or id."""

from collections.abc import Mapping, Set
from typing import Any, Final, final

from andante.decisions.faults import DecisionFault, NoDecision
from andante.decisions.graph import Evaluation, Graph
from andante.decisions.nodes import DecisionNode, Invocable, KnowledgeNode, ServiceNode
from andante.decisions.types import ItemType
from andante.decisions.views import DecisionView, view_of
from andante.decisions.work import Applied, Work
from andante.expressions import EvaluationFault, Limits, Run, native
from andante.expressions.feel.support import settled
from andante.expressions.temporal import zone
from andante.markup.findings import Finding

# A decision is made of many expressions, all of which pay from one purse.
LIMITS: Final = Limits(max_steps=500_000)


@final
class Outcome:
    """What came of a decision: its `value`, exact FEEL; `rows`, the outputs of each rule that counts by name (of what
    is no table, its value); `applied`, each table on the way with the rules that matched; `messages` for people."""

    __slots__ = ("applied", "messages", "rows", "value")

    def __init__(self, value: Any, rows: list[dict[str, Any]], work: Work) -> None:
        self.value = value
        self.rows = rows
        self.applied: tuple[Applied, ...] = tuple(work.applied)
        self.messages: tuple[str, ...] = tuple(work.messages)


@final
class Decision:
    """A decision, decision service or business knowledge model of a file; immutable, shared by threads.

    `kind` is "decision", "decisionService" or "businessKnowledgeModel"; `version` the one it gives itself, or "".
    """

    __slots__ = ("_graph", "_node", "id", "kind", "name", "version")

    def __init__(self, graph: Graph, node: Invocable) -> None:
        self._graph = graph
        self._node = node
        self.id = node.id
        self.name = node.name
        self.kind = _KINDS[type(node)]
        self.version = node.version if isinstance(node, DecisionNode) else ""

    def evaluate(
        self, variables: Mapping[str, object], now: int | None = None, limits: Limits = LIMITS, zone_name: str = "UTC"
    ) -> Outcome:
        """Decide. `variables` are plain JSON or FEEL values, `now` is in ms since the epoch. Raises DecisionFault."""
        where = zone("Z" if zone_name == "UTC" else "@" + zone_name)
        if where is None:
            raise ValueError(f"there is no time zone '{zone_name}'")
        work = Work(Run(limits, now, where))
        try:
            given = {name: native(value) for name, value in variables.items()}
            value, rows = Evaluation(self._graph, work, given).value(self._node)
            return Outcome(settled(value, limits), settled(rows, limits), work)
        except EvaluationFault as fault:
            raise DecisionFault(work.decision or self.name, "", str(fault)) from None
        except RecursionError:
            raise DecisionFault(work.decision or self.name, "", "its functions or values are nested too deep") from None

    def view(self) -> DecisionView:
        """How it is made, in texts for people."""
        return view_of(self._graph, self._node, self.kind)

    def __repr__(self) -> str:
        return f"Decision({self.name!r})"


_KINDS: Final[Mapping[type, str]] = {
    DecisionNode: "decision",
    KnowledgeNode: "businessKnowledgeModel",
    ServiceNode: "decisionService",
}


@final
class DecisionModel:
    """A file: its `id` and `name`, what can be evaluated of it in order, and the warnings about it. Other files import
    it by its `namespace`: then they know its `types` and the `names` in it."""

    __slots__ = ("_by_id", "_by_name", "decisions", "graph", "id", "name", "names", "namespace", "types", "version",
                 "warnings")  # fmt: skip

    def __init__(
        self,
        id: str,
        name: str,
        graph: Graph,
        warnings: tuple[Finding, ...],
        version: str = "",
        *,
        namespace: str = "",
        types: Mapping[str, ItemType] | None = None,
        names: Set[str] = frozenset(),
    ) -> None:
        self.namespace = namespace
        self.graph = graph
        self.types: Mapping[str, ItemType] = types or {}
        self.names = names
        self.id = id
        self.name = name
        self.version = version
        self.warnings = warnings
        nodes: list[Invocable] = [*graph.decisions.values(), *graph.services.values(), *graph.knowledge.values()]
        self.decisions = tuple(Decision(graph, node) for node in nodes)
        self._by_id = {each.id: each for each in self.decisions}
        self._by_name = {each.name: each for each in reversed(self.decisions)}

    def find(self, name: str) -> Decision:
        """The one of this id or name; without a name the file's only decision. Raises NoDecision."""
        if not name:
            found = [each for each in self.decisions if each.kind == "decision"]
            if len(found) != 1:
                raise NoDecision(f"there are {len(found)} decisions: name one of them")
            return found[0]
        by_id = self._by_id.get(name)
        if by_id is not None:
            return by_id
        by_name = self._by_name.get(name)
        if by_name is None:
            raise NoDecision(f"there is no decision '{name}'")
        return by_name
