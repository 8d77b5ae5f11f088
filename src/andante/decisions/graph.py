"""A requirements graph being evaluated: each decision once, after those it requires (DMN 1.5, section 10.4)."""

from collections.abc import Mapping, Sequence
from typing import Any, final

from andante.decisions.nodes import DecisionNode, InputNode, Invocable, KnowledgeNode, ServiceNode
from andante.decisions.work import Scope, Work
from andante.expressions import Function, Run

Rows = list[dict[str, Any]]


@final
class Graph:
    """The elements of a file by id; `names` are their variables, which nobody sees without a requirement. `imports` are
    the graphs of other files by the name of the import."""

    __slots__ = ("decisions", "imports", "inputs", "knowledge", "names", "services")

    def __init__(self) -> None:
        self.inputs: dict[str, InputNode] = {}
        self.decisions: dict[str, DecisionNode] = {}
        self.knowledge: dict[str, KnowledgeNode] = {}
        self.services: dict[str, ServiceNode] = {}
        self.imports: dict[str, Graph] = {}
        self.names: set[str] = set()


@final
class Evaluation:
    """`given` are the variables from outside, as FEEL values; `known` the values by element id so far. What is imported
    is evaluated by evaluations of its own; `all` are those by graph and variables, each but once."""

    __slots__ = ("_all", "_children", "_free", "_functions", "_given", "_graph", "_known", "_rows", "_work")

    def __init__(
        self,
        graph: Graph,
        work: Work,
        given: Mapping[str, Any],
        known: dict[str, Any] | None = None,
        all: "dict[tuple[int, int], Evaluation] | None" = None,
    ) -> None:
        self._all: dict[tuple[int, int], Evaluation] = {} if all is None else all
        self._children: dict[str, Evaluation] = {}
        self._graph = graph
        self._work = work
        self._given = given
        self._free = {name: value for name, value in given.items() if name not in graph.names}
        self._known: dict[str, Any] = {} if known is None else known
        self._rows: dict[str, Rows] = {}
        self._functions: dict[str, Function] = {}

    def value(self, node: Invocable) -> tuple[Any, Rows]:
        """The value asked for from outside, with its rows: the outputs of each rule that counts, or the value itself.

        Raises DecisionFault.
        """
        self._work.decision = node.name
        if isinstance(node, DecisionNode):
            value = self.decision(node)
            return value, self._rows[node.id]
        if isinstance(node, ServiceNode):
            value = self._service(node, self._inputs_of(node))
        else:
            function = self._function(node.id)
            arguments = self._given_to(node, function.parameters)
            value = function.call(arguments, self._work.run)
        return value, _rows(value, node.variable)

    def decision(self, wanted: DecisionNode) -> Any:
        stack = [wanted]
        decisions, known = self._graph.decisions, self._known
        while stack:
            node = stack[-1]
            if node.id in known:
                stack.pop()
                continue
            missing = [decisions[each] for each in node.decisions if each not in known]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            self._decide(node)
        return known[wanted.id]

    def _decide(self, node: DecisionNode) -> None:
        work = self._work
        before, work.decision, work.rows = work.decision, node.name, None
        try:
            value = self._from_outside(node) if node.logic is None else node.logic.evaluate(self._scope(node), work)
            self._known[node.id] = value = work.fit(value, node.kind, "the result")
            rows = work.rows if node.outputs else None
            self._rows[node.id] = _rows(value, node.variable) if rows is None else rows
        finally:
            work.decision = before

    def _scope(self, node: DecisionNode) -> Scope:
        """What a decision sees: its requirements by their names, and variables that are no element of the file.

        As in Camunda, a required decision is also there by its id and by the names of its table's outputs, as far as
        no other thing has these names.
        """
        scope = dict(self._free)
        graph = self._graph
        for each in node.decisions:
            required = graph.decisions[each]
            scope.setdefault(required.id, self._known[each])
            rows = self._rows.get(each)
            for name in required.outputs if rows is not None else ():
                column = [row.get(name) for row in rows or ()]
                scope.setdefault(name, column[0] if len(column) == 1 else column or None)
        for each in node.decisions:
            scope[graph.decisions[each].variable] = self._known[each]
        for each in node.inputs:
            scope[graph.inputs[each].variable] = self._input(graph.inputs[each])
        for each in node.knowledge:
            scope[self._named(each)] = self._function(each)
        self._add_imported(scope, node.imported)
        return scope

    def _add_imported(self, scope: Scope, imported: Sequence[tuple[str, str]]) -> None:
        """What is required of other files: entries of a context that has the name of the import."""
        spaces: dict[str, Scope] = {}
        for prefix, id in imported:
            name, value = self._of_import(prefix).element(id)
            (spaces.setdefault(prefix, {}) if prefix else scope)[name] = value
        scope.update(spaces)

    def _of_import(self, prefix: str) -> "Evaluation":
        found = self._children.get(prefix)
        if found is None:
            graph, given = self._graph.imports[prefix], _given_to_import(self._given, prefix)
            key = (id(graph), id(given))
            found = self._all.get(key) or Evaluation(graph, self._work, given, all=self._all)
            self._all[key] = self._children[prefix] = found
        return found

    def element(self, id: str) -> tuple[str, Any]:
        """The name and the value of an element as those see it who require it."""
        graph = self._graph
        if id in graph.inputs:
            return graph.inputs[id].variable, self._input(graph.inputs[id])
        if id in graph.decisions:
            return graph.decisions[id].variable, self.decision(graph.decisions[id])
        return self._named(id), self._function(id)

    def _input(self, node: InputNode) -> Any:
        if node.id not in self._known:
            if node.variable not in self._given:
                self._work.say(f"the input '{node.name}' is not given; it counts as null")
            value = self._given.get(node.variable)
            if node.kind is not None:
                value = self._work.fit(node.kind.read(value), node.kind, f"the input '{node.name}'")
            self._known[node.id] = value
        return self._known[node.id]

    def _named(self, id: str) -> str:
        graph = self._graph
        return graph.knowledge[id].variable if id in graph.knowledge else graph.services[id].variable

    def _function(self, id: str) -> Function:
        """A business knowledge model or decision service as a function."""
        found = self._functions.get(id)
        if found is None:
            service = self._graph.services.get(id)
            found = self._service_function(service) if service is not None else self._model(self._graph.knowledge[id])
            self._functions[id] = found
        return found

    def _model(self, node: KnowledgeNode) -> Function:
        if node.function is None:
            return Function((), lambda arguments, run: None)
        scope: Scope = {self._named(each): self._function(each) for each in node.knowledge}
        self._add_imported(scope, node.imported)
        function = node.function.evaluate(scope, self._work)
        scope.setdefault(node.variable, function)  # it may call itself
        return function

    def _service_function(self, node: ServiceNode) -> Function:
        """Its parameters are the input data, then the input decisions, as they are listed."""
        graph, work = self._graph, self._work
        nodes = [*(graph.inputs[each] for each in node.input_data)]
        parameters = [
            *((each.id, each.variable, each.kind) for each in nodes),
            *((d.id, d.variable, d.kind) for d in (graph.decisions[each] for each in node.input_decisions)),
        ]

        def body(arguments: list[Any], run: Run) -> Any:
            known: dict[str, Any] = {}
            for (id, name, kind), value in zip(parameters, arguments, strict=True):
                known[id] = work.fit(value, kind, f"the parameter '{name}'")
            return self._service(node, known)

        return Function(tuple(name for _, name, _ in parameters), body)

    def _service(self, node: ServiceNode, known: dict[str, Any]) -> Any:
        inner = Evaluation(self._graph, self._work, self._given, known)
        outputs = [self._graph.decisions[each] for each in node.outputs]
        values = {each.variable: inner.decision(each) for each in outputs}
        value = values if len(outputs) != 1 else next(iter(values.values()))
        return self._work.fit(value, node.kind, f"the result of '{node.name}'")

    def _inputs_of(self, node: ServiceNode) -> dict[str, Any]:
        """The inputs of a service that is called from outside."""
        known = {each: self._input(self._graph.inputs[each]) for each in node.input_data}
        for each in node.input_decisions:
            known[each] = self._from_outside(self._graph.decisions[each])
        return known

    def _from_outside(self, node: DecisionNode) -> Any:
        """The value of a decision that somebody else has made."""
        value = self._given.get(node.variable)
        if node.kind is not None:
            value = self._work.fit(node.kind.read(value), node.kind, f"the input '{node.name}'")
        return value

    def _given_to(self, node: KnowledgeNode, names: tuple[str, ...]) -> list[Any]:
        kinds = {} if node.function is None else {each.name: each.kind for each in node.function.parameters}
        values: list[Any] = []
        for name in names:
            value, kind = self._given.get(name), kinds.get(name)
            values.append(value if kind is None else kind.read(value))
        return values


def _given_to_import(given: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """The variables for an imported file: all of them, and those that are for it alone, as in `prefix.name` or in a
    context `prefix`, by their own name."""
    own = given.get(prefix)
    found = dict(own) if prefix and isinstance(own, dict) else {}
    start = f"{prefix}."
    if prefix:
        found.update({name[len(start) :]: value for name, value in given.items() if name.startswith(start)})
    return {**given, **found} if found else given


def _rows(value: Any, name: str) -> Rows:
    """The value of what is no decision table as rows."""
    if value is None:
        return []
    return [value if isinstance(value, dict) else {name: value}]
