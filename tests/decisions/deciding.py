"""Small DMN files for tests, and what they decide."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import pytest

from andante.decisions import DecisionModel, Outcome, read_dmn
from andante.expressions import compile_feel
from andante.markup.findings import Finding, ModelRefused

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"  # 1.5
SPACES = (
    'xmlns:camunda="http://camunda.org/schema/1.0/dmn" xmlns:other="http://example.org/other" '
    'xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"'
)


def dmn(body: str, *, attributes: str = "", version: str = DMN) -> bytes:
    """A file of these elements; each newline in `body` is a line of the file."""
    head = f'<definitions xmlns="{version}" {SPACES} id="D" name="D" namespace="t" {attributes}>'
    return f"{head}{body}</definitions>".encode()


def decision(name: str, logic: str, *, needs: Sequence[str] = (), knows: Sequence[str] = (), type: str = "") -> str:
    """A decision whose id is its name in one word. `needs` are names of decisions, or of input data after a ">"."""
    required = "".join(
        f'<informationRequirement><requiredInput href="#{_id(each[1:])}"/></informationRequirement>'
        if each[0] == ">"
        else f'<informationRequirement><requiredDecision href="#{_id(each)}"/></informationRequirement>'
        for each in needs
    )
    required += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(each)}"/></knowledgeRequirement>' for each in knows
    )
    return (
        f"<decision id={quoteattr(_id(name))} name={quoteattr(name)}>{variable(name, type)}{required}{logic}</decision>"
    )


def _id(name: str) -> str:
    return name.replace(" ", "_")


def variable(name: str, type: str = "") -> str:
    kind = f' typeRef="{type}"' if type else ""
    return f"<variable name={quoteattr(name)}{kind}/>"


def given(name: str, type: str = "") -> str:
    """Input data."""
    return f"<inputData id={quoteattr(_id(name))} name={quoteattr(name)}>{variable(name, type)}</inputData>"


def literal(text: str, type: str = "") -> str:
    kind = f' typeRef="{type}"' if type else ""
    return f"<literalExpression{kind}><text>{escape(text)}</text></literalExpression>"


def model_of_function(
    name: str, parameters: Sequence[str], body: str, *, knows: Sequence[str] = (), type: str = ""
) -> str:
    """A business knowledge model. A parameter is its name, or "name: type"."""
    formal = "".join(
        f'<formalParameter name="{each.partition(":")[0]}" typeRef="{each.partition(":")[2].strip() or "Any"}"/>'
        for each in parameters
    )
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(each)}"/></knowledgeRequirement>' for each in knows
    )
    return (
        f'<businessKnowledgeModel id="{_id(name)}" name="{name}">{variable(name, type)}'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{required}</businessKnowledgeModel>"
    )


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[str],
    *,
    values: Sequence[str] = (),
    allowed: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """A decision table. `policy` is a hit policy, with an aggregation after a blank ("COLLECT SUM"). An input is its
    expression, an output its name, both with an optional ": type". A rule is a line: cells with ";" between them."""
    name, _, aggregation = policy.partition(" ") if policy.startswith("COLLECT") else (policy, "", "")
    head = f' hitPolicy="{name}"' if name else ""
    head += f' aggregation="{aggregation}"' if aggregation else ""
    found = [f"<decisionTable{head}>"]
    for place, each in enumerate(inputs):
        text, _, kind = each.partition(":")
        attribute = f' typeRef="{kind.strip()}"' if kind else ""
        extra = f"<inputValues><text>{escape(allowed[place])}</text></inputValues>" if allowed else ""
        found.append(f"<input><inputExpression{attribute}><text>{escape(text)}</text></inputExpression>{extra}</input>")
    for place, each in enumerate(outputs):
        text, _, kind = each.partition(":")
        attribute = f' typeRef="{kind.strip()}"' if kind else ""
        extra = f"<outputValues><text>{escape(values[place])}</text></outputValues>" if values else ""
        if defaults and defaults[place]:
            extra += f"<defaultOutputEntry><text>{escape(defaults[place])}</text></defaultOutputEntry>"
        found.append(f'<output name="{text}"{attribute}>{extra}</output>')
    for number, rule in enumerate(rules, 1):
        cells = [escape(cell.strip()) for cell in rule.split(";")]
        entries = [f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells[: len(inputs)]]
        entries += [f"<outputEntry><text>{cell}</text></outputEntry>" for cell in cells[len(inputs) :]]
        found.append(f'<rule id="r{number}">{"".join(entries)}</rule>')
    return "\n".join([*found, "</decisionTable>"])


def read(body: str, **more: str) -> DecisionModel:
    return read_dmn(dmn(body, **more))


def decide(body: str, name: str = "", /, **variables: object) -> Outcome:
    """What the file decides for these variables; without a name its only decision."""
    return read(body).find(name).evaluate(variables, NOW)


def value(body: str, name: str = "", /, **variables: object) -> object:
    return decide(body, name, **variables).value


def of(logic: str, /, **variables: object) -> object:
    """The value of one decision "it" with this logic."""
    return value(decision("it", logic), "it", **variables)


def feel(text: str) -> object:
    return compile_feel(text).evaluate({}, NOW)


def refusal(body: str, **more: str) -> list[Finding]:
    """The faults of a file that must be refused."""
    with pytest.raises(ModelRefused) as caught:
        read(body, **more)
    return list(caught.value.findings)
