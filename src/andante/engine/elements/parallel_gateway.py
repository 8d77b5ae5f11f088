"""The parallel gateway: one token from each incoming flow, one into each outgoing (BPMN 2.0.2 section 13.4.1)."""

from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ParallelGateway(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        incoming = node.incoming
        if len(incoming) > 1:
            tokens = step.instance.tokens
            waiting = step.instance.scopes[token.scope].joined.get(node.index)
            partners: dict[int, int] = {}
            if waiting is not None:
                for key in sorted(waiting):
                    flow = tokens[key].flow
                    if flow != token.flow:
                        partners.setdefault(flow, key)
            if len(partners) + 1 < len(incoming):
                step.record(ev.TokenJoined(token.key))
                return
            for key in partners.values():
                step.record(ev.TokenEnded(key))
        finish(step, token, node)
