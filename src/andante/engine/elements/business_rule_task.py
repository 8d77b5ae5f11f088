"""The business rule task: a decision made here, or a worker's job (BPMN 2.0.2 section 10.3.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn import work as mappings
from andante.bpmn.graph import DecisionCall, JobWork, Node
from andante.decisions import DecisionFault, Outcome
from andante.engine import events as ev
from andante.engine.elements.activity import NOTHING, Activity, create_job
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, visible
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class BusinessRuleTask(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        call = node.work
        if isinstance(call, JobWork):
            create_job(step, token, node, call)
            return None
        if not isinstance(call, DecisionCall):
            raise AssertionError(f"{node.id} has no decision")
        name, outcome = decide(step, token, node, call)
        value = json_value(result_of(call, outcome))
        if call.result_variable:
            return {call.result_variable: value}
        if call.mapping == mappings.OUTPUTS and not isinstance(value, dict):
            return NOTHING if value is None else {name: value}
        if call.local_variable:
            return {call.local_variable: value} if node.outputs else NOTHING
        return value if isinstance(value, dict) else NOTHING


def decide(step: "Step", token: Token, node: Node, call: DecisionCall) -> tuple[str, Outcome]:
    """Make the decision and record which rules it went by. Raises ModelFault."""
    name = step.value(call.decision, token)
    if not isinstance(name, str) or not name:
        raise ModelFault("decision", f"the decision '{call.decision.text}' should be a name, but is {name!r}")
    version = "" if call.version is None else str(json_value(step.value(call.version, token)) or "")
    found = step.settings.decisions(name, version, step.instance.definition_id if call.same_deployment else "")
    try:
        outcome = found.decision.evaluate(dict(visible(step.instance, token)), step.now, zone_name=step.settings.zone)
    except DecisionFault as fault:
        raise ModelFault("decision", f"the {fault}") from None
    last = outcome.applied[-1] if outcome.applied else None
    rules = [] if last is None else [rule.number for rule in last.rules]
    messages = list(outcome.messages)
    step.record(ev.DecisionMade(token.key, found.definition_id, found.decision.name, found.version, rules, messages))
    return name, outcome


def result_of(call: DecisionCall, outcome: Outcome) -> object:
    """What the task makes of the outcome. Raises ModelFault where it has more than the mapping takes."""
    mapping, rows = call.mapping, outcome.rows
    if mapping == mappings.VALUE:
        return outcome.value
    if mapping == mappings.RESULT_LIST:
        return rows
    if mapping == mappings.COLLECT_ENTRIES:
        return [entry(call, row) for row in rows]
    if not rows:
        return None
    if len(rows) > 1:
        if mapping == mappings.OUTPUTS:
            return rows
        what = f"the decision '{call.decision.text}' gave {len(rows)} results"
        raise ModelFault("decision", f"{what}, but {mapping} takes one: choose another mapping or hit policy")
    return entry(call, rows[0]) if mapping == mappings.SINGLE_ENTRY else rows[0]


def entry(call: DecisionCall, row: Mapping[str, object]) -> object:
    """The only output of a row."""
    if len(row) != 1:
        what = f"the decision '{call.decision.text}' has {len(row)} outputs"
        raise ModelFault("decision", f"{what}, but {call.mapping} takes one: choose another mapping")
    return next(iter(row.values()))
