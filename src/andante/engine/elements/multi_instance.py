"""Multi-instance activities, parallel and sequential, and standard loops (BPMN 2.0.2 sections 10.3.8, 13.3.6, 13.3.7).

The host token waits at the activity while one inner token an item runs its work. Inner tokens see `loopCounter`
(from 0), the element variable and `nrOfInstances` as their locals. How many are done and how many run is known to each
expression (see scoping).
"""

from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.compensation import keep_activity, keep_loop
from andante.engine.elements.flows import finish
from andante.engine.elements.standard_loop import runs_again
from andante.engine.elements.withdrawal import cancel, clear_waits
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value
from andante.engine.state import Loop, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def open_loop(step: "Step", token: Token, node: Node) -> bool:
    """Begin; False when there was nothing to do and the token has left. Raises ModelFault."""
    multi = node.multi
    if multi is None:
        raise AssertionError(f"{node.id} is no multi-instance")
    items: list[object] = []
    total = 0
    if multi.repeat is not None:
        if not runs_again(step, token, multi.repeat, 0):
            finish(step, token, node)
            return False
        step.record(ev.LoopOpened(token.key, items, 0, True))
        _start_item(step, token, node, step.instance.loops[token.key])
        return True
    if multi.collection is not None:
        value = json_value(step.value(multi.collection, token))
        if not isinstance(value, list):
            raise ModelFault("multiInstance", f"'{multi.collection.text}' should be a list, but is {value!r}")
        items, total = value, len(value)
    if multi.cardinality is not None:
        number = json_value(step.value(multi.cardinality, token))
        if isinstance(number, str) and number.strip().isdigit():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ModelFault("multiInstance", f"'{multi.cardinality.text}' should be a whole number, but is {number!r}")
        if multi.collection is not None and number > total:
            what = f"{number} instances are wanted, but '{multi.collection.text}' has {total} items"
            raise ModelFault("multiInstance", what)
        items, total = items[:number], number
    elif multi.collection is None:
        raise AssertionError(f"{node.id}: neither cardinality nor collection")
    if total > step.settings.max_items:
        raise ModelFault("multiInstance", f"{total} instances are more than the limit of {step.settings.max_items}")
    if total == 0:
        finish(step, token, node, {multi.output_collection: []} if multi.output_collection else None)
        return False
    step.record(ev.LoopOpened(token.key, items, total, multi.sequential))
    loop = step.instance.loops[token.key]
    for _ in range(1 if multi.sequential else total):
        _start_item(step, token, node, loop)
    return True


def _start_item(step: "Step", host: Token, node: Node, loop: Loop) -> None:
    inner = step.enter(step.key(), host.node, host.scope, -1, host.key)
    index = inner.item
    values: dict[str, object] = {"loopCounter": index}
    if loop.total:
        values["nrOfInstances"] = loop.total
    if node.multi is not None and node.multi.element_variable:
        values[node.multi.element_variable] = loop.items[index] if loop.items else index
    step.record(ev.LocalsSet(inner.key, values))


def item_done(step: "Step", inner: Token, node: Node) -> None:
    """One inner instance completed. Raises ModelFault before anything has changed."""
    instance = step.instance
    host = instance.tokens[inner.loop]
    loop = instance.loops[host.key]
    multi = node.multi
    if multi is None:
        raise AssertionError(f"{node.id}: an inner token without its loop")
    output = json_value(step.value(multi.output_element, inner)) if multi.output_element is not None else None
    finished = loop.done + 1 == loop.total
    if multi.repeat is not None:
        finished = not runs_again(step, inner, multi.repeat, loop.done + 1)
    if multi.completion is not None and not finished:
        counts: dict[str, object] = {
            "nrOfInstances": loop.total,
            "nrOfCompletedInstances": loop.done + 1,
            "nrOfActiveInstances": len(loop.inner) - 1,
        }
        finished = step.met(multi.completion, "completion", inner, counts)
    if inner.waits:
        clear_waits(step, inner, "done")
    if node.undone_by >= 0 and node.kind not in kinds.SCOPES:
        keep_activity(step, inner, node)
    step.record(ev.LoopItemDone(host.key, inner.item, output))
    step.record(ev.TokenEnded(inner.key))
    if finished:
        outputs = loop.outputs
        for key in list(loop.inner):
            cancel(step, instance.tokens[key], "the completion condition is met")
        keep_loop(step, host, node)
        step.record(ev.LoopClosed(host.key))
        finish(step, host, node, {multi.output_collection: outputs} if multi.output_collection else None)
    elif loop.sequential:
        _start_item(step, host, node, loop)
