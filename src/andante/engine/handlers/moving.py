"""An operator changes where an instance stands: takes a token past one that is stuck, or back, begins an element beside
what goes on, or takes it out (Camunda 7 calls it modification)."""

from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import Node
from andante.engine import commands as cmd
from andante.engine import declared
from andante.engine import events as ev
from andante.engine.elements.activity import map_inputs
from andante.engine.elements.awaiting import arm
from andante.engine.elements.event_handlers import open_scope
from andante.engine.elements.listening import listen
from andante.engine.elements.withdrawal import cancel, withdraw
from andante.engine.faults import CANNOT_MOVE, ModelFault, Rejected
from andante.engine.scoping import admissible
from andante.engine.sla import begin_stage
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def move_token(step: "Step", command: cmd.MoveToken) -> None:
    """Withdraw what stands at the source, with the scopes that are empty without it, and enter the target: in the
    innermost scope that both share, or in sub-processes opened anew, without their start events."""
    token = _standing(step, command)
    target, flow = _target(step, command.target)
    common, inner = _shared(step, token, target)
    _check_way_out(step, token, common)
    scope, inner = _open_already(step, token.key, common, inner)
    _check_way_in(step, target, inner)
    step.record(ev.TokenMoved(token.key, token.node, target.id, command.reason))
    reason = f"moved to {target.id}"
    mover = _leave(step, token, common, reason)
    if mover is not None and scope is not common:
        cancel(step, mover, reason)
        mover = None
    elif mover is not None:
        withdraw(step, mover, reason)
    _go_in(step, step.key() if mover is None else mover.key, target, flow, scope, inner)


def modify(step: "Step", command: cmd.Modify) -> None:
    """Refused half way, the step as a whole is: what it has done is not to be kept. Nothing ends before the last move
    is made, though a scope may be empty between two."""
    instance = step.instance
    if not command.moves:
        raise _no("There is nothing to change: name at least one move.")
    values = command.variables or {}
    declared.check(step.graph, values)
    kept = admissible(step, values)
    if kept:
        step.record(ev.VariablesSet(0, kept))
    for each in command.moves:
        move = cmd.MoveToken(each.source, each.target, each.reason or command.reason, each.token)
        if move.source and move.target:
            move_token(step, move)
        elif move.source:
            _take_out(step, move)
        else:
            begin(step, move)
    if not instance.scopes[0].tokens:
        step.handle(cmd.Terminate(reason=command.reason or "all that it did was taken back"))


def begin(step: "Step", move: cmd.MoveToken) -> None:
    """Enter the target without taking anything back, in the sub-processes around it that run or are opened anew."""
    target, flow = _target(step, move.target)
    scope, inner = _open_already(step, 0, step.instance.scopes[0], _around(step, target)[::-1])
    _check_way_in(step, target, inner)
    step.record(ev.TokenMoved(step.key(), -1, target.id, move.reason))
    _go_in(step, step.key(), target, flow, scope, inner)


def _take_out(step: "Step", move: cmd.MoveToken) -> None:
    """Take back all that stands at the source, or one token of it, with the scopes that are empty without it."""
    root = step.instance.scopes[0]
    for token in _all_standing(step, move):
        if step.instance.tokens.get(token.key) is not token:
            continue  # it was inside of one that has gone
        _check_way_out(step, token, root)
        step.record(ev.TokenMoved(token.key, token.node, "", move.reason))
        host = _leave(step, token, root, "taken back")
        if host is not None:
            cancel(step, host, "taken back")


def _check_way_in(step: "Step", target: Node, inner: list[int]) -> None:
    nodes = step.graph.nodes
    for index in inner:
        node = nodes[index]
        if node.kind == kinds.AD_HOC:
            raise _no(f"'{target.id}' is in the ad-hoc sub-process '{node.id}', which offers it: move to that.")
        if node.multi is not None:
            raise _no(f"'{target.id}' is in the multi-instance '{node.id}': move to that, which begins all of it.")
        if node.kind == kinds.EVENT_SUB_PROCESS:
            raise _no(f"'{target.id}' is in the event sub-process '{node.id}', which only its event starts.")


def _go_in(step: "Step", key: int, target: Node, flow: int, scope: Scope, inner: list[int]) -> None:
    """The token `key`, new or not, enters the target in the scope, by way of the sub-processes `inner`."""
    for index in inner:
        opened = _open(step, key, step.graph.nodes[index], scope)
        if opened is None:
            return  # its token stands at an incident before the sub-process
        key, scope = step.key(), opened
    step.enter(key, target.index, scope.key, flow)


def _no(message: str) -> Rejected:
    return Rejected(CANNOT_MOVE, message)


def _standing(step: "Step", command: cmd.MoveToken) -> Token:
    """The one token at the source."""
    found = _all_standing(step, command)
    if len(found) > 1:
        keys = ", ".join(str(token.key) for token in found)
        raise _no(f"{len(found)} tokens stand at '{command.source}': name one of {keys}.")
    return found[0]


def _all_standing(step: "Step", command: cmd.MoveToken) -> list[Token]:
    """The tokens at the source; a multi-instance's own, not those of its items."""
    instance, graph = step.instance, step.graph
    index = graph.by_id.get(command.source, -1)
    if index < 0:
        raise _no(f"The process has no element '{command.source}'.")
    found = [token for token in instance.tokens.values() if token.node == index and not token.loop]
    if command.token:
        named = instance.tokens.get(command.token)
        if named is not None and named.node == index and named.loop:
            raise _no(f"'{command.source}' is a multi-instance, which moves as a whole: name no token of its items.")
        found = [token for token in found if token.key == command.token]
    if not found:
        raise _no(f"Nothing stands at '{command.source}' now.")
    return found


def _target(step: "Step", id: str) -> tuple[Node, int]:
    """The element to enter, and the flow by which, -1 for none."""
    index, flow = step.graph.by_id.get(id, -1), -1
    for each in step.graph.flows:
        if each.id == id:
            index, flow = each.target, each.index
    if index < 0:
        raise _no(f"The process has no element '{id}'.")
    node = step.graph.nodes[index]
    if node.kind in (kinds.BOUNDARY_EVENT, kinds.EVENT_SUB_PROCESS) or node.for_compensation:
        raise _no(f"'{id}' is a {node.kind_name} that no flow leads to: it cannot be entered.")
    if node.kind == kinds.START_EVENT:
        raise _no(f"'{id}' is a start event. Move to the element after it.")
    if node.instantiates:
        raise _no(f"'{id}' starts instances: this one has begun. Move to the element after it.")
    return node, flow


def _shared(step: "Step", token: Token, target: Node) -> tuple[Scope, list[int]]:
    """The innermost scope around the token in which the target lies, and the sub-processes from there to the target."""
    instance = step.instance
    inner = _around(step, target)
    scope = instance.scopes[token.scope]
    while scope.key and scope.node not in inner:
        scope = instance.scopes[scope.parent]
    if scope.key:
        inner = inner[: inner.index(scope.node)]
    return scope, inner[::-1]


def _around(step: "Step", target: Node) -> list[int]:
    """The sub-processes in which it lies, the innermost first."""
    found: list[int] = []
    around = target.scope
    while around >= 0:
        found.append(around)
        around = step.graph.nodes[around].scope
    return found


def _check_way_out(step: "Step", token: Token, common: Scope) -> None:
    """Nothing that counts its parts loses one: neither a multi-instance nor a compensation."""
    instance, nodes = step.instance, step.graph.nodes
    running = {compensation.running for compensation in instance.compensations.values()}
    at = token
    while True:
        node = nodes[at.node]
        if at.key in running or at.key in instance.compensations or node.for_compensation:
            raise _no(f"Compensation is under way at '{node.id}'. Wait until it is done.")
        if at.scope == common.key:
            return
        host = instance.tokens[instance.scopes[at.scope].token]
        if host.loop:
            raise _no(f"'{nodes[token.node].id}' is in the multi-instance '{nodes[host.node].id}': move that itself.")
        at = host


def _open_already(step: "Step", moved: int, common: Scope, inner: list[int]) -> tuple[Scope, list[int]]:
    """A sub-process on the way that runs already is entered, not opened twice."""
    instance = step.instance
    scope = common
    while inner and step.graph.nodes[inner[0]].kind != kinds.AD_HOC:
        running = [
            each for each in instance.scopes.values() if each.node == inner[0] and each.parent == scope.key and each.key
        ]
        if not running:
            break
        if len(running) > 1:
            raise _no(f"'{step.graph.nodes[inner[0]].id}' runs {len(running)} times: it is not clear which is meant.")
        if running[0].token == moved:
            break  # it ends with the token that is moved
        if instance.tokens[running[0].token].loop:
            id = step.graph.nodes[inner[0]].id
            raise _no(f"'{id}' is a multi-instance: its items cannot get more elements to do.")
        if any(compensation.running == running[0].token for compensation in instance.compensations.values()):
            raise _no(f"'{step.graph.nodes[inner[0]].id}' is being undone. Wait until that is done.")
        scope, inner = running[0], inner[1:]
    return scope, inner


def _leave(step: "Step", token: Token, common: Scope, reason: str) -> Token | None:
    """The token in the common scope that is free to go on: the moved one, or the host of scopes that are empty without
    it. None where others still run in one of them."""
    instance = step.instance
    while token.scope != common.key:
        scope = instance.scopes[token.scope]
        if len(scope.tokens) > 1:
            cancel(step, token, reason)
            return None
        token = instance.tokens[scope.token]
    return token


def _open(step: "Step", key: int, node: Node, scope: Scope) -> Scope | None:
    """A sub-process is opened around the target: all of it but its start event. None with an incident."""
    step.record(ev.ElementEntered(key, node.index, scope.key, -1))
    token = step.instance.tokens[key]
    try:
        if node.before:
            listen(step, token, node.before)
        if node.inputs:
            map_inputs(step, token, node)
        opened = open_scope(step, token, node)
        for index in node.boundaries:
            arm(step, token, step.graph.nodes[index])
        begin_stage(step, token, node)
    except ModelFault as fault:
        step.stall(token, fault)
        return None
    return opened
