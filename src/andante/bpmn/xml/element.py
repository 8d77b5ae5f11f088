"""The elements of a BPMN file, without its diagram."""

from typing import Final

from andante.markup.element import MAX_BYTES, Element
from andante.markup.element import parse as parse_markup

__all__ = ["BPMN", "DIAGRAM", "MAX_BYTES", "Element", "parse"]

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
_DRAWING: Final = frozenset((DIAGRAM,))


def parse(data: bytes) -> Element:
    """The root element. Raises ModelRefused for what is too big, no XML, or has a DTD."""
    return parse_markup(data, BPMN, _DRAWING)
