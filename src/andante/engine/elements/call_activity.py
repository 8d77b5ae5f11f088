"""The call activity: another process as an instance of its own (BPMN 2.0.2 section 10.2.6)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Assignment, Call, Node
from andante.engine import events as ev
from andante.engine.effects import SAME_DEPLOYMENT, StartChild
from andante.engine.elements.activity import Activity
from andante.engine.elements.flows import finish, proceed
from andante.engine.faults import ModelFault
from andante.engine.ids import INSTANCE, derived
from andante.engine.scoping import json_value, set_variables, visible
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class CallActivity(Activity):
    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        call = node.work
        if not isinstance(call, Call):
            raise AssertionError(f"{node.id} is no call activity")
        instance = step.instance
        if instance.depth + 1 > step.settings.max_depth:
            raise ModelFault(
                "call", f"calls are nested more than {step.settings.max_depth} deep: do processes call each other?"
            )
        name = step.value(call.element, token)
        if not isinstance(name, str) or not name:
            raise ModelFault("call", f"the called process '{call.element.text}' should be a name, but is {name!r}")
        version = SAME_DEPLOYMENT if call.same_deployment else _version(step, token, call)
        values = dict(visible(instance, token)) if call.all_in else {}
        for mapping in call.ins:
            values[mapping.target] = json_value(step.value(mapping.source, token))
        key = "" if call.business_key is None else str(json_value(step.value(call.business_key, token)) or "")
        # A call that is retried is a new instance; a letter that comes twice names the same one.
        child_id = derived(INSTANCE, instance.id, step.once())
        step.record(ev.CallStarted(token.key, child_id, name))
        step.ask(
            StartChild(
                child_id, name, version, values, key, token.key, instance.root_id, instance.depth + 1, False,
                instance.is_test,
            )
        )  # fmt: skip
        return None

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """What the called instance left is local to the token while it is mapped: a fault does not call it anew."""
        call = node.work
        if not isinstance(call, Call):
            raise AssertionError(f"{node.id} is no call activity")
        if not call.outs:
            finish(step, token, node, values if call.all_out else None)
            return
        if call.all_out:
            try:
                set_variables(step, token, values)
            except ModelFault as fault:
                step.record(ev.TokenDone(token.key, True))
                step.fail(token, fault)
                return
        step.record(ev.LocalsSet(token.key, dict(values)))
        proceed(step, token, node)

    def outputs(self, node: Node) -> Sequence[Assignment]:
        return (*node.work.outs, *node.outputs) if isinstance(node.work, Call) else node.outputs


def _version(step: "Step", token: Token, call: Call) -> str:
    """The version that is called, "" for the active one. Raises ModelFault."""
    if call.version is None:
        return ""
    value = json_value(step.value(call.version, token))
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ModelFault("call", f"the version '{call.version.text}' should be a text or number, but is {value!r}")
    return str(value)


def bring(step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
    """While the called instance goes on: what it has so far comes out by the mappings. Raises ModelFault."""
    call = node.work
    if not isinstance(call, Call):
        raise AssertionError(f"{node.id} is no call activity")
    brought = dict(values) if call.all_out else {}
    for mapping in call.outs:
        value = json_value(step.value(mapping.source, token, values))
        if value is not None or not mapping.optional:
            brought[mapping.target] = value
    set_variables(step, token, brought, outwards=True)
