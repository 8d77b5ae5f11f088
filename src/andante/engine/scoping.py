"""Where variables live and how expressions see them.

A token sees its own locals, then its sub-process scopes outwards, then the instance (BPMN 2.0.2 section 10.4.2, and
Camunda's rule that a result goes to the innermost place that already has the name, else to the instance).
"""

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from andante.engine.declared import misfits
from andante.engine.events import LocalsSet, PropertiesSet, VariablesSet
from andante.engine.faults import ModelFault
from andante.engine.state import Instance, Scope, Token
from andante.expressions import Expression, to_json

if TYPE_CHECKING:
    from andante.engine.step import Step

# Names that expressions in a multi-instance may use, as BPMN and Camunda call them.
COUNTS: Final = frozenset(("nrOfActiveInstances", "nrOfCompletedInstances"))
# Names that every expression may use: the contract's system variables (2.6), the vendors' `execution`,
# and who started the instance.
SYSTEM: Final = frozenset(("$BP", "$Flow", "execution", "initiator"))


def system_variables(instance: Instance) -> dict[str, object]:
    return {
        "$BP": {"TaskOutcome": instance.task_outcome},
        "initiator": instance.created_by,
        "$Flow": {"BusinessKey": instance.business_key, "Title": instance.title},
        "execution": {
            "id": instance.id,
            "processInstanceId": instance.id,
            "processBusinessKey": instance.business_key,
            "businessKey": instance.business_key,
            "processDefinitionId": instance.definition_id,
            "startUserId": instance.created_by,
        },
    }


def _counts(instance: Instance, place: Token | Scope | None) -> dict[str, object]:
    """How far the innermost multi-instance around the place is."""
    while place is not None:
        if isinstance(place, Token):
            loop = instance.loops.get(place.loop)
            if loop is not None:
                return {"nrOfCompletedInstances": loop.done, "nrOfActiveInstances": len(loop.inner)}
            place = instance.scopes[place.scope]
        place = instance.tokens[place.token] if place.key else None
    return {}


def visible(instance: Instance, place: Token | Scope | None) -> Mapping[str, object]:
    """The variables a token or scope sees, innermost first (None: the instance's). Do not change what comes back."""
    root = instance.scopes[0].variables
    if place is None:
        return root
    maps: list[dict[str, object]] = []
    if isinstance(place, Scope):
        scope = place
    elif place.scope == 0 and place.locals is None:
        return root
    else:
        if place.locals is not None:
            maps.append(place.locals)
        scope = instance.scopes[place.scope]
    while scope.key:
        maps.append(scope.variables)
        scope = instance.scopes[scope.parent]
    maps.append(root)
    return maps[0] if len(maps) == 1 else ChainMap(*maps)


def evaluate(
    step: "Step", expression: Expression, place: Token | Scope | None, extra: Mapping[str, object] | None = None
) -> object:
    """The value as the expression language has it. Raises ExpressionError."""
    instance = step.instance
    names: Mapping[str, object] = visible(instance, place)
    if not COUNTS.isdisjoint(expression.names) and instance.loops:
        names = ChainMap(_counts(instance, place), names)  # type: ignore[arg-type]
    if extra is not None:
        names = ChainMap(dict(extra), names)  # type: ignore[arg-type]
    if step.graph.constants:
        names = ChainMap(names, step.graph.constants)  # type: ignore[arg-type]
    if not SYSTEM.isdisjoint(expression.names):
        names = ChainMap(names, system_variables(instance))  # type: ignore[arg-type]
    return expression.evaluate(names, step.now)


def json_value(value: object) -> object:
    """A variable is plain JSON: what FEEL computes is put into that form here."""
    kind = value.__class__
    if kind is int or kind is str or kind is bool or value is None:
        return value
    return to_json(value)


# What a model may set of the instance itself (contract 2.6 and 3.2), and the property it is.
SETTABLE: Final[dict[str, str]] = {
    "$Flow.Title": "title",
    "$Flow.BusinessKey": "business_key",
    "$BP.Status": "bpStatus",
    "$BP.Stage": "bpStage",
    "$BP.Step": "bpStep",
    "$BP.Description": "description",
}


def set_variables(
    step: "Step", place: Token | Scope | None, values: Mapping[str, object], *, outwards: bool = False
) -> None:
    """Set each name where it is known, innermost first, else in the instance; keep to what the definition declares.

    `outwards` passes over what is local to the token: an output goes out of its activity. Raises
    ModelFault('variableType') after all that fits its declared type is set.
    """
    declared = step.graph.variables
    instance = step.instance
    if not SETTABLE.keys().isdisjoint(values):
        step.record(PropertiesSet({SETTABLE[n]: v for n, v in values.items() if n in SETTABLE}))
        values = {n: v for n, v in values.items() if n not in SETTABLE}
    token = place if isinstance(place, Token) else None
    if token is not None:
        inner = instance.scopes[token.scope]
    else:
        inner = place if isinstance(place, Scope) else instance.scopes[0]
    if inner.key == 0 and (token is None or outwards or token.locals is None):
        if declared is not None:
            _set_declared(step, values)
        elif values:
            step.record(VariablesSet(0, values if isinstance(values, dict) else dict(values)))
        return
    local: dict[str, object] = {}
    by_scope: dict[int, dict[str, object]] = {}
    outer: dict[str, object] = {}
    for name, value in values.items():
        if not outwards and token is not None and token.locals is not None and name in token.locals:
            local[name] = value
            continue
        scope = inner
        while scope.key and name not in scope.variables:
            scope = instance.scopes[scope.parent]
        if scope.key:
            by_scope.setdefault(scope.key, {})[name] = value
        else:
            outer[name] = value
    if local and token is not None:
        step.record(LocalsSet(token.key, local))
    for key, changed in by_scope.items():
        step.record(VariablesSet(key, changed))
    if declared is not None:
        _set_declared(step, outer)
    elif outer:
        step.record(VariablesSet(0, outer))


def _set_declared(step: "Step", values: Mapping[str, object]) -> None:
    kept = admissible(step, values)
    wrong = misfits(step.graph, kept)
    fitting = {name: value for name, value in kept.items() if name not in wrong}
    if fitting:
        step.record(VariablesSet(0, fitting))
    if wrong:
        shown = ", ".join(f"{name} should be {kind}, but is {kept[name]!r}" for name, kind in wrong.items())
        raise ModelFault("variableType", f"not set: {shown}")


def admissible(step: "Step", values: Mapping[str, object]) -> dict[str, object]:
    """Those of `values` that a JSON definition declares and does not mark read-only (contract API 5)."""
    declared = step.graph.variables
    if declared is None:
        return dict(values)
    return {n: v for n, v in values.items() if (known := declared.get(n)) is not None and not known.read_only}
