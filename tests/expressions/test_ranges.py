"""Ranges: literals, ends, properties, and how two of them lie to one another (DMN 1.5, table 78)."""

import pytest
from evaluating import feel, holds

from andante.expressions.values import Range


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1..5]", Range(1, 5)),
        ("(1..5)", Range(1, 5, False, False)),
        ("]1..5[", Range(1, 5, False, False)),
        ("[1..5)", Range(1, 5, True, False)),
        ("(1..5]", Range(1, 5, False, True)),
        ("[1 + 1..2 * 3]", Range(2, 6)),
        ("[x..y]", Range(1, 2)),
        ("[x..y[", Range(1, 2, True, False)),
        ("[xs[1]..xs[2]]", Range(7, 8)),
        ('["a".."b"]', Range("a", "b")),
        ("(< 5)", Range(None, 5, False, False)),
        ("(<= 5)", Range(None, 5, False, True)),
        ("(> 5)", Range(5, None, False, False)),
        ("(>= 5)", Range(5, None, True, False)),
        ("(= 5)", Range(5, 5)),
        ("(!= 5)", None),
        ('[1.."a"]', None),
        ("[null..5]", None),
        ("[true..false]", None),
        ("(< null)", None),
        ("(< [1])", None),
    ],
)
def test_a_literal(text: str, value: object) -> None:
    holds(text, feel(text, x=1, y=2, xs=[7, 8]), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1..5].start", 1),
        ("[1..5].end", 5),
        ("[1..5).start included", True),
        ("[1..5).end included", False),
        ("(< 5).start", None),
        ("(< 5).start included", False),
        ("[1..5].middle", None),
        ("[[1..5], [2..6]].start", [1, 2]),
    ],
)
def test_properties(text: str, value: object) -> None:
    holds(text, feel(text), value)


# Each line: a, b, and the relations that hold of them in this order, of all there are for two ranges.
RELATIONS = (
    "before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes", "finished by",
    "includes", "during", "starts", "started by", "coincides",
)  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "relations"),
    [
        ("[1..3]", "[5..9]", {"before"}),
        ("[5..9]", "[1..3]", {"after"}),
        ("[1..5]", "[5..9]", {"meets", "overlaps", "overlaps before"}),
        ("[5..9]", "[1..5]", {"met by", "overlaps", "overlaps after"}),
        ("[1..5)", "[5..9]", {"before"}),
        ("[1..5]", "(5..9]", {"before"}),
        ("[1..6]", "[4..9]", {"overlaps", "overlaps before"}),
        ("[4..9]", "[1..6]", {"overlaps", "overlaps after"}),
        ("[1..9]", "[3..5]", {"overlaps", "includes"}),
        ("[3..5]", "[1..9]", {"overlaps", "during"}),
        ("[1..5]", "[1..9]", {"overlaps", "starts", "during"}),
        ("[1..9]", "[1..5]", {"overlaps", "started by", "includes"}),
        ("[5..9]", "[1..9]", {"overlaps", "overlaps after", "finishes", "during"}),
        ("[1..9)", "[5..9]", {"overlaps", "overlaps before"}),
        ("[1..9]", "[5..9)", {"overlaps", "includes"}),
        ("[1..9]", "[5..9]", {"overlaps", "overlaps before", "finished by", "includes"}),
        (
            "[1..5]", "[1..5]",
            {"overlaps", "coincides", "starts", "started by", "finishes", "finished by", "includes", "during"},
        ),
        ("[1..5]", "[1..5)", {"overlaps", "started by", "includes"}),
        ("(1..5]", "[1..5]", {"overlaps", "overlaps after", "finishes", "during"}),
        ("(< 5)", "(> 7)", {"before"}),
        ("(> 7)", "(< 5)", {"after"}),
        ("(<= 5)", "(>= 5)", {"meets", "overlaps", "overlaps before"}),
        ("(< 9)", "[1..5]", {"overlaps", "includes"}),
        ("(< 5)", "(< 7)", {"overlaps", "starts", "during"}),
        (
            "(< 5)", "(< 5)",
            {"overlaps", "coincides", "starts", "started by", "finishes", "finished by", "includes", "during"},
        ),
        ("(>= 5)", "(> 5)", {"overlaps", "overlaps before", "finished by", "includes"}),
        ('["a".."c"]', '["d".."f"]', {"before"}),
        ('[@"2026-01-01"..@"2026-01-31"]', '[@"2026-01-10"..@"2026-01-20"]', {"overlaps", "includes"}),
    ],
)  # fmt: skip
def test_relations_of_two_ranges(a: str, b: str, relations: set[str]) -> None:
    assert {name for name in RELATIONS if feel(f"{name}({a}, {b})") is True} == relations
    assert all(feel(f"{name}({a}, {b})") in (True, False) for name in RELATIONS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("before(1, 2)", True),
        ("before(2, 1)", False),
        ("before(1, 1)", False),
        ("after(2, 1)", True),
        ("before(1, [2..3])", True),
        ("before(2, (2..3])", True),
        ("before(2, [2..3])", False),
        ("after(3, [1..3))", True),
        ("before([1..2], 3)", True),
        ("before([1..3), 3)", True),
        ("coincides(1, 1)", True),
        ("coincides(1, 2)", False),
        ("includes([1..3], 3)", True),
        ("includes([1..3), 3)", False),
        ("during(2, [1..3])", True),
        ("during(4, [1..3])", False),
        ("starts(1, [1..3])", True),
        ("starts(1, (1..3])", False),
        ("started by([1..3], 1)", True),
        ("finishes(3, [1..3])", True),
        ("finishes(3, [1..3))", False),
        ("finished by([1..3], 3)", True),
        ('before(@"10:00:00", @"11:00:00")', True),
    ],
)
def test_relations_of_points(text: str, value: object) -> None:
    holds(text, feel(text), value)


@pytest.mark.parametrize("name", RELATIONS)
def test_relations_without_an_answer_are_null(name: str) -> None:
    for arguments in ('[1..3], ["a".."b"]', "null, [1..3]", "[1..3], null", "[1..3], true", "[1], [1..3]"):
        holds(f"{name}({arguments})", feel(f"{name}({arguments})"), None)


@pytest.mark.parametrize(
    "text",
    [
        "3 in [1..null]",
        "3 in (null..9]",
        "3 in [x..9]",
        "null in [x..9]",
        '3 in [1.."b"]',
        "null in [1..9]",
        '"a" in [1..9]',
    ],
)
def test_nothing_is_said_of_what_is_in_no_range(text: str) -> None:
    assert feel(text, x=None) is None
