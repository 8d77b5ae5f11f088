"""Forms that a model describes: each field is a control of its kind, with or without scripts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sites import Site
from town import EXAMPLES, FORM

from andante.runtime import FieldView, Problem, TaskQuery
from andante.web.fields import Field, form_fields, read_fields, typed


class Sent:
    """A form as it comes from a browser."""

    def __init__(self, **fields: list[str]) -> None:
        self.fields = fields

    def getall(self, key: str, default: list[str], /) -> list[str]:
        kind, _, name = key.partition(".")
        found = self.fields.get(name)
        if found is None:
            return default
        return found[1:] if kind == "field" else found[:1]


def one(type: str, value: object = None, *, had: bool = True, **more: object) -> Field:
    """A field of this type in a task, whose variable has the value."""
    choices: dict[str, str] = more.get("choices", {})  # type: ignore[assignment]
    view = FieldView(
        "x", "any", type, "Ex", "", more.get("required") is True, more.get("read_only") is True, True, value, None,
        list(choices.items()), {}, [], ("x",),
    )  # fmt: skip
    (field,) = form_fields([view], {"x": value} if had else {})
    return field


CHOICES = {"a": "Apple", "b": "Bread"}


@pytest.mark.parametrize(
    ("type", "value", "control", "text"),
    [
        ("string", "x", "text", "x"), ("string", "5", "text", "5"), ("string", "a\nb", "area", "a\nb"),
        ("string", 5, "json", "5"), ("String", None, "text", ""), ("textarea", "x", "area", "x"),
        ("boolean", True, "flag", "true"), ("boolean", "yes", "json", "yes"), ("checkbox", None, "flag", ""),
        ("long", 3, "whole", "3"), ("long", 3.5, "json", "3.5"), ("integer", True, "json", "true"),
        ("double", 3.5, "number", "3.5"), ("number", 3, "number", "3"),
        ("date", "2026-01-31", "date", "2026-01-31"), ("date", "2026-01-31T09:00:00Z", "json", "2026-01-31T09:00:00Z"),
        ("DateTime", "2026-01-31T09:00", "moment", "2026-01-31T09:00"), ("time", "09:30", "time", "09:30"),
        ("enum", None, "json", ""), ("object", {"a": 1}, "json", '{"a":1}'), ("money", None, "json", ""),
    ],
)  # fmt: skip
def test_a_field_has_the_control_of_its_type_where_its_value_fits(
    type: str, value: object, control: str, text: str
) -> None:
    field = one(type, value)
    assert (field.control, field.value, field.was) == (control, text, text)
    assert read_fields([field], Sent(x=[field.was, text])) == (
        {} if control != "flag" or value is not None else {"x": False}
    )


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("string", "12", "12"), ("string", " two\r\nlines", " two\nlines"), ("string", "", ""), ("long", "12", 12),
        ("long", "", None), ("double", "1.5", 1.5), ("double", "2", 2), ("date", "2026-02-01", "2026-02-01"),
        ("DateTime", "2026-02-01T10:00", "2026-02-01T10:00"), ("money", "[1]", [1]), ("money", "much", "much"),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_of_the_fields_type(type: str, text: str, value: object) -> None:
    before = {"string": "x", "long": 1, "double": 1.25, "date": "2026-01-01", "DateTime": "2026-01-01T00:00"}.get(type)
    field = one(type, before)
    assert read_fields([field], Sent(x=[field.was, text])) == {"x": value}


@pytest.mark.parametrize(
    ("type", "text"),
    [("long", "1.5"), ("long", "much"), ("long", "1_000"), ("double", "1e999"), ("double", "inf"), ("date", "tomorrow"),
     ("date", "31.01.2026"), ("DateTime", "2026-01-31"), ("enum", "c"), ("checklist", "c")],
)  # fmt: skip
def test_what_cannot_be_so_is_said_beside_the_field(type: str, text: str) -> None:
    field = one(type, choices=CHOICES if type in ("enum", "checklist") else {})
    sent = Sent(x=["", text])
    with pytest.raises(Problem, match="Ex: ") as found:
        read_fields([field], sent)
    assert found.value.status == 400
    (again,) = typed([field], sent, found.value)
    assert (again.value, bool(again.fault)) == (text, True)


def test_a_choice_keeps_what_it_does_not_offer_until_another_is_chosen() -> None:
    field = one("enum", "old", choices=CHOICES)
    assert field.choices == [("a", "Apple"), ("b", "Bread"), ("old", "old")]
    assert read_fields([field], Sent(x=["old", "old"])) == {}
    assert read_fields([field], Sent(x=["old", "a"])) == {"x": "a"}
    assert read_fields([field], Sent(x=["old", ""])) == {"x": None}


def test_several_are_ticked() -> None:
    field = one("checklist", ["b"], choices=CHOICES)
    assert (field.control, field.chosen, field.was) == ("several", ["b"], '["b"]')
    assert read_fields([field], Sent(x=['["b"]', "b"])) == {}
    assert read_fields([field], Sent(x=['["b"]', "a", "b"])) == {"x": ["a", "b"]}
    assert read_fields([field], Sent(x=['["b"]'])) == {"x": []}
    assert read_fields([one("checklist", choices=CHOICES)], Sent(x=[""])) == {}


def test_choices_stand_for_their_values_and_paths_lead_inwards() -> None:
    def view(key: str, type: str, value: object) -> FieldView:
        options: list[tuple[object, str]] = [(1, "one"), ("2", "two")]
        return FieldView(
            key, type, "x", "", "", False, False, True, value, None, options, {}, [], tuple(key.split("."))
        )

    fields = form_fields([view("a.n", "choice", 1), view("a.s", "several", [1])], {"a": {"n": 1, "more": True}})
    assert [(field.value, field.was, field.chosen) for field in fields] == [("1", "1", []), ("[1]", "", ["1"])]
    sent = Sent(**{"a.n": ["1", "2"], "a.s": ["", "1", "2"]})
    assert read_fields(fields, sent, {"a": {"n": 1, "more": True}}) == {"a": {"n": "2", "s": [1, "2"], "more": True}}


def test_what_is_required_must_be_there_and_what_is_read_only_is_not_read() -> None:
    for type in ("string", "long", "date", "enum", "checklist"):
        with pytest.raises(Problem, match=r"Ex: (it is required|choose at least one)"):
            read_fields(
                [one(type, required=True, choices=CHOICES if type in ("enum", "checklist") else {})], Sent(x=[""])
            )
    assert read_fields([one("string", "x", read_only=True)], Sent(x=["x", "changed"])) == {}
    assert read_fields([one("boolean", required=True)], Sent(x=[""])) == {"x": False}


def test_a_default_counts_as_filled_in_and_a_field_that_was_not_sent_is_left() -> None:
    field = one("long", 7, had=False)
    assert (field.value, field.was) == ("7", "")
    assert read_fields([field], Sent(x=["", "7"])) == {"x": 7}
    assert read_fields([field], Sent()) == {}


@pytest_asyncio.fixture(loop_scope="session", params=["with scripts", "without"])
async def page(request: pytest.FixtureRequest, site: Site, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(java_script_enabled=request.param == "with scripts")
    page = await context.new_page()
    site.watch(page)
    await site.log_in(page, "mei")
    yield page
    await context.close()
    assert site.faults == []


async def test_a_trip_is_asked_for_and_checked(site: Site, page: Page) -> None:
    deployed = await site.runtime.deploy_xml(FORM, who="mei")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await expect(page.get_by_label("How to travel")).to_have_value("train")
    await expect(page.get_by_label("Nights")).to_have_value("2")
    await page.get_by_label("What for").fill("Talk in Lyon")
    await page.get_by_label("How to travel").select_option("By plane")
    await page.get_by_label("First day").fill("2026-03-02")
    await page.get_by_label("Budget in euro").fill("800.5")
    await page.get_by_label("Leaves the country").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    instance_id = page.url.rsplit("/", 1)[1]
    assert await site.runtime.variables(instance_id) == {
        "purpose": "Talk in Lyon", "by": "plane", "leaves": "2026-03-02", "nights": 2, "budget": 800.5, "abroad": True,
    }  # fmt: skip

    (task,) = (await site.runtime.tasks(TaskQuery(everything=True))).items
    await page.goto(f"{site.url}/tasks/{task.id}")
    await expect(page.get_by_label("What for")).not_to_be_editable()
    await expect(page.get_by_label("Leaves the country")).to_be_checked()
    await expect(page.get_by_label("Leaves the country")).to_be_disabled()
    await expect(page.get_by_label("How to travel")).to_have_value("plane")  # offered no more, but kept
    await expect(page.get_by_label("Value of budget")).to_have_value("800.5")
    await page.get_by_label("Nights").fill("3")
    await page.get_by_label("Insurance is booked").check()
    await page.get_by_label("remark").fill("12")
    await page.get_by_role("button", name="Complete task").click()
    await expect(page.get_by_text("'plane' is not offered.", exact=True)).to_be_visible()
    await expect(page.get_by_label("Nights")).to_have_value("3")
    await page.get_by_label("How to travel").select_option("By car")
    await page.get_by_role("button", name="Complete task").click()
    await page.wait_for_url("**/tasks")
    changed = await site.runtime.variables(instance_id)
    assert (changed["nights"], changed["insured"], changed["remark"], changed["by"]) == (3, True, "12", "car")
    site.faults[:] = [fault for fault in site.faults if "400" not in fault]


async def test_what_was_filled_in_stays_when_it_cannot_be_so(site: Site, page: Page) -> None:
    deployed = await site.runtime.deploy_xml(FORM, who="mei")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await page.get_by_label("Business key").fill("T-1")
    await page.get_by_label("What for").fill("  ")  # the browser takes it for something
    await page.get_by_label("First day").fill("2026-03-02")
    await page.get_by_label("Leaves the country").check()
    await page.get_by_role("button", name="Start instance").click()
    await expect(page.get_by_role("alert")).to_contain_text("What for: it is required.")
    await expect(page.get_by_label("What for")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("It is required.", exact=True)).to_be_visible()
    await expect(page.get_by_label("First day")).to_have_value("2026-03-02")
    await expect(page.get_by_label("Leaves the country")).to_be_checked()
    await expect(page.get_by_label("Business key")).to_have_value("T-1")
    site.faults[:] = [fault for fault in site.faults if "400" not in fault]


async def test_a_field_is_shown_where_what_was_filled_in_makes_it_one(site: Site, browser: Browser) -> None:
    """Without scripts; with them form-js draws it."""
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    site.watch(page)
    await site.log_in(page, "mei")
    form, process = (EXAMPLES / f"equipment-request.{ending}" for ending in ("form", "bpmn"))
    await site.runtime.forms.deploy(form.read_bytes(), who="mei")
    deployed = await site.runtime.deploy_xml(process.read_bytes(), who="mei")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await expect(page.get_by_label("Which other thing")).to_have_count(0)
    await expect(page.get_by_label("How many")).to_have_attribute("max", "10")
    await page.get_by_label("For whom").fill("Anna")
    await page.get_by_label("What is needed").select_option("Something else")
    await page.get_by_label("Price of one").fill("600")
    await page.get_by_role("button", name="Start instance").click()
    await expect(page.get_by_label("Which other thing")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("Asked where the total is more than 500 euro.")).to_be_visible()
    await expect(page.get_by_label("total")).to_have_value("600")
    await page.get_by_label("Which other thing").fill("A lamp")
    await page.get_by_label("Why so much").fill("It is a good one")
    await page.get_by_role("button", name="Start instance").click()
    await page.wait_for_url("**/instances/*")
    found = await site.runtime.variables(page.url.rsplit("/", 1)[1])
    assert (found["other"], found["total"], found["kind"], found["count"]) == ("A lamp", 600, "other", 1)
    (task,) = (await site.runtime.tasks(TaskQuery(everything=True))).items
    await page.goto(f"{site.url}/tasks/{task.id}")
    await expect(page.get_by_label("Total in euro")).not_to_be_editable()
    await page.get_by_label("Cost centre").fill("12")
    await page.get_by_role("button", name="Approved").click()
    await expect(page.get_by_text("It must match ^[0-9]{4}$.", exact=True)).to_be_visible()
    await page.get_by_label("Cost centre").fill("1234")
    await page.get_by_role("button", name="Approved").click()
    await page.wait_for_url("**/tasks")
    site.faults[:] = [fault for fault in site.faults if "400" not in fault]


async def test_a_draft_is_there_after_a_look_elsewhere(site: Site, browser: Browser) -> None:
    deployed = await site.runtime.deploy_xml(FORM, who="mei")
    page = await browser.new_page()
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await page.get_by_label("What for").fill("Fair")
    await page.get_by_label("How to travel").select_option("By car")
    await page.get_by_label("Leaves the country").check()
    await page.goto(f"{site.url}/tasks")
    await page.goto(f"{site.url}/start/{deployed.id}")
    await expect(page.get_by_label("What for")).to_have_value("Fair")
    await expect(page.get_by_label("How to travel")).to_have_value("car")
    await expect(page.get_by_label("Leaves the country")).to_be_checked()
