"""The methods of Java's strings, lists, maps and numbers that `${...}` may call, and only those."""

import datetime as dt

import pytest
from evaluating import holds, juel

from andante.expressions import EvaluationFault, Limits, SyntaxFault, compile_juel
from andante.expressions.juel import methods

NAMES: dict[str, object] = {
    "s": "Hello", "l": [1, 2.5, "x", None], "m": {"a": 1, "b": {"c": 2}}, "n": 2.75, "t": True, "nothing": None,
    "d": dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC),
}  # fmt: skip


CALLS: list[tuple[str, object]] = [
    ("s.equals('Hello')", True),
    ("s.equals('hello')", False),
    ("s.equals(5)", False),
    ("s.equalsIgnoreCase('HELLO')", True),
    ("s.equalsIgnoreCase(nothing)", False),
    ("s.compareTo('Hallo')", 1),
    ("s.compareTo('Hello')", 0),
    ("s.contains('ell')", True),
    ("s.contains('x')", False),
    ("s.startsWith('He')", True),
    ("s.endsWith('lo')", True),
    ("s.indexOf('l')", 2),
    ("s.indexOf('x')", -1),
    ("s.lastIndexOf('l')", 3),
    ("s.length()", 5),
    ("s.isEmpty()", False),
    ("''.isEmpty()", True),
    ("' '.isBlank()", True),
    ("s.isBlank()", False),
    ("s.toLowerCase()", "hello"),
    ("s.toUpperCase()", "HELLO"),
    ("' a '.trim()", "a"),
    ("' a '.strip()", "a"),
    ("s.substring(1)", "ello"),
    ("s.substring(1, 3)", "el"),
    ("s.substring(5)", ""),
    ("s.charAt(0)", "H"),
    ("s.concat(' ').concat(n)", "Hello 2.75"),
    ("s.concat(nothing)", "Hello"),
    ("s.replace('l', 'L')", "HeLLo"),
    ("s.split('l')", ["He", "", "o"]),
    ("'a.b'.split('.')", ["a", "b"]),
    ("'abc'.split('')", ["a", "b", "c"]),
    ("s.toString()", "Hello"),
    ("s.toUpperCase().substring(0, 1)", "H"),
    ("l.size()", 4),
    ("l.isEmpty()", False),
    ("l.contains(2.5)", True),
    ("l.contains('2.5')", False),
    ("l.contains(nothing)", True),
    ("l.get(1)", 2.5),
    ("l.indexOf('x')", 2),
    ("l.indexOf('y')", -1),
    ("l.equals(l)", True),
    ("l.toString()", '[1, 2.5, "x", null]'),
    ("m.size()", 2),
    ("m.isEmpty()", False),
    ("m.get('a')", 1),
    ("m.get('z')", None),
    ("m.getOrDefault('z', 7)", 7),
    ("m.getOrDefault('a', 7)", 1),
    ("m.containsKey('b')", True),
    ("m.containsValue(1)", True),
    ("m.keySet()", ["a", "b"]),
    ("m.values()", [1, {"c": 2}]),
    ("m.get('b').get('c')", 2),
    ("m.equals(m)", True),
    ("m.toString()", "{a: 1, b: {c: 2}}"),
    ("n.intValue()", 2),
    ("n.longValue()", 2),
    ("n.doubleValue()", 2.75),
    ("n.compareTo(3)", -1),
    ("n.equals(2.75)", True),
    ("n.toString()", "2.75"),
    ("d.plusSeconds(30).toString()", "2026-01-31T10:00:30Z"),
    ("d.plusMinutes(-1).toString()", "2026-01-31T09:59:00Z"),
    ("d.plusHours(14).toString()", "2026-02-01T00:00:00Z"),
    ("d.plusDays(1).toDate().toString()", "2026-02-01T10:00:00Z"),
    ("d.plusWeeks(1).toString()", "2026-02-07T10:00:00Z"),
    ("d.plusMonths(1).toString()", "2026-02-28T10:00:00Z"),
    ("d.plusYears(1).toString()", "2027-01-31T10:00:00Z"),
    ("d.minusSeconds(30).toString()", "2026-01-31T09:59:30Z"),
    ("d.minusMinutes(1).toString()", "2026-01-31T09:59:00Z"),
    ("d.minusHours(11).toString()", "2026-01-30T23:00:00Z"),
    ("d.minusDays(31).toString()", "2025-12-31T10:00:00Z"),
    ("d.minusWeeks(1).toString()", "2026-01-24T10:00:00Z"),
    ("d.minusMonths(-1).toString()", "2026-02-28T10:00:00Z"),
    ("d.minusYears(1).toString()", "2025-01-31T10:00:00Z"),
    ("d.isAfter(d.minusDays(1))", True),
    ("d.isBefore(d)", False),
    ("d.compareTo(d.plusDays(1))", -1),
    ("d.equals(d)", True),
    ("t.booleanValue()", True),
    ("t.equals(true)", True),
    ("t.toString()", "true"),
]


@pytest.mark.parametrize(("text", "value"), CALLS)
def test_a_method(text: str, value: object) -> None:
    given = juel(f"${{{text}}}", **NAMES)
    holds(text, given, juel("${x}", x=value))


def test_every_method_is_tried() -> None:
    written = " ".join(text for text, _ in CALLS)
    tables = (*methods._TABLES.values(), methods._OTHER)
    assert not {name for table in tables for name in table if f".{name}(" not in written}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nothing.length()", "Null has no method 'length'; check with empty first"),
        ("s.size()", "A string has no method 'size'"),
        ("l.length()", "A list has no method 'length'"),
        ("t.intValue()", "A boolean has no method"),
        ("s.charAt(5)", "no character 5"),
        ("s.charAt(-1)", "position"),
        ("s.charAt(0.5)", "position"),
        ("s.charAt('x')", "no number"),
        ("s.substring(6)", "outside of the 5"),
        ("s.substring(3, 2)", "outside of the 2"),
        ("l.get(4)", "no item 4"),
        ("l.get(-1)", "position"),
        ("s.contains(nothing)", "A string is wanted, not null"),
        ("s.startsWith(1)", "A string is wanted"),
        ("s.replace('l', 1)", "A string is wanted"),
        ("s.compareTo(1)", "does not compare"),
        ("n.compareTo('a')", "not compare"),
    ],
)
def test_a_method_with_faulty_arguments(text: str, fault: str) -> None:
    with pytest.raises(EvaluationFault, match=fault):
        juel(f"${{{text}}}", **NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "s.getClass()",
        "s.getBytes()",
        "l.add(1)",
        "l.clear()",
        "m.put('a', 1)",
        "m.remove('a')",
        "s.__class__()",
        "s.format()",
        "s.matches('a')",
        "s.charAt()",
        "s.startsWith()",
        "s.concat()",
        "s.concat(1, 2)",
        "s.equalsIgnoreCase()",
        "s.replace('a')",
        "s.length(1)",
        "s.substring()",
        "m.containsKey()",
        "m.getOrDefault('a')",
        "m.get()",
        "s.substring(1, 2, 3)",
        "java.lang.System.exit(1)",
        "s.hashCode()",
        "s.wait()",
    ],
)
def test_any_other_method_is_refused_when_read(text: str) -> None:
    with pytest.raises(SyntaxFault, match=r"There is no method .*; have a worker compute the value"):
        compile_juel(f"${{{text}}}")


@pytest.mark.parametrize(
    "name", ["setVariable", "setVariables", "setVariableLocal", "removeVariable", "removeVariables"]
)
def test_execution_only_reads(name: str) -> None:
    with pytest.raises(SyntaxFault, match=f"execution.{name} is refused: an expression only reads"):
        compile_juel(f"${{execution.{name}('a', 1)}}")


@pytest.mark.parametrize("call", ["getVariable(x)", "getVariable(1)", "hasVariable('a', 'b')", "getEngineServices()"])
def test_of_execution_all_else_is_refused(call: str) -> None:
    with pytest.raises(SyntaxFault, match=r"takes the variable's name|is not known"):
        compile_juel(f"${{execution.{call}}}")


@pytest.mark.parametrize("name", ["__class__", "__init__", "__globals__", "f_back", "mro"])
def test_nothing_of_python_shows(name: str) -> None:
    for value in ("s", [1], {"a": 1}, 2.5, True):
        try:
            found = juel(f"${{v.{name}}}", v=value)
        except EvaluationFault:
            continue
        assert found is None  # a context without that entry


def test_what_a_method_builds_is_bounded() -> None:
    small = Limits(max_size=10)
    for text in ("${s.concat(s)}", "${s.replace('a', 'bcd')}", "${s.split('')}", "x${s}${s}"):
        with pytest.raises(EvaluationFault, match="is larger than the 10 an expression may build"):
            compile_juel(text, small).evaluate({"s": "a" * 11}, None)
    with pytest.raises(EvaluationFault, match="is larger than"):
        juel("${s.replace('', s)}", s="a" * 90_000)
