"""`${...}`: operators, access, coercion and text templates (JSR 245), with faults where Java would guess."""

import datetime as dt
from decimal import Decimal

import pytest
from evaluating import NOW, holds, juel

from andante.expressions import EvaluationFault, compile_juel

NAMES: dict[str, object] = {
    "n": 5, "half": 2.5, "text": "abc", "digits": "12", "yes": True, "no": False, "nothing": None, "blank": "",
    "items": [1, 2.5, "x"], "none": [], "order": {"id": "o1", "lines": [{"price": 1.5}], "1": "one", "size": 3},
    "bare": {}, "day": dt.date(2026, 1, 31),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n == 5", True),
        ("n eq 5", True),
        ("n != 5", False),
        ("n ne 5", False),
        ("n < 6", True),
        ("n lt 5", False),
        ("n <= 5", True),
        ("n le 4", False),
        ("n > 4", True),
        ("n gt 5", False),
        ("n >= 5", True),
        ("n ge 6", False),
        ("5 < n", False),
        ("4 < n", True),
        ("half == 2.5", True),
        ("half > 2", True),
        ("half < n", True),
        ("text == 'abc'", True),
        ('text == "abc"', True),
        ("text != 'x'", True),
        ("text < 'abd'", True),
        ("yes == true", True),
        ("yes == no", False),
        ("nothing == null", True),
        ("n == null", False),
        ("null == null", True),
        ("n != null", True),
        ("nothing == n", False),
        ("1 < 2 == true", True),  # an order binds stronger than equality
        ("items == items", True),
        ("order == bare", False),
        ("day == day", True),
        ("day == '2026-01-31'", False),
    ],
)
def test_comparison(text: str, value: object) -> None:
    holds(text, juel(f"${{{text}}}", **NAMES), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("digits == 12", True),
        ("digits > 2", True),
        ("digits < 9", False),
        ("12 == digits", True),
        ("yes == 'true'", True),
        ("'TRUE' == yes", True),
        ("yes == 'false'", False),
        ("yes == 1", False),
        ("nothing > 1", False),
        ("nothing < 1", False),
        ("nothing >= 1", False),
        ("nothing <= null", True),
        ("digits + 1", 13),
        ("nothing + 1", 1),
        ("blank + 1", 1),
        ("' 7 ' * 2", 14),
        ("'true' && yes", True),
        ("'False' || no", False),
        ("nothing || yes", True),
        ("!blank", True),
        ("!nothing", True),
    ],
)
def test_coercion(text: str, value: object) -> None:
    holds(text, juel(f"${{{text}}}", **NAMES), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes && no", False),
        ("yes and yes", True),
        ("no || yes", True),
        ("no or no", False),
        ("!yes", False),
        ("not no", True),
        ("!!yes", True),
        ("yes || no && no", True),
        ("(yes || no) && no", False),
        ("!no && yes", True),
        ("no && n", False),
        ("yes || n", True),  # what does not matter is not looked at
        ("n > 1 && n < 9 || text == 'x'", True),
        ("not empty items && n == 5", True),
        ("empty nothing", True),
        ("empty blank", True),
        ("empty none", True),
        ("empty bare", True),
        ("empty 0", False),
        ("empty text", False),
        ("empty items", False),
        ("empty no", False),
        ("not empty order", True),
        ("yes ? 'a' : 'b'", "a"),
        ("no ? 'a' : 'b'", "b"),
        ("nothing ? 1 : 2", 2),
        ("yes ? no ? 1 : 2 : 3", 2),
        ("no ? 1 : yes ? 2 : 3", 2),
        ("n > 1 ? n : 0", 5),
        ("yes ? half : 1", Decimal("2.5")),
        ("no ? 1 : half", Decimal("2.5")),
    ],
)
def test_logic(text: str, value: object) -> None:
    holds(text, juel(f"${{{text}}}", **NAMES), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("n / 2", Decimal("2.5")),
        ("n div 2", Decimal("2.5")),
        ("n % 2", 1),
        ("n mod 3", 2),
        ("-n % 3", -2),
        ("5.5 % 2", Decimal("1.5")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("half * 2", 5),
        ("-half", Decimal("-2.5")),
        ("- -n", 5),
        ("n - -1", 6),
        ("1e3", 1000),
        (".5", Decimal("0.5")),
        ("1.", 1),
        ("n + half", Decimal("7.5")),
        ("-digits", -12),
    ],
)
def test_arithmetic(text: str, value: object) -> None:
    holds(text, juel(f"${{{text}}}", **NAMES), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("order.id", "o1"),
        ("order['id']", "o1"),
        ('order["id"]', "o1"),
        ("order[key]", "o1"),
        ("order.none", None),
        ("order.lines[0].price", Decimal("1.5")),
        ("order['lines'][0]['price']", Decimal("1.5")),
        ("order[1]", "one"),
        ("order.size", 3),
        ("items[0]", 1),
        ("items[1]", Decimal("2.5")),
        ("items[n - 3]", "x"),
        ("items['0']", 1),
        ("items[3]", None),
        ("items[-1]", None),
        ("items.size", 3),
        ("items.length", 3),
        ("items.empty", False),
        ("text.length", 3),
        ("text['length']", 3),
        ("none.empty", True),
        ("day.year", 2026),
        ("day['month']", 1),
        ("order", {"id": "o1", "lines": [{"price": Decimal("1.5")}], "1": "one", "size": 3}),
    ],
)
def test_access(text: str, value: object) -> None:
    holds(text, juel(f"${{{text}}}", **NAMES, key="id"), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${text}", "abc"),
        ("#{text}", "abc"),
        (" ${n} ", 5),
        ("${n}", 5),
        ("${n}${n}", "55"),
        ("a ${n} b", "a 5 b"),
        ("${n} ${half}", "5 2.5"),
        ("${nothing}!", "!"),
        ("${yes}!", "true!"),
        ("${items}!", '[1, 2.5, "x"]!'),
        ("${bare}!", "{}!"),
        ("${day}!", "2026-01-31!"),
        ("\\${n}", "${n}"),
        ("\\#{n} ${n}", "#{n} 5"),
        ("$n", "$n"),
        ("", ""),
        ("plain", "plain"),
        ("$$${n}", "$$5"),
        ("{${n}}", "{5}"),
        ("${'}'}", "}"),
        ("${'a\\'b'}", "a'b"),
        ('${"a\\"b"}', 'a"b'),
        ("${'a\\\\b'}", "a\\b"),
        ("${'a\\nb'}", "a\\nb"),
        ("${'${n}'}", "${n}"),
        ("é${'ü'}", "éü"),
    ],
)
def test_text_with_expressions(text: str, value: object) -> None:
    holds(text, juel(text, **NAMES), value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("${unknown}", "no variable 'unknown'"),
        ("${unknown.a}", "no variable 'unknown'"),
        ("a ${unknown} b", "no variable 'unknown'"),
        ("${yes && unknown}", "no variable 'unknown'"),
        ("${text + 1}", r"to join strings use a.concat\(b\)"),
        ("${1 + text}", "string 'abc'"),
        ("${text == half}", "string 'abc' is no number"),
        ("${text - 1}", "string 'abc' is no number"),
        ("${text > 1}", "string 'abc' is no number"),
        ("${yes > no}", "has no answer"),
        ("${day > '2026-01-01'}", "has no answer"),
        ("${items < items}", "no answer"),
        ("${n / 0}", "Division by zero"),
        ("${n % 0}", "Division by zero"),
        ("${1e6000 * 1e6000}", "no result within"),
        ("${n && yes}", "number '5' is neither true nor false"),
        ("${text ? 1 : 2}", "neither true nor false"),
        ("${!n}", "neither true nor false"),
        ("${items && yes}", "list is neither"),
        ("${nothing.x}", "Null has no 'x'; check with empty first"),
        ("${order.none.x}", "Null has no 'x'"),
        ("${n.x}", "A number has no 'x'"),
        ("${text.x}", "A string has no 'x'"),
        ("${items.x}", "A list has no 'x'"),
        ("${text[0]}", "has no"),
        ("${nothing[0]}", "has no"),
        ("${items[true]}", "has no"),
        ("${items['x']}", "no number"),
        ("${day.hour}", "A date has no 'hour'"),
        ("${-text}", "no number"),
        ("${-yes}", "no number"),
    ],
)
def test_what_has_no_value_is_a_fault(text: str, fault: str) -> None:
    with pytest.raises(EvaluationFault, match=fault):
        juel(text, **NAMES)


def test_execution_tells_variables() -> None:
    assert juel("${execution.getVariable('n')}", n=5) == 5
    assert juel("${execution.getVariable('n')}") is None
    assert juel("${execution.hasVariable('n')}", n=None) is True
    assert juel("${execution.hasVariable('n')}") is False
    assert juel("${execution.processInstanceId}", execution={"processInstanceId": "i1"}) == "i1"
    assert juel("${execution.getProcessInstanceId()}", execution={"processInstanceId": "i1"}) == "i1"


def test_now_is_the_time_that_comes_in() -> None:
    expression = compile_juel("${now()}", zone="Europe/Rome")
    assert str(expression.evaluate({}, NOW)) == "2026-01-01 01:00:00+01:00"
    with pytest.raises(EvaluationFault, match="without a time"):
        expression.evaluate({}, None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${a + b.c}", {"a", "b"}),
        ("x ${a} ${b}", {"a", "b"}),
        ("${execution.getVariable('a')}", {"a"}),
        ("${a[b]}", {"a", "b"}),
        ("plain", set()),
        ("${$a.b_1}", {"$a"}),
        ("${größe}", {"größe"}),
    ],
)
def test_the_variables_a_text_reads(text: str, names: set[str]) -> None:
    assert compile_juel(text).names == names
