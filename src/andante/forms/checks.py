"""Whether a value is one that a field takes: its type, its limits, and that it is there at all."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from andante.expressions import DEFAULT_LIMITS, EvaluationFault, Run
from andante.expressions.functions.patterns import Pattern, pattern
from andante.forms.field import (
    ANY,
    BOOLEAN,
    CHOICE,
    DATE,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    SEVERAL,
    TEXT,
    TIME,
    Field,
    Names,
    Option,
)

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"(\+|00)[0-9][0-9 ()./-]{3,30}", re.ASCII)
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_EARLIEST: Final = 12 * 3_600_000  # ms by which a day begins later, in some zone, than in UTC


def same(one: object, other: object) -> bool:
    """Whether two JSON values are equal: true is no 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _reads(dt.date.fromisoformat, text)


def is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None and _reads(dt.time.fromisoformat, _short(text))


def is_moment(text: str) -> bool:
    """A date and a time, with or without an offset."""
    day, mark, time = text[:10], text[10:11], text[11:]
    return mark == "T" and is_date(day) and is_time(time)


def _short(text: str) -> str:
    """With no more than the microseconds that Python knows."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    return _URI.fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def safe_pattern(text: str) -> Pattern:
    """A regular expression that cannot run away. Raises ValueError, which says why, for one that is none."""
    try:
        found = pattern(text)
    except EvaluationFault as fault:
        raise ValueError(str(fault)) from None
    if found is None:
        raise ValueError("it is no regular expression that can be read here")
    return found


def fits(text: str, expression: str) -> bool:
    """Whether the pattern is found in the text; False where it may take too long."""
    try:
        return safe_pattern(expression).afford(text, Run(DEFAULT_LIMITS, None)).search(text) is not None
    except (EvaluationFault, ValueError):
        return False


def is_empty(value: object) -> bool:
    return value is None or value == "" or value == []


def judge(field: Field, value: object, names: Names, now: int, *, partial: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with the value, as a word for programs and words for people. `partial`: more may follow later."""
    if field.must and value is not True and not partial:
        yield "required", "it must be ticked"
    elif is_empty(value):
        if field.required and not partial:
            yield "required", "it is required"
    elif field.type in (CHOICE, SEVERAL):
        options = [] if field.options is None else field.options.of(names, now)
        yield from _chosen(field, value, options)
    else:
        wrong = _WRONG.get(field.type)
        fault = wrong(value) if wrong is not None else ""
        if fault:
            yield "type", fault
        else:
            yield from _limits(field, value, names, now)


def _chosen(field: Field, value: object, options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    if field.type == SEVERAL and not isinstance(value, list):
        yield "type", "it must be a list of what is chosen"
        return
    if isinstance(value, list) and field.type == SEVERAL and len(value) > len(options):
        yield "option", "more is chosen than is offered"  # and each would be compared with all that is
        return
    for each in value if isinstance(value, list) and field.type == SEVERAL else (value,):
        if not any(same(each, known) for known, _ in options):
            yield "option", f"'{str(each)[:60]}' is not offered"


def _number(value: object) -> str:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if good else "it must be a number"


def _integer(value: object) -> str:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    return "" if good else "it must be a whole number"


def _of_form(check: Callable[[str], bool], words: str) -> Callable[[object], str]:
    return lambda value: "" if isinstance(value, str) and check(value) else words


_WRONG: Final[dict[str, Callable[[object], str]]] = {
    TEXT: lambda value: "" if isinstance(value, str) else "it must be a text",
    NUMBER: _number,
    INTEGER: _integer,
    BOOLEAN: lambda value: "" if isinstance(value, bool) else "it must be true or false",
    DATE: _of_form(is_date, "it is no date: write it as 2026-01-31"),
    TIME: _of_form(is_time, "it is no time: write it as 09:30"),
    MOMENT: _of_form(is_moment, "it is no such time: write it as 2026-01-31T09:30"),
    LIST: lambda value: "" if isinstance(value, list) else "it must be a list",
    ANY: lambda value: "",
}


def _limits(field: Field, value: object, names: Names, now: int) -> Iterator[tuple[str, str]]:
    def limit(name: str) -> object:
        return field.limit(name, names, now) if name in field.constraints else None

    if field.type == TEXT and isinstance(value, str):
        yield from _text_limits(field, value, limit)
    number = _as_number(value) if field.type in (NUMBER, INTEGER) or "asText" in field.constraints else None
    if number is None:
        if "asText" in field.constraints:
            yield "type", "it must be a number, written as a text"
    else:
        least, most, decimals = _as_number(limit("min")), _as_number(limit("max")), limit("decimals")
        if least is not None and number < least:
            yield "min", f"it must be at least {least}"
        if most is not None and number > most:
            yield "max", f"it must be at most {most}"
        if isinstance(decimals, int) and _decimals(number) > decimals:
            yield "decimals", f"it must have no more than {decimals} decimals"
    if limit("notPast") is True and isinstance(value, str) and is_date(value[:10]):
        today = dt.datetime.fromtimestamp((now - _EARLIEST) / 1000, dt.UTC).date()
        if dt.date.fromisoformat(value[:10]) < today:
            yield "min", "that day has passed"


def _text_limits(field: Field, text: str, limit: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    least, most = limit("minLength"), limit("maxLength")
    if isinstance(least, int) and len(text) < least:
        yield "minLength", f"it must have at least {least} characters"
    if isinstance(most, int) and len(text) > most:
        yield "maxLength", f"it must have at most {most} characters"
    expression, form = limit("pattern"), limit("format")
    if isinstance(expression, str) and not fits(text, expression):
        yield "pattern", f"it must match {expression}"
    if form == "email" and not is_email(text):
        yield "format", "it is no e-mail address"
    if form == "phone" and _PHONE.fullmatch(text) is None:
        yield "format", "it is no international phone number: write it as +44 20 7946 0000"


def _as_number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _decimals(number: Decimal) -> int:
    """How many digits it has after the point, without zeros at its end."""
    _, digits, exponent = number.as_tuple()
    count = -exponent if isinstance(exponent, int) else 0
    for digit in reversed(digits):
        if count <= 0 or digit:
            break
        count -= 1
    return count if any(digits) else 0
