"""A faulty text is refused when it is read, with the place and, where it is a slip, with what to write instead."""

import pytest
from evaluating import COMPILERS

from andante.expressions import ExpressionError, SyntaxFault


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "Found the end of the expression, expected a value"),
        ("  ", 2, "Found the end of the expression, expected a value"),
        ("1 +", 3, "expected a value"),
        ("(1", 2, "expected ')'"),
        ("[1, 2", 5, "expected ']'"),
        ("{a: 1", 5, "expected '}'"),
        ("{a 1}", 3, "Found '1', expected ':'"),
        ("1 2", 2, "Found '2', expected the end"),
        ("1)", 1, "Found ')', expected the end"),
        ("then", 0, "Found 'then', expected a value"),
        ("a and", 5, "expected a value"),
        ("a = = b", 4, "to compare write one ="),
        ("a == b", 3, "to compare write one ="),
        ("a && b", 2, "Unexpected '&'; write and"),
        ("a || b", 2, "Unexpected '|'; write or"),
        ("!a", 0, "Unexpected '!'; write not(...)"),
        ("a % b", 2, "Unexpected '%'; write modulo(a, b)"),
        ("'a'", 0, 'write strings in "double quotes"'),
        ("“a”", 0, 'write strings in "straight quotes"'),
        ('"a', 0, "The string has no closing quote"),
        ("1 /* x", 2, "The comment has no closing '*/'"),
        ("a # b", 2, "Unexpected '#'"),
        ("`a", 0, "Unexpected '`'"),
        ("Full Name > 1", 5, "a name of several words stands in backticks: `Full Name`"),
        ("person.first name", 13, "backticks: `first name`"),
        ("a.", 2, "expected a name after '.'"),
        ("a.1", 1, "expected the end"),
        ("if a then b", 11, "expected 'else'"),
        ("if a b else c", 5, "expected 'then'"),
        ("for in x return 1", 4, "'in' is a word of FEEL, not a name"),
        ("for 1 in [1] return 1", 4, "expected a name"),
        ("for x in [1]", 12, "expected 'return'"),
        ("some x in [1]", 13, "expected 'satisfies'"),
        ("1 between 2", 11, "expected 'and'"),
        ("1..2", 1, "Found '..', expected the end"),
        ("[1..2", 5, "expected ']', ')' or '[' to end the range"),
        ("1 instance of", 13, "expected a type such as number, string or list<number>"),
        ("1 instance of foo", 14, "Found 'foo', expected a type"),
        ("1 instance number", 11, "expected 'of'"),
        ("foo(1)", 0, "There is no function 'foo'; have a worker compute the value"),
        ("count(xs, ", 10, "expected a value"),
        ('substring("a")', 9, "does not take 1 arguments; it is substring(string, start position, length)"),
        ('substring(text: "a")', 9, "does not take (text); it is substring("),
        ("substring(string: 1, 2)", 21, "expected arguments all by name or all by position"),
        ("append(list: [], list: [])", 6, "The argument 'list' is given twice"),
        ("{a: 1, a: 2}", 7, "The entry 'a' is there twice"),
        ("function(x, x) x", 0, "The parameter 'x' is there twice"),
        ("function() external {}", 11, "External functions (Java, PMML) cannot be called"),
        ('@"2026-02-30"', 0, "@ is to be followed by a date, time or duration"),
        ("@1", 0, "@ is to be followed by a date"),
        ("1e99999", 0, "The number 1e99999 is out of bounds"),
        ('"\\uD800"', 0, "half a surrogate pair"),
        ('"\\U110000"', 0, "There is no character"),
    ],
)
def test_feel(text: str, position: int, said: str) -> None:
    refused("feel", text, position, said)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("${", 2, "The expression has no closing '}'"),
        ("a ${b", 4, "The expression has no closing '}'"),
        ("${}", 2, "Found the end of the expression, expected a value"),
        ("${a b}", 4, "Found 'b', expected the end"),
        ("${a = 1}", 4, "to compare write =="),
        ("${a =}", 4, "to compare write =="),
        ("${1 + }", 6, "expected a value"),
        ("${(a}", 4, "expected ')'"),
        ("${a[1}", 5, "expected ']'"),
        ("${a.}", 4, "expected a name after '.'"),
        ("${a ? b}", 7, "expected ':'"),
        ("${'a}", 2, "The string has no closing quote"),
        ("${a & b}", 4, "Unexpected '&'"),
        ("${not}", 5, "expected a value"),
        ("${eq}", 2, "Found 'eq', expected a value"),
        ("${a instanceof b}", 4, "Found 'instanceof', expected the end"),
        ("${foo(1)}", 2, "There is no function 'foo'; have a worker compute the value"),
        ("${now(1)}", 2, "There is no function 'now'"),
        ("${a.foo()}", 4, "There is no method 'foo' of 0 arguments"),
        ("${{a}}", 2, "Found '{', expected a value"),
        ("${1e99999}", 2, "out of bounds"),
        ("ok ${a} ${b c}", 12, "Found 'c', expected the end"),
    ],
)
def test_juel(text: str, position: int, said: str) -> None:
    refused("juel", text, position, said)


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("feel", "1 +\n  then", "line 2, column 3"),
        ("feel", "{\n  a: 1,\n  b: [1, 2\n}", "line 4, column 1"),
        ("feel", "1 +\n", "line 2, column 1"),
        ("juel", "Dear ${name},\n\nyou owe ${amount b}", "line 3, column 18"),
        ("contract", "{!A}\n& {!B}", "line 2, column 1"),
        ("feel", "1 + then", "character 5"),
    ],
)
def test_the_place_is_a_line_and_a_column_where_there_are_lines(language: str, text: str, place: str) -> None:
    with pytest.raises(SyntaxFault, match=f"at {place}"):
        COMPILERS[language](text)


def refused(language: str, text: str, position: int, said: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        COMPILERS[language](text)
    fault = caught.value
    assert isinstance(fault, ExpressionError)
    assert said in fault.message
    assert fault.position == position
    assert str(fault) == f"{fault.message} (at character {position + 1})"
