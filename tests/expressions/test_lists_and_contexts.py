"""Lists, contexts, filters and paths (DMN 1.5, sections 10.3.2.6 and 10.3.2.9)."""

from decimal import Decimal
from types import MappingProxyType

import pytest
from evaluating import feel, holds, juel

from andante.expressions import SyntaxFault, compile_feel

PEOPLE = [{"name": "Ann", "age": 40}, {"name": "Bob", "age": 20.5}, {"name": "Cleo"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[]", []),
        ("[1, 2.5, 1 + 2]", [1, Decimal("2.5"), 3]),
        ('[1, "a", null, true, [2], {a: 1}]', [1, "a", None, True, [2], {"a": 1}]),
        ("[x, y]", [Decimal("0.1"), None]),
        ("[[1, 2], []]", [[1, 2], []]),
    ],
)
def test_a_list(text: str, value: object) -> None:
    holds(text, feel(text, x=0.1), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][3]", 3),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][-3]", 1),
        ("[1, 2, 3][0]", None),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][-4]", None),
        ("[1, 2, 3][1.5]", None),
        ("[1, 2, 3][2.0]", 2),
        ("[1, 2, 3][1 + 1]", 2),
        ("[1, 2, 3][x]", 2),
        ("[1, 2, 3][-x]", 2),
        ("[[1, 2], [3]][1][2]", 2),
        ("[][1]", None),
        ("[][x]", None),
        ("5[1]", 5),
        ("5[-1]", 5),
        ("5[2]", None),
        ("null[1]", None),
        ('"abc"[1]', "abc"),
        ("list[1]", 10),
        ("list[-1]", 30),
        ("missing[1]", None),
    ],
)
def test_an_item_by_position(text: str, value: object) -> None:
    holds(text, feel(text, x=2, list=[10, 20, 30]), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][item > 5]", []),
        ("[1, 2, 3][true]", [1, 2, 3]),
        ("[1, 2, 3][false]", []),
        ("[1, 2, 3][null]", []),
        ('[1, 2, 3]["x"]', None),  # a test must be a boolean or a position
        ('[1, 2, 3][if item = 2 then "x" else true]', None),
        ("[1, 2, 3][if item = 2 then 1 else true]", None),
        ("[1, 2, 3][if item = 2 then null else true]", [1, 3]),
        ("[1, null, 3][item > 1]", [3]),
        ("[1, 2, 3, 4][item > 1][item < 4]", [2, 3]),
        ("[1, 2, 3][item > 1][1]", 2),
        ("5[item > 1]", [5]),
        ("5[item > 9]", []),
        ("null[item > 1]", None),
        ("[{a: 1, b: 1}, {a: 2, b: 2}][a > 1]", [{"a": 2, "b": 2}]),
        ("[{a: 1, b: 1}, {a: 2, b: 2}][item.a > 1]", [{"a": 2, "b": 2}]),
        ("[{a: 1}, {a: 2}][b = 1]", []),
        ("[{item: 1}, {item: 2}][item = 2]", [{"item": 2}]),  # an entry of that name comes first
        ("{a: 1}[a = 1]", [{"a": 1}]),
        ("[1, 2, 3][item = count([1, 2])]", [2]),
        ("[[1], [2, 3]][count(item) = 2]", [[2, 3]]),
        ("[1, 2, 3][some x in [2, 3] satisfies x = item]", [2, 3]),
        ("[[1, 2], [3]][count(item[item > 1]) > 0]", [[1, 2], [3]]),  # the inner item is the inner list's
        ("people[age > 30].name", ["Ann"]),
        ("people[age > least].name", ["Ann"]),
        ("people[age = null].name", ["Cleo"]),
        ('people[name = "Bob"][1].age', Decimal("20.5")),
        ("people[2].age", Decimal("20.5")),
    ],
)
def test_a_filter(text: str, value: object) -> None:
    holds(text, feel(text, people=PEOPLE, least=30), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ("{a: 1}", {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        ('{"a b": 1}', {"a b": 1}),
        ("{a b: 1}", {"a b": 1}),
        ("{`a-b`: 1}", {"a-b": 1}),
        ('{"": 1}', {"": 1}),
        ("{if: 1, then: 2}", {"if": 1, "then": 2}),
        ("{a: 1, b: a + 1, c: a + b}", {"a": 1, "b": 2, "c": 3}),
        ("{a: b, b: 1}", {"a": None, "b": 1}),  # what comes later is not known yet
        ("{a: 1, b: {c: a}}", {"a": 1, "b": {"c": 1}}),
        ("{x: x}", {"x": 7}),
        ("{x: x, y: x + 1}", {"x": 7, "y": 8}),
        ("{a: {b: [1, {c: 2}]}}", {"a": {"b": [1, {"c": 2}]}}),
        ('{"a": 1,}', {"a": 1}),
    ],
)
def test_a_context(text: str, value: object) -> None:
    holds(text, feel(text, x=7), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1}.a", 1),
        ("{a: 1}.b", None),
        ("{a: {b: 2}}.a.b", 2),
        ("{a: null}.a.b", None),
        ("null.a", None),
        ("1 .a", None),
        ('"x".length', None),
        ("true.a", None),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[{a: 1}, {b: 2}, 3].a", [1, None, None]),
        ("[].a", []),
        ("[{a: [1, 2]}, {a: [3]}].a", [[1, 2], [3]]),
        ("{if: 1}.if", 1),
        ("{`a-b`: 1}.`a-b`", 1),
        ("order.customer.name", "Ann"),
        ("order.lines.price", [Decimal("1.1"), 2]),
        ("sum(order.lines.price)", Decimal("3.1")),
        ("order.lines[price > 1.5].price", [2]),
        ("order.missing.deeper", None),
        ("missing.deeper", None),
        ("order.lines[1].price * 2", Decimal("2.2")),
    ],
)
def test_a_path(text: str, value: object) -> None:
    order = {"customer": {"name": "Ann"}, "lines": [{"price": 1.1}, {"price": 2}]}
    holds(text, feel(text, order=order), value)


def test_any_mapping_and_any_sequence_of_python_will_do() -> None:
    order = MappingProxyType({"lines": ({"price": 0.5}, MappingProxyType({"price": 2}))})
    assert feel("sum(order.lines.price)", order=order) == Decimal("2.5")
    assert feel("order.lines[2].price", order=order) == 2
    assert feel("order", order=order) == {"lines": [{"price": Decimal("0.5")}, {"price": 2}]}
    assert feel('order["x" = "x"]', order=order) == [{"lines": [{"price": Decimal("0.5")}, {"price": 2}]}]
    assert juel("${order.lines[1].price}", order=order) == 2
    assert juel("${order['lines'].size()}", order=order) == 2
    assert compile_feel("a.b").evaluate(MappingProxyType({"a": MappingProxyType({"b": 1})}), None) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{`first name`: 1}.`first name`", 1),
        ("{first name: 1, twice: first name * 2}.twice", 2),
        ("{first name: 1}.first name + 1", 2),
        ("for my item in [1, 2] return my item + 1", [2, 3]),
        ("some my item in [1] satisfies my item = 1", True),
        ("(function(the value) the value * 2)(3)", 6),
        ("{double it: function(x) x * 2, r: double it(4)}.r", 8),
        ("`Amount due` > 3", True),
        ("order.`net sum`", 9),
        ("string length(`the text`)", 2),
    ],
)
def test_names_of_several_words(text: str, value: object) -> None:
    holds(text, feel(text, **{"Amount due": 5, "order": {"net sum": 9}, "the text": "ab"}), value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", {"a", "b"}),
        ("for x in xs return x + y", {"xs", "y"}),
        ("{a: 1, b: a}.b", set()),
        ("xs[price > limit]", {"xs", "price", "limit"}),  # which an item's entry is, only its value tells
        ("(function(a) a + b)(c)", {"b", "c"}),
        ("count(xs)", {"xs"}),
        ("`a b`", {"a b"}),
        ("straße + 変数 + $x + ?", {"straße", "変数", "$x", "?"}),
        ('"a"', set()),
    ],
)
def test_the_variables_an_expression_reads(text: str, names: set[str]) -> None:
    assert compile_feel(text).names == names


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{net+tax: 1}", "net+tax"),
        ("{net + tax: 1}", "net + tax"),
        ("{half-day rate: 1}", "half-day rate"),
        ("{a.b: 1}", "a.b"),
        ("{per day*2: 1}", "per day*2"),
        ("{room 12: 1}", "room 12"),
    ],
)
def test_the_name_of_an_entry_may_have_symbols_in_it(text: str, key: str) -> None:
    assert feel(text) == {key: 1}
    assert feel(f'get value({text}, "{key}")') == 1


@pytest.mark.parametrize("text", ["{+a: 1}", "{1: 1}", "{a+: 1", "{a+b}", "{a(b): 1}"])
def test_what_is_no_name_of_an_entry(text: str) -> None:
    with pytest.raises(SyntaxFault):
        compile_feel(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('upper case(["ab"])', "AB"),
        ('upper case(names[item = "Bob"])', "BOB"),
        ('substring(["abc"], [2])', "bc"),
        ("abs([-2])", 2),
        ('date(["2026-03-01"]).day', 1),
        ('date and time(["2026-03-01T10:00:00"]).hour', 10),
        ('day of year([date("2026-02-01")])', 32),
        ("floor([[1.5]])", None),
        ('upper case(["a", "b"])', None),
        ("upper case([])", None),
        ("count([[1]])", 1),
        ("string([1])", "[1]"),
    ],
)
def test_a_list_of_one_is_its_item_where_a_function_takes_no_list(text: str, value: object) -> None:
    holds(text, feel(text, names=["Amy", "Bob"]), value)
