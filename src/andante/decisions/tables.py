"""Decision tables as XML (DMN 1.5, section 8.3)."""

from typing import Final

from andante.decisions import table
from andante.decisions.reading import CAMUNDA, Reading, name_of
from andante.decisions.table import DecisionTable, Input, Output, TableRule
from andante.expressions import Part
from andante.markup.element import Element

MAX_CELLS: Final = 100_000

_POLICIES: Final = {
    "": table.UNIQUE,
    "UNIQUE": table.UNIQUE,
    "ANY": table.ANY,
    "PRIORITY": table.PRIORITY,
    "FIRST": table.FIRST,
    "RULE ORDER": table.RULE_ORDER,
    "OUTPUT ORDER": table.OUTPUT_ORDER,
    "COLLECT": table.COLLECT,
}
_ORDERED: Final = frozenset((table.PRIORITY, table.OUTPUT_ORDER))
_NULL: Final = "null"


def read_table(element: Element, reading: Reading, place: str) -> DecisionTable | None:
    """A decision table; None with faults where it cannot be read."""
    policy = _policy(element, reading)
    aggregation = element.take("aggregation").strip().upper()
    if aggregation and aggregation not in table.AGGREGATIONS:
        known = ", ".join(table.AGGREGATIONS)
        reading.fault("aggregation", element, f"There is no aggregation '{aggregation}'. Use one of {known}.")
    if policy != table.COLLECT:
        aggregation = ""
    inputs = [_input(each, reading, number) for number, each in enumerate(element.take_all("input"), 1)]
    clauses = element.take_all("output")
    outputs = [_output(each, reading, policy) for each in clauses]
    if policy in _ORDERED and outputs and not any(output.order for output in outputs):
        name = outputs[0].name
        what = f"The hit policy needs the values of the output '{name}' in their order. Add them as outputValues."
        reading.fault("noOrder", clauses[0], what)
    rules = element.take_all("rule")
    if len(rules) * (len(inputs) + len(outputs)) > MAX_CELLS:
        what = f"The table has more than {MAX_CELLS} cells. Divide it into tables that require each other."
        reading.fault("tooLarge", element, what)
        return None
    if not outputs:
        reading.fault("noOutput", element, "The table has no output. Add one.")
        return None
    if len(outputs) > 1:
        _distinct(element, outputs, reading)
    made = [_rule(each, number, inputs, outputs, reading) for number, each in enumerate(rules, 1)]
    notes = [name_of(each) for each in element.take_all("annotation")]
    label = element.take("outputLabel")
    if len(outputs) == 1 and not outputs[0].label:
        outputs[0].label = label
    reading.type(element)
    reading.leftovers(element, "preferredOrientation")
    complete = [each for each in inputs if each is not None]
    rules_read = [rule for rule in made if rule is not None]
    return DecisionTable(policy, aggregation, complete, outputs, rules_read, place, notes)


def _policy(element: Element, reading: Reading) -> str:
    text = element.take("hitPolicy").strip().upper().replace("_", " ")
    policy = _POLICIES.get(text)
    if policy is None:
        known = ", ".join(name for name in _POLICIES if name)
        reading.fault("hitPolicy", element, f"There is no hit policy '{text}'. Use one of {known}.")
        return table.UNIQUE
    return policy


def _distinct(element: Element, outputs: list[Output], reading: Reading) -> None:
    seen: set[str] = set()
    for output in outputs:
        if not output.name:
            reading.fault("outputName", element, "Each of several outputs needs a name. Give it one.")
        elif output.name in seen:
            reading.fault("duplicateName", element, f"The table has two outputs '{output.name}'. Rename one.")
        seen.add(output.name)


def _input(clause: Element, reading: Reading, number: int) -> Input | None:
    label = clause.take("label")
    expression = clause.take_one("inputExpression")
    text = reading.text(expression) if expression is not None else ""
    label = label or " ".join(text.split()) or str(number)
    place = f"input '{label}'"
    kind = None
    part: Part | None = None
    if expression is not None:
        kind = reading.type(expression)
        if text:
            part = reading.part(text, expression, place)
        reading.leftovers(expression)
    values = clause.take_one("inputValues")
    allowed: Part | None = None
    if values is not None:
        text_of_values = reading.text(values)
        allowed = reading.part(text_of_values, values, f"{place}, values", tests=True) if text_of_values else None
        reading.leftovers(values, "typeRef")
    variable = ""
    for space in CAMUNDA:
        variable = clause.take(f"{{{space}}}inputVariable") or variable
    reading.leftovers(clause)
    if not text:
        reading.fault("noInput", clause, f"The input '{label}' has no expression. Write what it looks at.")
    if part is None:
        return None
    found = Input(label, part, kind, place)
    found.allowed = allowed
    found.cell_variable = variable
    return found


def _output(clause: Element, reading: Reading, policy: str) -> Output:
    name = name_of(clause)
    kind = reading.type(clause)
    found = Output(name, kind, f"output '{name or clause.label}'")
    values = clause.take_one("outputValues")
    text = "" if values is None else reading.text(values)
    if values is not None:
        reading.is_feel(values)
        reading.leftovers(values, "typeRef")
    text_of_values = text
    if policy in _ORDERED:
        text = text or (kind.choices if kind is not None else "")
        if text:
            found.order = reading.part(f"[{text}]", clause, f"{found.place}, values")
    default = clause.take_one("defaultOutputEntry")
    if default is not None:
        text = reading.text(default)
        found.default = reading.part(text, default, f"{found.place}, default") if text else None
        reading.leftovers(default, "typeRef")
    found.values = text_of_values
    found.label = clause.take("label")
    reading.leftovers(clause)
    return found


def _rule(
    element: Element, number: int, inputs: list[Input | None], outputs: list[Output], reading: Reading
) -> TableRule | None:
    cells = element.take_all("inputEntry")
    results = element.take_all("outputEntry")
    for what, found, wanted in (("input", cells, len(inputs)), ("output", results, len(outputs))):
        if len(found) != wanted:
            text = f"Rule {number} has {len(found)} {what} entries, but the table {wanted} {what}s. Make them as many."
            reading.fault("ruleLength", element, text)
            return None
    tests = [_cell(cell, reading, number) for cell in cells]
    values: list[Part] = []
    for cell, output in zip(results, outputs, strict=True):
        text = reading.text(cell).strip()
        place = f"rule {number}, {output.place}"
        part = reading.part(_NULL if text in ("", "-") else text, cell, place)
        reading.leftovers(cell, "typeRef")
        if part is not None:
            values.append(part)
    notes = [reading.text(each) for each in element.take_all("annotationEntry")]
    description = element.take_text("description").strip()
    if description and not any(notes):
        notes = [description]
    reading.leftovers(element)
    return TableRule(number, element.id, element.line, tests, values, notes)


def _cell(cell: Element, reading: Reading, number: int) -> Part | None:
    """The tests of a cell; None where any value passes."""
    text = reading.text(cell).strip()
    language = reading.is_feel(cell)
    part = reading.part(text, cell, f"rule {number}", tests=True) if language and text not in ("", "-") else None
    reading.leftovers(cell, "typeRef")
    return part
