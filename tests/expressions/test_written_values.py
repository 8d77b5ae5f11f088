"""Values written as JSON and as FEEL text, and read back."""

import datetime as dt
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from evaluating import feel, holds
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.expressions import EvaluationFault, compile_feel, to_feel, to_json
from andante.expressions.values import Function, Range, YearsMonths

many = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-7, "-7"),
        (10**34, "10000000000000000000000000000000000"),
        (2.5, "2.5"),
        (1e300, "1E+300"),
        (Decimal("1.500"), "1.5"),
        (Decimal("-0.0"), "0"),
        (Decimal("0E+5000"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("1E-30"), "1E-30"),
        (Decimal("1.234567890123456789012345678901234E-40"), "1.234567890123456789012345678901234E-40"),
        ("", '""'),
        ('a"b\\c\nd\te', '"a\\"b\\\\c\\nd\\te"'),
        ("\\d", '"\\\\d"'),
        ("é\u2028\x00😀", '"é\u2028\x00😀"'),
        ([], "[]"),
        ([1, "a", None, [True]], '[1, "a", null, [true]]'),
        ((1, 2), "[1, 2]"),
        ({}, "{}"),
        ({"a": 1, "b c": {"d": []}}, '{a: 1, "b c": {d: []}}'),
        ({"": 1, '"': 2, "if": 3, "$x": 4, "é": 5, "1a": 6}, '{"": 1, "\\"": 2, if: 3, $x: 4, "é": 5, "1a": 6}'),
        (dt.date(2026, 1, 31), 'date("2026-01-31")'),
        (dt.time(10, 30), 'time("10:30:00")'),
        (dt.time(10, 30, 0, 500_000, dt.UTC), 'time("10:30:00.5Z")'),
        (dt.datetime(2026, 1, 31, tzinfo=ZoneInfo("Europe/Rome")), 'date and time("2026-01-31T00:00:00@Europe/Rome")'),
        (
            dt.datetime(2026, 1, 31, tzinfo=dt.timezone(-dt.timedelta(hours=3, minutes=30))),
            'date and time("2026-01-31T00:00:00-03:30")',
        ),
        (dt.timedelta(days=1, hours=2, microseconds=1), 'duration("P1DT2H0.000001S")'),
        (-dt.timedelta(minutes=90), 'duration("-PT1H30M")'),
        (dt.timedelta(0), 'duration("PT0S")'),
        (YearsMonths(14), 'duration("P1Y2M")'),
        (YearsMonths(-12), 'duration("-P1Y")'),
        (YearsMonths(0), 'duration("P0M")'),
        (Range(1, 5), "[1..5]"),
        (Range(1, 5, False, False), "(1..5)"),
        (Range(None, 5, False, True), "(<= 5)"),
        (Range(5, None, False, False), "(> 5)"),
        (Range(dt.date(2026, 1, 1), dt.date(2026, 1, 2)), '[date("2026-01-01")..date("2026-01-02")]'),
    ],
)
def test_canonical_feel(value: object, written: str) -> None:
    assert to_feel(value) == written
    holds(written, feel(written), feel("x", x=value))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("2.0"), 2),
        (Decimal("2.5"), 2.5),
        (Decimal("1E+20"), 10**20),
        (Decimal("0E+5000"), 0),
        (Decimal("1E+300"), 1e300),
        (Decimal("1E+400"), "1E+400"),  # no float holds it
        (Decimal("1E-400"), 0.0),
        (10**40, 10**40),
        ({"a": [Decimal("0.1")]}, {"a": [0.1]}),
        ((1, 2), [1, 2]),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC), "2026-01-31T10:00:00Z"),
        (dt.timedelta(hours=36), "P1DT12H"),
        (YearsMonths(-14), "-P1Y2M"),
        (Range(1, 5, True, False), "[1..5)"),
        ([dt.date(2026, 1, 31)], ["2026-01-31"]),
    ],
)
def test_plain_json(value: object, plain: object) -> None:
    written = to_json(value)
    assert written == plain
    assert type(written) is type(plain)
    json.dumps(written, allow_nan=False)


def test_what_no_text_holds_is_a_fault() -> None:
    for write in (to_feel, to_json):
        for value in (object(), {1, 2}, [b"x"], {"a": 1j}):
            with pytest.raises(EvaluationFault, match="is no value of FEEL"):
                write(value)
    with pytest.raises(EvaluationFault, match="A function is no value that can be kept"):
        to_json([Function(("x",), lambda arguments, run: arguments[0])])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def same_json(a: object, b: object) -> bool:
    """The same, where a number is the decimal it is written as: 1.0 is 1, and 1e30 is ten times ten to the 29."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_json, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same_json(a[name], b[name]) for name in a)
    if isinstance(a, float) and isinstance(b, int | float) and not isinstance(b, bool):
        return a == float(b)
    return type(a) is type(b) and a == b


@many
@given(JSON)
def test_json_goes_through_an_expression_unchanged(value: object) -> None:
    for text in ("x", "[x][1]", "{a: x}.a", "if true then x else null"):
        assert same_json(value, to_json(compile_feel(text).evaluate({"x": value}, None)))


OFFSETS = st.integers(-18 * 60, 18 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
ZONES = st.none() | st.just(dt.UTC) | OFFSETS | st.sampled_from([ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Kolkata")])
NUMBERS = st.integers(-(10**34) + 1, 10**34 - 1) | st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1), st.integers(0, 10**34 - 1), st.integers(-6000, 6000),
)  # fmt: skip
DAYS = st.dates()
ORDERED = [NUMBERS, DAYS, st.timedeltas(), TEXTS]


def ranges(ends: "st.SearchStrategy[object]") -> "st.SearchStrategy[object]":
    whole = st.builds(Range, ends, ends, st.booleans(), st.booleans())
    low = st.builds(lambda end, inside: Range(end, None, inside, False), ends, st.booleans())
    return whole | low | st.builds(lambda end, inside: Range(None, end, False, inside), ends, st.booleans())


VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | DAYS | st.times(timezones=ZONES) | st.timedeltas()
    | st.datetimes(timezones=ZONES) | st.integers(-(10**6), 10**6).map(YearsMonths)
    | st.one_of([ranges(ends) for ends in ORDERED]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@many
@given(VALUES)
def test_canonical_feel_reads_back_as_the_same_value(value: object) -> None:
    written = to_feel(value)
    read = compile_feel(written).evaluate({}, None)
    holds(written, read, value)
    assert to_feel(read) == written
    assert to_json(read) == to_json(value)


@many
@given(VALUES)
def test_a_value_equals_itself_and_is_distinct_once(value: object) -> None:
    if value is not None:
        assert feel("x = x", x=value) is True
        assert feel("x != x", x=value) is False
    assert feel("is(x, x)", x=value) is True
    assert feel("count(distinct values([x, x]))", x=value) == 1
    assert feel("list contains([x], x)", x=value) is True
    assert feel("x in [[x]]", x=[value]) is True
