"""How a decision is made, in texts for people: its table or boxed expression as written, and what it needs."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Union

from andante.decisions import logic as boxed
from andante.decisions.graph import Graph
from andante.decisions.nodes import DecisionNode, Invocable, KnowledgeNode, ServiceNode
from andante.decisions.table import DecisionTable
from andante.decisions.types import ItemType


class Column(NamedTuple):
    """An input or output of a table. `values` are those it may have; `default` of an output counts where no rule does;
    `expression` is what an input looks at, "" where that is its label."""

    label: str
    type: str
    values: str
    expression: str = ""
    default: str = ""


class RuleView(NamedTuple):
    """A rule; a cell that any value passes is ""."""

    number: int
    cells: list[str]
    outputs: list[str]
    notes: list[str]


class TableView(NamedTuple):
    """`policy` is the letter of the hit policy, `aggregation` SUM, COUNT, MIN, MAX or ""; `notes` names the columns of
    annotations."""

    policy: str
    aggregation: str
    inputs: list[Column]
    outputs: list[Column]
    notes: list[str]
    rules: list[RuleView]


class Box(NamedTuple):
    """Another boxed expression: a `text`, parts with their names, or rows of `columns`."""

    kind: str
    text: str = ""
    parts: "list[tuple[str, View]]" = []  # noqa: RUF012 # nobody changes it
    columns: list[str] = []  # noqa: RUF012
    rows: "list[list[View]]" = []  # noqa: RUF012


View = Union[TableView, Box]  # noqa: UP007 # named before it is whole


class Need(NamedTuple):
    """What it looks at or calls: `kind` input, decision, knowledge, service or imported."""

    kind: str
    id: str
    name: str
    type: str = ""
    definition_id: str = ""


class DecisionView(NamedTuple):
    """`kind` is "decision", "decisionService" or "businessKnowledgeModel"; `logic` may be nothing of its own."""

    kind: str
    type: str
    needs: list[Need]
    logic: View | None


_LOOPS: Final = {"for": "Result of each", "some": "Is true for one", "every": "Is true for all"}


def view_of(graph: Graph, node: Invocable, kind: str) -> DecisionView:
    """The view of one element of a file."""
    logic: View | None = None
    needs: list[Need] = []
    if isinstance(node, DecisionNode):
        needs.extend(Need("input", id, graph.inputs[id].name, _type(graph.inputs[id].kind)) for id in node.inputs)
        needs.extend(_decision(graph, id) for id in node.decisions)
        needs.extend(_knowledge(graph, id) for id in node.knowledge)
        logic = None if node.logic is None else shown(node.logic)
    elif isinstance(node, KnowledgeNode):
        needs.extend(_knowledge(graph, id) for id in node.knowledge)
        logic = None if node.function is None else shown(node.function)
    else:
        needs.extend(_decision(graph, id) for id in node.outputs)
        needs.extend(_decision(graph, id)._replace(kind="input") for id in node.input_decisions)
        needs.extend(Need("input", id, graph.inputs[id].name, _type(graph.inputs[id].kind)) for id in node.input_data)
    if not isinstance(node, ServiceNode):
        needs.extend(Need("imported", id, f"{prefix}: {_far(graph, prefix, id)}") for prefix, id in node.imported)
    return DecisionView(kind, _type(node.kind), needs, logic)


def _decision(graph: Graph, id: str) -> Need:
    node = graph.decisions[id]
    return Need("decision", id, node.name, _type(node.kind))


def _knowledge(graph: Graph, id: str) -> Need:
    node = graph.knowledge.get(id) or graph.services[id]
    return Need("knowledge" if isinstance(node, KnowledgeNode) else "service", id, node.name, _type(node.kind))


def _far(graph: Graph, prefix: str, id: str) -> str:
    far = graph.imports.get(prefix)
    groups = () if far is None else (far.decisions, far.knowledge, far.services, far.inputs)
    return next((group[id].name for group in groups if id in group), id)


def _type(kind: ItemType | None) -> str:
    return "" if kind is None else kind.name or kind.kind


def shown(logic: boxed.Logic) -> View:
    """A table or boxed expression, and all that is in it."""
    if isinstance(logic, boxed.Typed):
        return shown(logic.logic)
    if isinstance(logic, DecisionTable):
        return _table(logic)
    if isinstance(logic, boxed.Literal):
        return Box("literal", logic.part.text)
    if isinstance(logic, boxed.Context):
        parts = [(name, shown(each)) for name, each in logic.entries]
        return Box("context", parts=parts if logic.result is None else [*parts, ("Result", shown(logic.result))])
    if isinstance(logic, boxed.Items):
        return Box("list", parts=_parts(*((str(n), each) for n, each in enumerate(logic.items, 1))))
    if isinstance(logic, boxed.Relation):
        return Box("relation", columns=list(logic.columns), rows=[[shown(cell) for cell in row] for row in logic.rows])
    if isinstance(logic, boxed.Invocation):
        return Box("invocation", parts=_parts(("Function", logic.callee), *logic.arguments))
    if isinstance(logic, boxed.FunctionLogic):
        names = ", ".join(f"{each.name}: {_type(each.kind)}" if each.kind else each.name for each in logic.parameters)
        return Box("function", f"function({names})", _parts(("Result", logic.body)))
    if isinstance(logic, boxed.Conditional):
        return Box(
            "conditional", parts=_parts(("If", logic.condition), ("Then", logic.then), ("Else", logic.otherwise))
        )
    if isinstance(logic, boxed.Filter):
        return Box("filter", parts=_parts(("Items of", logic.source), ("Where", logic.test)))
    if isinstance(logic, boxed.Loop):
        return Box("loop", parts=_parts((f"Each {logic.variable} of", logic.source), (_LOOPS[logic.kind], logic.body)))
    raise AssertionError(f"{type(logic).__name__} is no boxed expression")


def _parts(*parts: tuple[str, boxed.Logic]) -> list[tuple[str, View]]:
    return [(name, shown(each)) for name, each in parts]


def _table(table: DecisionTable) -> TableView:
    inputs = [
        Column(
            each.label, _type(each.kind), "" if each.allowed is None else each.allowed.text,
            "" if " ".join(each.part.text.split()) == each.label else each.part.text,
        )
        for each in table.inputs
    ]  # fmt: skip
    outputs = [
        Column(
            each.label or each.name, _type(each.kind), each.values,
            default="" if each.default is None else each.default.text,
        )
        for each in table.outputs
    ]  # fmt: skip
    width = max((len(rule.notes) for rule in table.rules), default=0)
    notes = [*table.notes, *[""] * (width - len(table.notes))]
    rules = [
        RuleView(
            rule.number,
            ["" if cell is None else cell.text for cell in rule.cells],
            [part.text for part in rule.outputs],
            _filled(rule.notes, len(notes)),
        )
        for rule in table.rules
    ]
    return TableView(table.policy, table.aggregation, inputs, outputs, notes, rules)


def _filled(notes: Sequence[str], width: int) -> list[str]:
    return [*notes, *[""] * (width - len(notes))]
