"""`andante variables`: repair an instance by its variables."""

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, print_json, print_table
from andante.cli.remote import LOCAL, json_text, variable
from andante.expressions import ExpressionError, compile_feel, to_json


def set_variables(
    instance: str,
    *values: str,
    feel: Annotated[bool, Parameter(negative=())] = False,
    new: Annotated[bool, Parameter(negative=())] = False,
    server: Server = LOCAL,
) -> int:
    """Set variables of an instance: name=value, once or several times. All of them are set, or none.

    A value is JSON where it can be, else text. An instance that is broken goes on with `andante retry`.

    Parameters
    ----------
    feel
        The values are FEEL expressions over the variables that the instance has, such as sum=price*2.
    new
        Set names that the instance does not have, too.
    """
    if not values:
        raise ValueError("name the variables to set: name=value")
    with server.connect() as client:
        before = client.variables(instance)
        wanted = _evaluated(values, before) if feel else dict(variable(text, "") for text in values)
        strange = [name for name in wanted if name not in before]
        if strange and not new:
            complain(f"andante: {instance} has no variable {', '.join(strange)}. Set new ones with --new.")
            return 1
        client.set_variables(instance, wanted, introduce=new)
        after = client.variables(instance)
    if server.json:
        print_json(after)
    else:
        rows = [
            (name, *(json_text(each[name]) if name in each else "–" for each in (before, after))) for name in wanted
        ]
        print_table(("variable", "was", "is"), rows)
    kept = [name for name, value in wanted.items() if after.get(name) != value]
    if kept:
        complain(f"andante: not set: {', '.join(kept)}. The process does not declare it, or it is read-only.")
    return 1 if kept else 0


def _evaluated(values: Sequence[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """Each expression sees the instance's variables, not what the others set."""
    now = time.time_ns() // 1_000_000
    found: dict[str, Any] = {}
    for text in values:
        name, equals, expression = text.partition("=")
        if not name or not equals:
            raise ValueError(f"{text}: it must be name=value")
        try:
            found[name] = to_json(compile_feel(expression).evaluate(names, now))
        except ExpressionError as fault:
            raise ValueError(f"{name}: {fault}") from None
    return found
