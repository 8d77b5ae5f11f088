"""Decision tables (DMN 1.5, chapter 8)."""

from collections.abc import Sequence
from typing import Any, Final, final

from andante.decisions.types import ItemType
from andante.decisions.work import Applied, Rule, Scope, Work, shown
from andante.expressions import INPUT, Part
from andante.expressions.compare import contains, key_of
from andante.expressions.functions import BUILTINS

UNIQUE: Final = "U"
ANY: Final = "A"
PRIORITY: Final = "P"
FIRST: Final = "F"
RULE_ORDER: Final = "R"
OUTPUT_ORDER: Final = "O"
COLLECT: Final = "C"
SINGLE: Final = frozenset((UNIQUE, ANY, PRIORITY, FIRST))

# Aggregation of a collect table, and the built-in function that does it.
AGGREGATIONS: Final = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}


@final
class Input:
    """An input clause. `allowed` are its input values; `cell_variable` is the name by which Camunda's cells read it."""

    __slots__ = ("allowed", "cell_variable", "kind", "label", "part", "place")

    def __init__(self, label: str, part: Part, kind: ItemType | None, place: str) -> None:
        self.label = label
        self.part = part
        self.kind = kind
        self.place = place
        self.allowed: Part | None = None
        self.cell_variable = ""


@final
class Output:
    """An output clause. `order` gives its output values, the first of them with the highest priority; `values` is their
    text."""

    __slots__ = ("default", "kind", "label", "name", "order", "place", "values")

    def __init__(self, name: str, kind: ItemType | None, place: str) -> None:
        self.name = name
        self.label = ""
        self.values = ""
        self.kind = kind
        self.place = place
        self.order: Part | None = None
        self.default: Part | None = None


@final
class TableRule:
    """A rule: `cells` are None for `-`; `number` counts from 1; `notes` are its annotations."""

    __slots__ = ("cells", "id", "line", "notes", "number", "outputs")

    def __init__(
        self,
        number: int,
        id: str,
        line: int,
        cells: Sequence[Part | None],
        outputs: Sequence[Part],
        notes: Sequence[str] = (),
    ) -> None:
        self.number = number
        self.id = id
        self.line = line
        self.cells = cells
        self.outputs = outputs
        self.notes = notes

    def place(self, what: str) -> str:
        return f"rule {self.number}, {what} (line {self.line})"


@final
class DecisionTable:
    """`policy` is the letter of the hit policy, `aggregation` one of AGGREGATIONS or ""; `notes` names annotations."""

    __slots__ = ("aggregation", "inputs", "notes", "outputs", "place", "policy", "rules")

    def __init__(
        self,
        policy: str,
        aggregation: str,
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        rules: Sequence[TableRule],
        place: str,
        notes: Sequence[str] = (),
    ) -> None:
        self.notes = notes
        self.policy = policy
        self.aggregation = aggregation
        self.inputs = inputs
        self.outputs = outputs
        self.rules = rules
        self.place = place

    def evaluate(self, scope: Scope, work: Work) -> Any:
        scopes = [self._input(each, scope, work) for each in self.inputs]
        matched = self._matching(scopes, work)
        rows = [self._row(rule, scope, work) for rule in matched]
        if not rows and any(output.default is not None for output in self.outputs):
            rows = [self._default(scope, work)]
            value = self._single(rows[0])
        elif self.aggregation:
            rows = [self._aggregated(rows, work)]
            value = self._single(rows[0])
        else:
            rows = self._chosen(matched, rows, scope, work)
            value = self._value(rows)
        inputs = tuple((each.label, inner[INPUT]) for each, inner in zip(self.inputs, scopes, strict=True))
        rules = tuple(Rule(rule.number, rule.id) for rule in matched)
        work.rows = rows
        work.note(Applied(work.decision, inputs, rules, tuple(rows)))
        return value

    def _input(self, clause: Input, scope: Scope, work: Work) -> Scope:
        """The scope of a column's cells."""
        value = work.value(clause.part, scope, clause.place)
        if clause.kind is not None:
            value = work.fit(clause.kind.read(value), clause.kind, clause.place, keep=True)
        inner = {**scope, INPUT: value}
        if clause.cell_variable:
            inner[clause.cell_variable] = value
        allowed = clause.allowed
        if allowed is not None and value is not None and work.value(allowed, inner, clause.place) is not True:
            work.say(f"{clause.place} is {shown(value)}, which is none of {allowed.text}; it counts as null")
            inner[INPUT] = None
        return inner

    def _matching(self, scopes: Sequence[Scope], work: Work) -> list[TableRule]:
        found: list[TableRule] = []
        for rule in self.rules:
            for place, cell in enumerate(rule.cells):
                if cell is None:
                    continue
                where = rule.place(f"input '{self.inputs[place].label}'")
                if work.value(cell, scopes[place], where) is not True:
                    break
            else:
                found.append(rule)
                if self.policy == FIRST:
                    break
        return found

    def _row(self, rule: TableRule, scope: Scope, work: Work) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for output, part in zip(self.outputs, rule.outputs, strict=True):
            place = rule.place(f"output '{output.name}'")
            row[output.name] = work.fit(work.value(part, scope, place), output.kind, place)
        return row

    def _default(self, scope: Scope, work: Work) -> dict[str, Any]:
        return {
            output.name: None
            if output.default is None
            else work.fit(work.value(output.default, scope, output.place), output.kind, output.place)
            for output in self.outputs
        }

    def _chosen(
        self, rules: Sequence[TableRule], rows: list[dict[str, Any]], scope: Scope, work: Work
    ) -> list[dict[str, Any]]:
        """The rows that count by the hit policy, in its order."""
        if len(rows) < 2:
            return rows
        if self.policy == UNIQUE:
            numbers = ", ".join(str(rule.number) for rule in rules)
            raise work.fault(self.place, f"the rules {numbers} match, but the hit policy UNIQUE allows only one")
        if self.policy == ANY:
            if any(key_of(row) != key_of(rows[0]) for row in rows):
                numbers = ", ".join(str(rule.number) for rule in rules)
                raise work.fault(self.place, f"the rules {numbers} match with different outputs; ANY allows only one")
            return rows[:1]
        if self.policy in (PRIORITY, OUTPUT_ORDER):
            orders = [self._order(output, scope, work) for output in self.outputs]
            rows = sorted(rows, key=lambda row: self._rank(row, orders))
        return rows[:1] if self.policy == PRIORITY else rows

    def _order(self, output: Output, scope: Scope, work: Work) -> list[Any]:
        found = [] if output.order is None else work.value(output.order, scope, output.place)
        return found if isinstance(found, list) else [found]

    def _rank(self, row: dict[str, Any], orders: Sequence[list[Any]]) -> tuple[int, ...]:
        """Its outputs' places among the output values; what is not there comes last."""
        return tuple(
            next((n for n, each in enumerate(order) if contains(each, value) is True), len(order))
            for value, order in zip(row.values(), orders, strict=True)
        )

    def _single(self, row: dict[str, Any]) -> Any:
        """A row as a value: a context, or the only output itself."""
        return row if len(self.outputs) > 1 else row[self.outputs[0].name]

    def _value(self, rows: Sequence[dict[str, Any]]) -> Any:
        if self.policy in SINGLE:
            return self._single(rows[0]) if rows else None
        return [self._single(row) for row in rows]

    def _aggregated(self, rows: Sequence[dict[str, Any]], work: Work) -> dict[str, Any]:
        """One row in the place of all. Nothing counts 0 and has no sum, least or greatest."""
        function = BUILTINS[AGGREGATIONS[self.aggregation]]
        result: dict[str, Any] = {}
        for output in self.outputs:
            values = [row[output.name] for row in rows]
            if not values and self.aggregation != "COUNT":
                result[output.name] = None
                continue
            work.run.charge(len(values))
            result[output.name] = function.body(*([work.run] if function.needs_run else []), values)
            if result[output.name] is None:
                work.say(f"the outputs {shown(values)} have no {AGGREGATIONS[self.aggregation]}; the result is null")
        return result
