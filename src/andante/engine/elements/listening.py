"""Scripts that bring variables: a script task's, and those that run as a token enters or leaves any element."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Script, UserTask
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, set_variables
from andante.engine.state import Token
from andante.engine.waits import Task

if TYPE_CHECKING:
    from andante.engine.step import Step


def brought(
    step: "Step", token: Token, script: Script, extra: Mapping[str, object] | None = None
) -> Mapping[str, object]:
    """What a script brings: its result variable, or each entry of a context. Raises ModelFault."""
    value = json_value(step.value(script.expression, token, extra))
    if script.result_variable:
        return {script.result_variable: value}
    return value if isinstance(value, dict) else {}


def listen(step: "Step", token: Token, scripts: tuple[Script, ...]) -> None:
    """Run them in order; each sees what the earlier ones set, where the name is known. Raises ModelFault."""
    for script in scripts:
        values = brought(step, token, script)
        if values:
            set_variables(step, token, values)


def listen_assigned(step: "Step", task: Task) -> None:
    """The task was given to someone. A script that fails leaves an incident; the task is theirs all the same."""
    work = step.graph.nodes[task.node].work
    if not isinstance(work, UserTask) or not task.assignee:
        return
    token = step.instance.tokens[task.token]
    try:
        for script in work.assigned:
            values = brought(step, token, script, {"task": {"assignee": task.assignee}})
            if values:
                set_variables(step, token, values)
    except ModelFault as fault:
        step.fail(token, fault)
