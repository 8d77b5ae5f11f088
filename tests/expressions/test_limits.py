"""Whatever is asked, an expression ends soon and small: with a value, or with this room's fault."""

import resource
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from evaluating import COMPILERS, NOW, feel, holds

from andante.expressions import (
    DEFAULT_LIMITS,
    EvaluationFault,
    Limits,
    SyntaxFault,
    Together,
    compile_feel,
    compile_juel,
    to_feel,
    to_json,
)

LONG = "x" * 90_000
SOON = 10.0  # seconds of processor time, whatever else the machine does; most take a hundredth


@pytest.fixture(autouse=True)
def _soon_and_small() -> Iterator[None]:
    """Fails what takes long or holds hundreds of megabytes more than before."""
    begun, held = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - begun < SOON
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 300_000  # kilobytes


@pytest.mark.parametrize("language", COMPILERS)
def test_the_length_of_the_text(language: str) -> None:
    opening = "${" if language == "juel" else ""
    fits = opening + "1" + " " * (100 - len(opening) - 2) + ("}" if opening else " ")
    assert len(fits) == 100
    compiler = {"feel": compile_feel, "juel": compile_juel}.get(language)
    if compiler is not None:
        assert compiler(fits, Limits(max_length=100)).constant == 1
        with pytest.raises(SyntaxFault, match="longer than 100 characters"):
            compiler(fits + " ", Limits(max_length=100))
    with pytest.raises(SyntaxFault, match="longer than 10000 characters"):
        COMPILERS[language](opening + " " * 10_000 + "1")


NESTED = {
    "parentheses": ("(", "1", ")"), "lists": ("[", "1", "]"), "contexts": ("{a:", "1", "}"), "signs": ("-", "1", ""),
    "calls": ("not(", "true", ")"), "ifs": ("if true then 1 else ", "1", ""),
    "loops": ("for x in [1] return ", "1", ""),
    "tests": ("some x in [1] satisfies ", "true", ""), "filters": ("[1][", "1", "]"), "ranges": ("[1..", "2", "]"),
    "functions": ("(function(x) ", "1", ")(1)"), "paths": ("", "a", ".b"), "items": ("", "a", "[1]"),
    "types": ("", "number", ""), "in": ("1 in (", "1", ")"),
    "betweens": ("1 between 1 and (", "1", ")"),
    "operators": ("1 + 2 * 3 ** (", "1", ")"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NESTED)
def test_nesting(kind: str) -> None:
    before, inner, after = NESTED[kind]

    def nested(times: int) -> str:
        if kind == "types":
            return f"1 instance of {'list<' * times}number{'>' * times}"
        return before * times + inner + after * times

    assert isinstance(compile_feel(nested(20)).evaluate({}, NOW), object)
    for times in (101, 9_000 // len(before + after or "list<>")):
        with pytest.raises(SyntaxFault, match="nested more than 100 deep"):
            compile_feel(nested(times))


@pytest.mark.parametrize(
    "text", ["(" * 101, "!" * 101 + "true", "-" * 101 + "1", "a" + ".b" * 101, "1 ? " * 101, "a[" * 101]
)
def test_nesting_of_juel(text: str) -> None:
    with pytest.raises(SyntaxFault, match="nested more than 100 deep"):
        compile_juel(f"${{{text}}}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1" + "+1" * 4_000, 4_001),
        ("1" + "-1" * 4_000, -3_999),
        ("true" + " and true" * 1_000, True),
        ("false" + " or false" * 1_000, False),
        ("1 in (" + "2," * 3_000 + "1)", True),
        ("sum([" + "1," * 4_000 + "1])", 4_001),
        ("count([" + "[]," * 3_000 + "[]])", 3_001),
        ("count([" + "-x," * 3_000 + "-1])", 3_001),
        ("count([" + "(1)," * 2_000 + "[1..2]])", 2_001),
        ("count([" + "1 instance of list<Any>," * 400 + "1])", 401),
        ("{" + ",".join(f"a{n}: {n}" for n in range(900)) + "}.a899", 899),
        ('string length("' + "a" * 9_000 + '")', 9_000),
        ("if false then 0 else " * 90 + "7", 7),
    ],
)
def test_what_is_long_but_flat_is_computed(text: str, value: object) -> None:
    holds(text[:40], feel(text), value)


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 5_000,
        "/**/" * 2_000 + "1 +",
        '"' + "\\" * 9_000,
        "`" * 9_000,
        "[" * 9_999,
        "{" * 9_999,
        "1" * 9_999 + "e",
        "?" * 9_999 + " ?",
        "@" * 9_999,
        "a:" * 4_999,
        "in " * 3_300,
        "not(" * 2_400,
        "1e" + "9" * 9_000,
        "-" * 9_999,
    ],
)
def test_hostile_texts_are_refused_soon(text: str) -> None:
    with pytest.raises(SyntaxFault):
        compile_feel(text)


DOUBLING = "for i in 1..30 return if i = 1 then [1] else [partial[-1], partial[-1]]"  # a billion leaves in 30 lists


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10 ** 30 return i",
        "count(for i in 1..1000, j in 1..1000 return i)",
        "some i in 1..1e15 satisfies false",
        "every i in 1..1e15 satisfies true",
        "{f: function(f, n) f(f, n + 1), r: f(f, 1)}.r",
        "{f: function(f, n) for i in 1..10 return f(f, n + 1), r: f(f, 1)}.r",
        f"{{a: {DOUBLING}, b: a = a}}.b",
        f"{{a: {DOUBLING}, b: is(a, a)}}.b",
        f"string({DOUBLING})",
        f"flatten({DOUBLING})",
        f"distinct values([{DOUBLING}])",
        f"{{a: {DOUBLING}, b: list contains(a, a)}}.b",
        f"{{a: {DOUBLING}, b: a in a}}.b",
        f"{{a: {DOUBLING}, b: index of([a], a)}}.b",
        f"count({DOUBLING}) = 0 or [{DOUBLING}] = [[]]",
        DOUBLING,
        "for i in 1..50 return [partial, partial]",
        "for i in 1..1000 return partial",
        "for i in 1..300 return if i = 1 then [1] else [partial[-1]]",
        "sum(big)",
        "big[item > 0]",
        "reverse(big)",
        "count(for i in 1..90000 return " + "+".join(["i"] * 2_000) + ")",  # a round costs what it holds
        "count(for i in 1..90000 return i ** 1.1)",
        "sort(big, function(a, b) a > b)",
    ],
)
def test_too_many_steps(text: str) -> None:
    # What is small itself may still be too much as a result.
    with pytest.raises(EvaluationFault, match=r"more than 100000|more than 100 deep|nested more than 200 deep"):
        feel(text, big=list(range(100_001)))


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..20000 return s + string(i)",
        "for i in 1..20000 return upper case(s)",
        "for i in 1..20000 return s",
        "for i in 1..20000 return substring(s, 2)",
        "string(for i in 1..10000 return s)",
        "for i in 1..9999 return {a: s + s2}",
        "for i in 1..20000 return context put({}, s, i)",
        "for i in 1..20000 return trim(s)",
        "for i in 1..2000 return split(s, s2)",
        'for i in 1..20000 return replace(s, "x", "y")',
        'for i in 1..2000 return extract(s, "x")',
        "for i in 1..9999 return s + s2",
        'for i in 1..20000 return substring before(s, "y") + substring after(s, "x")',
        'for i in 1..9999 return matches(s, "x*y")',
        "[1, 2, 3][contains(s, s2)] = [] or count(for i in 1..99999 return contains(s, s2)) > 0",
        "(function(g) for i in 1..9999 return g(i))(function(i) s + string(i))",
    ],
)
def test_too_much_text(text: str) -> None:
    with pytest.raises(EvaluationFault, match=r"more than 100000|larger than the 100000|may take too long"):
        feel(text, s=LONG, s2="x")


@pytest.mark.parametrize(
    "text",
    [
        "s + s",
        'string join([s, s], "")',
        'replace(s, "x", "xx")',
        "string([s, s])",
        "split(s + s, s)",
        "string join(for i in 1..99 return s)",
    ],
)
def test_the_size_of_one_text(text: str) -> None:
    with pytest.raises(EvaluationFault, match="larger than the 100000 an expression may build"):
        feel(text, s=LONG)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 ** 1e30", None),
        ("1.0000001 ** 1e30", None),
        ("(10 ** 6000) ** 0.5", Decimal("1E+3000")),
        ("exp(1e30)", None),
        ("10 ** 6144 / 10 ** 6144", 1),
        ("decimal(1e6000, 6176)", Decimal("1E+6000")),
        ("round up(1e-6000, 3)", Decimal("0.001")),
        ("modulo(1e6000, 1e-6000)", None),
        ("1e-6143 / 1e40", 0),
        ("9 ** 999 > 1", True),
        ("sqrt(1e6000)", Decimal("1E+3000")),
        ("count([1..1e15])", 1),
        ("1e15 in [1..1e15]", True),
        ('@"P1D" * 1e15', None),
    ],
)
def test_huge_numbers(text: str, value: object) -> None:
    found = feel(text)
    assert found is None or type(found) in (int, Decimal, bool)
    holds(text, found, value)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*b",
        "(a|aa)+$",
        "(a?){50}$",
        "((a+)b?)+c",
        "((a+)b)+c",
        "((?:x|y)z)*",
        "(a{1,9})*b",
        "(a{,9}){,9}b",
        "(a{00000,}){00000,}b",
        "(?=a)a",
        "(a)\\\\1",
        "(?i)a",
        "(?P<n>a)",
        "(a+)*+b",
    ],
)
def test_a_pattern_that_may_never_end_is_refused(pattern: str) -> None:
    with pytest.raises(EvaluationFault, match="refused because it may never end; write a class such as"):
        feel(f'matches("{"a" * 40}!", "{pattern}")')


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("a*a*a*a*b", ""),
        ("a?" * 30 + "b", ""),
        ("(a|aa)" * 40 + "$", ""),
        ("^" + "(a|aa)" * 40 + "$", ""),
        ("[a-z]+" * 3 + "1", ""),
        ("(a{999}){999}b", ""),
        ("a {0,} a * a+b", "x"),
    ],
)
def test_a_pattern_that_may_take_long_is_refused(pattern: str, flags: str) -> None:
    with pytest.raises(EvaluationFault, match="may take too long on a string of 9000 characters"):
        feel("matches(s, p, f)", s="a" * 9_000, p=pattern, f=flags)
    with pytest.raises(EvaluationFault, match="may never end"):
        feel("matches(s, p, f)", s="a" * 40, p="(a+) +$", f="x")


def test_a_list_of_other_kinds_is_made_distinct_soon() -> None:
    assert feel('count(distinct values(for i in 1..9000 return @"2026-01-01T00:00:00" + @"PT1S" * i))') == 9_000
    assert feel("count(distinct values(for i in 1..9000 return [i]))") == 9_000
    assert feel("count(duplicate values(for i in 1..20000 return modulo(i, 10000)))") == 10_000


def test_values_nested_too_deep() -> None:
    deep: object = 0.5
    for _ in range(5_000):
        deep = [deep]
    for text in ("x", "[x]", "x = x", "string(x)", "[x] = [x]", "flatten(x)[1]", "distinct values([x])"):
        with pytest.raises(EvaluationFault, match=r"nested too deep|more than 200 deep"):
            feel(text, x=deep)
    for write in (to_feel, to_json):
        with pytest.raises(EvaluationFault, match="nested too deep"):
            write(deep)
    with pytest.raises(EvaluationFault, match="nested too deep"):
        compile_juel("${x}").evaluate({"x": deep}, None)


def test_limits_are_those_that_are_asked_for() -> None:
    few = Limits(max_depth=5, max_steps=10, max_size=3)
    assert compile_feel("[1, 2, 3]", few).evaluate({}, NOW) == [1, 2, 3]
    assert compile_feel('"ab" + "c"', few).evaluate({}, NOW) == "abc"
    assert compile_feel("count(for i in 1..3 return i)", few).evaluate({}, NOW) == 3
    for text in ("[1, 2, 3, 4]", "[[1, 2], [3]]", '"ab" + "cd"', "for i in 1..20 return i", "for i in 1..4 return i"):
        with pytest.raises(EvaluationFault):
            compile_feel(text, few).evaluate({}, NOW)
    assert compile_feel('string join(["a", "b"], "-")', few).evaluate({}, NOW) == "a-b"
    with pytest.raises(EvaluationFault, match="A string of 4 is larger than the 3 an expression may build"):
        compile_feel('string join(["a", "bc"], "-")', few).evaluate({}, NOW)


@pytest.mark.parametrize(
    ("text", "depth"),
    [("1", 1), ("((1))", 3), ("a.b.c", 3), ("1 + 2 * 3", 3), ("a or b and c", 3), ("-(-a)", 4), ("not(not(a))", 3)],
)
def test_the_depth_that_is_just_allowed(text: str, depth: int) -> None:
    compile_feel(text, Limits(max_depth=depth))
    with pytest.raises(SyntaxFault, match=f"nested more than {depth - 1} deep"):
        compile_feel(text, Limits(max_depth=depth - 1))


def test_the_limits_by_default() -> None:
    assert DEFAULT_LIMITS.max_steps == DEFAULT_LIMITS.max_size == 100_000


def test_a_function_never_leaves_an_expression() -> None:
    for text in ("function(x) x", "[function(x) x]", "{f: function(x) x}", "{a: {f: [function(x) x]}}"):
        with pytest.raises(EvaluationFault, match="The result is a function; call it"):
            feel(text)


def test_many_expressions_have_an_end_together_and_each_its_own_afterwards() -> None:
    dear = compile_feel("count(for i in 1..1000 return n)")
    with Together(2_500):
        assert dear.evaluate({"n": 1}, NOW) == 1_000
        assert dear.evaluate({"n": 1}, NOW) == 1_000
        with pytest.raises(EvaluationFault, match="All expressions together take more than 2500 steps"):
            dear.evaluate({"n": 1}, NOW)
    assert dear.evaluate({"n": 1}, NOW) == 1_000


def test_what_is_always_the_same_is_computed_while_a_model_is_read_only_where_it_is_cheap() -> None:
    """A model of thousands of such expressions would take minutes to read."""
    assert compile_feel("1 + 1").is_constant
    dear = compile_feel("count(for i in 1..90000 return i)")
    assert not dear.is_constant
    assert dear.evaluate({}, NOW) == 90_000
