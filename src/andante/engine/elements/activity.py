"""What all activities share: input mappings, boundary events, multi-instance (BPMN 2.0.2 section 13.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Flow, JobWork, Node
from andante.engine import events as ev
from andante.engine.elements import multi_instance
from andante.engine.elements.awaiting import arm
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import conditional_flows, finish
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value
from andante.engine.sla import begin_stage
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step

NOTHING: Mapping[str, object] = {}


class Activity(FlowNode):
    """An activity. A kind of its own says what its work is; the untyped task has none."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        """Begin the work. Returns what it brought when it is done at once, None while it waits. Raises ModelFault."""
        return NOTHING

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.multi is not None and not token.loop:
            if not multi_instance.open_loop(step, token, node):
                return
        else:
            if node.inputs:
                map_inputs(step, token, node)
            values = self.work(step, token, node)
            if values is not None:
                finish(step, token, node, values)
                return
        if node.boundaries and not token.loop:
            for boundary in node.boundaries:
                arm(step, token, step.graph.nodes[boundary])
        if node.slas:
            begin_stage(step, token, node)

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        if node.conditional:
            return conditional_flows(step, token, node)
        flows = step.graph.flows
        return [flows[index] for index in node.outgoing]

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node, values)

    def item_done(self, step: "Step", token: Token, node: Node) -> None:
        multi_instance.item_done(step, token, node)


def map_inputs(step: "Step", token: Token, node: Node) -> None:
    """Input mappings are local to the activity; a later one sees the earlier ones."""
    values: dict[str, object] = {}
    for mapping in node.inputs:
        values[mapping.target] = json_value(step.value(mapping.source, token, values))
    step.record(ev.LocalsSet(token.key, values))


def create_job(step: "Step", token: Token, node: Node, work: JobWork) -> None:
    """Ask for a worker. Raises ModelFault."""
    kind = step.value(work.type, token)
    if not isinstance(kind, str) or not kind:
        raise ModelFault("expression", f"the job type '{work.type.text}' should be a text, but is {kind!r}")
    step.record(ev.JobCreated(step.key(), token.key, node.index, kind, work.retries, work.priority))
