"""The built-in functions of FEEL (DMN 1.5, section 10.3.4), by name."""

from andante.expressions.functions import (  # noqa: F401 # each enters its functions into the table
    contexts,
    conversion,
    lists,
    numbers,
    ranges,
    statistics,
    strings,
    times,
)
from andante.expressions.functions.registry import TABLE as BUILTINS
from andante.expressions.functions.registry import Builtin

__all__ = ["BUILTINS", "Builtin"]
