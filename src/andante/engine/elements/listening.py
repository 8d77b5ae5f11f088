"""Scripts that bring variables: a script task's, and those that run as a token enters or leaves any element."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Script
from andante.engine.scoping import json_value, set_variables
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def brought(step: "Step", token: Token, script: Script) -> Mapping[str, object]:
    """What a script brings: its result variable, or each entry of a context. Raises ModelFault."""
    value = json_value(step.value(script.expression, token))
    if script.result_variable:
        return {script.result_variable: value}
    return value if isinstance(value, dict) else {}


def listen(step: "Step", token: Token, scripts: tuple[Script, ...]) -> None:
    """Run them in order; each sees what the earlier ones set, where the name is known. Raises ModelFault."""
    for script in scripts:
        values = brought(step, token, script)
        if values:
            set_variables(step, token, values)
