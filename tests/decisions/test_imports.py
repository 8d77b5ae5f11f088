"""DMN files that import other files: their elements and types by the name of the import (DMN 1.5, section 6.3.3)."""

from collections.abc import Sequence

import pytest
from deciding import DMN, NOW, decision, given, literal, model_of_function, read, table, variable

from andante.decisions import DecisionModel, DmnFiles, imports_of, read_dmn
from andante.markup.findings import Finding, ModelRefused


def file(space: str, body: str, *imports: str) -> bytes:
    """A file of this namespace. An import is "name=namespace"."""
    heads = "".join(
        f'<import name="{each.partition("=")[0]}" namespace="{each.partition("=")[2]}" importType="{DMN}"/>'
        for each in imports
    )
    return f'<definitions xmlns="{DMN}" id="D" name="D" namespace="{space}">{heads}{body}</definitions>'.encode()


def requires(kind: str, *hrefs: str) -> str:
    what = "knowledge" if kind == "Knowledge" else "information"
    return "".join(f'<{what}Requirement><required{kind} href="{each}"/></{what}Requirement>' for each in hrefs)


def deciding(name: str, requirements: str, text: str, type: str = "Any") -> str:
    return (
        f'<decision id="{name.replace(" ", "_")}" name="{name}">{variable(name, type)}{requirements}'
        f"{literal(text)}</decision>"
    )


RATES = file(
    "urn:rates",
    '<itemDefinition name="tGuest"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="nights"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="tNames" isCollection="true"><typeRef>string</typeRef></itemDefinition>'
    + given("Base Rate", "number")
    + deciding("Night Rate", requires("Input", "#Base_Rate"), "Base Rate * 2", "number")
    + model_of_function("Total Of", ["guest: tGuest"], literal("guest.nights * 100"), type="number")
    + '<decisionService id="Quote" name="Quote"><outputDecision href="#Night_Rate"/>'
    '<inputData href="#Base_Rate"/></decisionService>',
)


def model(data: bytes, *others: bytes) -> DecisionModel:
    return DmnFiles([data, *others]).read(data)


def value(data: bytes, others: Sequence[bytes], name: str, /, **variables: object) -> object:
    return model(data, *others).find(name).evaluate(variables, NOW).value


def faults(data: bytes, *others: bytes) -> list[Finding]:
    with pytest.raises(ModelRefused) as caught:
        model(data, *others)
    return list(caught.value.findings)


def test_decisions_input_data_and_functions_of_another_file_are_seen_by_the_name_of_the_import() -> None:
    body = (
        deciding("a", requires("Decision", "urn:rates#Night_Rate"), "my rates.Night Rate + 1")
        + deciding("b", requires("Input", "urn:rates#Base_Rate"), "my rates.Base Rate + 1")
        + deciding("c", requires("Knowledge", "urn:rates#Total_Of"), 'my rates.Total Of({full name: "A", nights: 3})')
        + deciding("d", requires("Knowledge", "urn:rates#Quote"), "my rates.Quote(7)")
        + deciding("e", requires("Decision", "urn:rates#Night_Rate"), "is defined(Night Rate)")
    )
    stay = file("urn:stay", body, "my rates=urn:rates")
    found = {each: value(stay, [RATES], each, **{"Base Rate": 50}) for each in "abcde"}
    assert found == {"a": 101, "b": 51, "c": 300, "d": 14, "e": False}


def test_a_table_and_an_invocation_use_what_is_imported() -> None:
    needs = requires("Decision", "urn:rates#Night_Rate") + requires("Knowledge", "urn:rates#Total_Of")
    rules = table("UNIQUE", ["r.Night Rate"], ["x"], ['> 99; "dear"', '<= 99; "cheap"'])
    call = (
        "<invocation>" + literal("r.Total Of") + '<binding><parameter name="guest"/>'
        + literal('{full name: "B", nights: 2}') + "</binding></invocation>"
    )  # fmt: skip
    body = "".join(
        f'<decision id="{n}" name="{n}">{needs}{logic}</decision>' for n, logic in (("t", rules), ("i", call))
    )
    stay = file("urn:stay", body, "r=urn:rates")
    assert value(stay, [RATES], "t", **{"Base Rate": 50}) == "dear"
    assert value(stay, [RATES], "t", **{"Base Rate": 40}) == "cheap"
    assert value(stay, [RATES], "i") == 200


def test_a_function_uses_a_function_of_another_file() -> None:
    knows = requires("Knowledge", "urn:rates#Total_Of")
    body = (
        f'<businessKnowledgeModel id="f" name="f">{variable("f")}<encapsulatedLogic><formalParameter name="n"/>'
        + literal('r.Total Of({full name: "", nights: n})')
        + f"</encapsulatedLogic>{knows}</businessKnowledgeModel>"
        + decision("it", literal("f(4)"), knows=["f"])
    )
    assert value(file("urn:stay", body, "r=urn:rates"), [RATES], "it") == 400


def test_types_of_another_file_are_used_with_the_name_of_the_import() -> None:
    body = (
        '<itemDefinition name="tTeam"><typeRef>r.tNames</typeRef></itemDefinition>'
        + decision("a", literal('"foo"'), type="r.tNames")
        + decision("b", literal('"foo"'), type="tTeam")
        + decision("c", literal('{full name: "A"}'), type="r.tGuest")
        + decision("d", literal('{full name: "A", nights: 1} instance of r.tGuest'))
    )
    stay = file("urn:stay", body, "r=urn:rates")
    assert [value(stay, [RATES], each) for each in "abcd"] == [["foo"], ["foo"], None, True]


def test_each_way_to_a_file_may_have_variables_of_its_own() -> None:
    inner = file("urn:inner", given("n") + deciding("twice", requires("Input", "#n"), "n * 2"))
    both = requires("Input", "urn:inner#n") + requires("Decision", "urn:inner#twice")
    outer = file("urn:outer", given("n") + deciding("all", requires("Input", "#n") + both, "[n, i.n, i.twice]"),
                 "i=urn:inner")  # fmt: skip
    top = both + requires("Input", "#n", "urn:outer#n") + requires("Decision", "urn:outer#all")
    main = file("urn:main", given("n") + deciding("it", top, "[n, x.twice, o.n, o.all]"), "o=urn:outer", "x=urn:inner")
    others = [inner, outer]
    assert value(main, others, "it", n=1) == [1, 2, 1, [1, 1, 2]]
    assert value(main, others, "it", **{"n": 1, "o.n": 2, "o.i.n": 3, "x.n": 4}) == [1, 8, 2, [2, 3, 6]]
    assert value(main, others, "it", n=1, o={"n": 2, "i": {"n": 3}}, x={"n": 4}) == [1, 8, 2, [2, 3, 6]]


def test_a_file_that_is_reached_in_two_ways_is_evaluated_once() -> None:
    inner = file("urn:inner", given("n") + decision("t", table("UNIQUE", ["n"], ["x"], ["-; 1"]), needs=[">n"]))
    others = [inner]
    for side in ("left", "right"):
        others.append(file(f"urn:{side}", deciding("it", requires("Decision", "urn:inner#t"), "i.t"), "i=urn:inner"))
    needs = requires("Decision", "urn:left#it", "urn:right#it")
    main = file("urn:main", deciding("it", needs, "l.it + r.it"), "l=urn:left", "r=urn:right")
    outcome = model(main, *others).find("it").evaluate({"n": 1}, NOW)
    assert outcome.value == 2
    assert len(outcome.applied) == 1


def test_an_import_without_a_name_adds_the_elements_themselves() -> None:
    body = deciding("a", requires("Decision", "urn:rates#Night_Rate"), "Night Rate + 1") + decision(
        "b", literal('"x"'), type="tNames"
    )
    stay = file("urn:stay", body, "=urn:rates")
    assert value(stay, [RATES], "a", **{"Base Rate": 50}) == 101
    assert value(stay, [RATES], "b") == ["x"]


def test_a_file_offers_only_its_own_decisions() -> None:
    stay = file("urn:stay", deciding("a", requires("Decision", "urn:rates#Night_Rate"), "r.Night Rate"), "r=urn:rates")
    assert [each.id for each in model(stay, RATES).decisions] == ["a"]


def test_an_id_of_this_file_and_of_another_are_told_apart_by_the_namespace() -> None:
    other = file("urn:other", decision("same", literal('"other"')))
    needs = requires("Decision", "urn:main#same", "urn:other#same")
    main = file("urn:main", decision("same", literal('"own"')) + deciding("it", needs, "[same, o.same]"), "o=urn:other")
    assert value(main, [other], "it") == ["own", "other"]


def test_what_a_file_imports_is_told_without_reading_it() -> None:
    stay = file("urn:stay", decision("a", literal("1")), "r=urn:rates", "s=urn:rates", "t=urn:more")
    assert imports_of(stay) == ("urn:stay", ("urn:rates", "urn:more"))
    assert imports_of(RATES) == ("urn:rates", ())


@pytest.mark.parametrize(
    ("imports", "code", "text"),
    [
        (["r=urn:gone"], "import", "No DMN file of the namespace 'urn:gone' is there. Deploy it first."),
        (["r=urn:rates", "r=urn:rates"], "duplicateName", "There are two imports 'r'. Rename one."),
    ],
)
def test_what_is_wrong_with_an_import_is_told(imports: list[str], code: str, text: str) -> None:
    (found,) = faults(file("urn:stay", decision("a", literal("1")), *imports), RATES)
    assert (found.code, found.message) == (code, text)


def test_an_import_of_something_else_than_dmn_is_refused() -> None:
    data = file("urn:stay", decision("a", literal("1")), "x=urn:schema")
    (found,) = faults(data.replace(f'importType="{DMN}"'.encode(), b'importType="http://www.w3.org/2001/XMLSchema"'))
    assert found.code == "import"
    assert "is no DMN" in found.message


def test_a_requirement_of_a_file_that_is_not_imported_or_has_it_not_is_refused() -> None:
    for href in ("urn:gone#x", "urn:rates#x"):
        (found,) = faults(file("urn:stay", deciding("a", requires("Decision", href), "1"), "r=urn:rates"), RATES)
        assert found.code == "import"
        assert found.message == f"informationRequirement requires '{href}', which is in no file that is imported." + (
            " Import its file."
        )


def test_a_decision_service_is_of_decisions_of_its_own_file() -> None:
    service = '<decisionService id="s" name="s"><outputDecision href="urn:rates#Night_Rate"/></decisionService>'
    found = faults(file("urn:stay", decision("a", literal("1")) + service, "r=urn:rates"), RATES)
    assert [each.code for each in found] == ["import", "noOutput"]


def test_imports_in_a_circle_are_refused() -> None:
    one = file("urn:one", decision("a", literal("1")), "t=urn:two")
    two = file("urn:two", decision("b", literal("1")), "o=urn:one")
    (found,) = faults(one, two)
    assert found.code == "cycle"
    assert found.message == "The imports go round in a circle: 'urn:one' → 'urn:two' → 'urn:one'. Remove one of them."


def test_a_model_that_was_read_is_imported_as_it_is() -> None:
    rates = read_dmn(RATES)
    stay = file("urn:stay", deciding("a", requires("Decision", "urn:rates#Night_Rate"), "r.Night Rate"), "r=urn:rates")
    found = read_dmn(stay, imports={"urn:rates": rates}).find("a").evaluate({"Base Rate": 1}, NOW)
    assert found.value == 2
    assert read(decision("a", literal("1"))).namespace == "t"


def test_what_is_needed_of_another_file_is_told_with_the_name_of_the_import() -> None:
    body = deciding(
        "it", requires("Decision", "urn:rates#Night_Rate") + requires("Knowledge", "urn:rates#Total_Of"), "1"
    )
    found = model(file("t", body, "rates=urn:rates"), RATES).find("it").view()
    assert [(each.kind, each.name) for each in found.needs] == [
        ("imported", "rates: Night Rate"), ("imported", "rates: Total Of"),
    ]  # fmt: skip
