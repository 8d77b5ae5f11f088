"""Numbers of FEEL: decimals of 34 digits, their literals and their arithmetic (DMN 1.5, section 10.3.2.5)."""

from decimal import Decimal

import pytest
from evaluating import feel, holds

from andante.expressions import SyntaxFault

THIRD = Decimal("0.3333333333333333333333333333333333")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("1.50", Decimal("1.5")),
        (".5", Decimal("0.5")),
        ("-.5", Decimal("-0.5")),
        ("1e3", 1000),
        ("1.5E+3", 1500),
        ("25e-1", Decimal("2.5")),
        ("-1", -1),
        ("--1", 1),
        ("1.0", 1),
        ("9999999999999999999999999999999999", 10**34 - 1),
        (
            "12345678901234567890123456789012345",
            Decimal("12345678901234567890123456789012340"),
        ),  # to 34 digits, to even
        ("0.12345678901234567890123456789012345", Decimal("0.1234567890123456789012345678901234")),
    ],
)
def test_a_literal(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("0.1 + 0.2 = 0.3", True),
        ("1 - 0.9", Decimal("0.1")),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("2 - -3", 5),
        ("2--3", 5),
        ("16 / 4 / 2", 2),
        ("10 / 4", Decimal("2.5")),
        ("1 / 3", THIRD),
        ("1 / 3 * 3", Decimal("0.9999999999999999999999999999999999")),
        ("2 / 3", Decimal("0.6666666666666666666666666666666667")),
        ("2 ** 10", 1024),
        ("2 ** -1", Decimal("0.5")),
        ("4 ** 0.5", 2),
        ("2 ** 3 ** 2", 64),  # from the left, as all operators
        ("2 * 3 ** 2", 18),
        ("-2 ** 2", 4),  # the sign binds strongest
        ("0 ** 0", 1),
        ("10 ** 40 - 10 ** 40", 0),
        ("10 ** 40 + 1 = 10 ** 40", True),  # 34 digits do not hold both
        ("9999999999999999999999999999999999 + 1", Decimal("1E+34")),
        ("9999999999999999999 * 9999999999999999999", Decimal("9.999999999999999998E+37")),
        ("5 * 0.2", 1),
        ("0 * -1", 0),
    ],
)
def test_arithmetic(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0", "0 / 0", "1.5 / 0.0", "0 ** -1", "(-1) ** 0.5", "10 ** 7000", "1e6144 * 10", "-1e6144 * 10",
        "1e6144 + 1e6144 * 9", "1 + null", "null - 1", "null * null", "1 / null", "1 ** null", "-null",
        'true + 1', '"1" + 1', '1 + "1"', '"3" * 2', '"a" - "a"', "[1] + 1", "{} + {}", "-true", '-"1"', "missing + 1",
    ],
)  # fmt: skip
def test_arithmetic_without_an_answer_is_null(text: str) -> None:
    assert feel(text) is None


@pytest.mark.parametrize(
    ("given", "text", "value"),
    [
        (0.1, "x + 0.2", Decimal("0.3")),  # a float of JSON is the decimal it is written as
        (0.1, "x * 3 = 0.3", True),
        (2.0, "x = 2", True),
        (2.5, "x > 2", True),
        (1e300, "x * 1e300", Decimal("1E+600")),
        (float("nan"), "x", None),
        (float("inf"), "x > 1", None),
        (float("-inf"), "x < 1", None),
        (2**60 + 1, "x - 1", 2**60),
        (10**40, "x = 10 ** 40", True),
        (True, "x = 1", None),
        (True, "x + 1", None),
    ],
)
def test_a_number_from_outside(given: object, text: str, value: object) -> None:
    holds(text, feel(text, x=given), value)


@pytest.mark.parametrize("text", ["1 +", "* 1", "1 2", "1 ** ", "1..", "0x10", "1_000", "1e999999"])
def test_no_number(text: str) -> None:
    with pytest.raises(SyntaxFault):
        feel(text)
