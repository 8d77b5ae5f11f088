"""One module per BPMN concept; `table` names them all."""

from andante.engine.elements import table
from andante.engine.elements.base import BEHAVIOURS

__all__ = ["BEHAVIOURS", "table"]
