"""Range functions (DMN 1.5, section 10.3.4.7, table 78), on points and ranges. An end left open is infinite."""

from typing import Any

from andante.expressions.compare import order, within
from andante.expressions.functions.registry import builtin
from andante.expressions.values import Range

# The ends of a range are compared with a small step added: "just after a" for a low end that is left out, "just
# before b" for such a high end. Then every relation of the table is a comparison of (value, step) pairs.


def _low_to(a: Range, b: Range) -> int | None:
    """-1, 0 or 1 as a starts before, with or after b."""
    return _pair(a.low, 0 if a.low_in else 1, b.low, 0 if b.low_in else 1, -1)


def _high_to(a: Range, b: Range) -> int | None:
    """-1, 0 or 1 as a ends before, with or after b."""
    return _pair(a.high, 0 if a.high_in else -1, b.high, 0 if b.high_in else -1, 1)


def _pair(a: Any, step: int, b: Any, other: int, infinite: int) -> int | None:
    if a is None or b is None:
        return 0 if a is b else infinite if a is None else -infinite
    way = order(a, b)
    return way or ((step > other) - (step < other)) if way is not None else None


def _gap(a: Range, b: Range) -> int | None:
    """-1 as a ends before b starts, 0 as they share just one point, 1 as they share more or b is before a."""
    if a.high is None or b.low is None:
        return 1
    way = order(a.high, b.low)
    if way == 0:
        return 0 if a.high_in and b.low_in else -1
    return way


def _span(value: Any) -> Range:
    return value if type(value) is Range else Range(value, value)


def _comparable(a: Any, b: Any) -> bool:
    ends = [end for span in (_span(a), _span(b)) for end in (span.low, span.high) if end is not None]
    return bool(ends) and all(order(ends[0], end) is not None for end in ends)


def _both_ranges(a: Any, b: Any) -> bool:
    return type(a) is Range and type(b) is Range and _comparable(a, b)


@builtin("before", "a, b")
def before(a: Any, b: Any) -> Any:
    if a is None or b is None or not _comparable(a, b):
        return None
    return _gap(_span(a), _span(b)) == -1


@builtin("after", "a, b")
def after(a: Any, b: Any) -> Any:
    return before(b, a)


@builtin("meets", "range1, range2")
def meets(a: Any, b: Any) -> Any:
    return _gap(a, b) == 0 if _both_ranges(a, b) else None


@builtin("met by", "range1, range2")
def met_by(a: Any, b: Any) -> Any:
    return meets(b, a)


def _share(a: Range, b: Range) -> bool:
    return _gap(a, b) != -1 and _gap(b, a) != -1


@builtin("overlaps", "range1, range2")
def overlaps(a: Any, b: Any) -> Any:
    return _share(a, b) if _both_ranges(a, b) else None


@builtin("overlaps before", "range1, range2")
def overlaps_before(a: Any, b: Any) -> Any:
    if not _both_ranges(a, b):
        return None
    return _share(a, b) and _low_to(a, b) == -1 and _high_to(a, b) in (-1, 0)


@builtin("overlaps after", "range1, range2")
def overlaps_after(a: Any, b: Any) -> Any:
    return overlaps_before(b, a)


@builtin("finishes", "a, range")
def finishes(a: Any, b: Any) -> Any:
    if a is None or type(b) is not Range or not _comparable(a, b):
        return None
    span = _span(a)
    return _high_to(span, b) == 0 and _low_to(span, b) in (0, 1)


@builtin("finished by", "range, a")
def finished_by(a: Any, b: Any) -> Any:
    return finishes(b, a)


@builtin("includes", "range, a")
def includes(a: Any, b: Any) -> Any:
    if b is None or type(a) is not Range or not _comparable(a, b):
        return None
    if type(b) is not Range:
        return within(b, a)
    return _low_to(a, b) in (-1, 0) and _high_to(a, b) in (0, 1)


@builtin("during", "a, range")
def during(a: Any, b: Any) -> Any:
    return includes(b, a)


@builtin("starts", "a, range")
def starts(a: Any, b: Any) -> Any:
    if a is None or type(b) is not Range or not _comparable(a, b):
        return None
    span = _span(a)
    return _low_to(span, b) == 0 and _high_to(span, b) in (-1, 0)


@builtin("started by", "range, a")
def started_by(a: Any, b: Any) -> Any:
    return starts(b, a)


@builtin("coincides", "a, b")
def coincides(a: Any, b: Any) -> Any:
    if a is None or b is None or not _comparable(a, b):
        return None
    return _low_to(_span(a), _span(b)) == 0 and _high_to(_span(a), _span(b)) == 0
