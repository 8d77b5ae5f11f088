"""Migrating many: which element becomes which, proposed and changed by hand, and tried out before; pages of batches."""

from itertools import pairwise

import pytest
from playwright.async_api import Browser, expect
from screens import both
from sites import Site

from andante.runtime import Chosen, InstanceQuery
from andante.web.mapping import proposed


def version(number: str, *tasks: tuple[str, str]) -> bytes:
    """A line of user tasks, by id and name."""
    ids = ["start", *(id for id, _name in tasks), "end"]
    body = "".join(f'<userTask id="{id}" name="{name}"/>' for id, name in tasks)
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t">'
        f'<process id="Order" name="Orders" isExecutable="true" andante:version="{number}">'
        f'<startEvent id="start"/>{body}<endEvent id="end"/>{flows}</process></definitions>'
    ).encode()


OLD = version("1.0.0", ("check", "Check the order"), ("pay", "Pay"))
NEW = version("2.0.0", ("review", "Check the order"), ("settle", "Settle the bill"), ("archive", "File it"))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([("a", "A")], [("a", "B")], {}),
        ([("a", "Pay")], [("b", " pay "), ("c", "C")], {"a": "b"}),
        ([("a", "A")], [("b", "B")], {"a": "b"}),
        ([("a", "A"), ("x", "X")], [("b", "B"), ("c", "C")], {}),
        ([("a", "A"), ("x", "X")], [("b", "B")], {}),
        ([("a", "A"), ("x", "A")], [("b", "A"), ("c", "A")], {"a": "b", "x": "c"}),
    ],
)
async def test_what_is_proposed(
    site: Site, old: list[tuple[str, str]], new: list[tuple[str, str]], found: dict[str, str]
) -> None:
    graphs = [
        await site.runtime.graph((await site.runtime.deploy_xml(version(f"{n}.0.0", *tasks), who="mei")).id)
        for n, tasks in enumerate((old, new), 1)
    ]
    assert proposed(graphs[0], graphs[1]) == found


@both
async def test_many_migrate_with_a_mapping(site: Site, browser: Browser) -> None:
    await site.runtime.deploy_xml(OLD, who="mei")
    ids = [(await site.runtime.start("Order", who="tom", business_key=f"O-{n}")).id for n in range(3)]
    await site.runtime.deploy_xml(NEW, who="mei")
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/instances?name=Order")
    for row in await page.locator("[data-pick]").all():
        await row.check()
    await page.get_by_role("button", name="Migrate…").click()
    await page.wait_for_url("**/batches/new?*")

    # By the name: proposed, and tried out on those that were chosen.
    await expect(page.get_by_label("To version")).to_have_value("2.0.0")
    check = page.get_by_label("Check the order goes on at")
    await expect(check).to_have_value("review")
    await expect(page.get_by_role("row", name="Check the order")).to_contain_text("proposed")
    await expect(page.get_by_text("3 instances were looked at: 3 can go on.")).to_be_visible()
    await expect(page.get_by_label("Pay goes on at")).to_have_value("")

    # By hand: what hinders is said before anything is done.
    await check.select_option("end")
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_text("3 instances were looked at: 0 can go on.")).to_be_visible()
    await expect(page.get_by_role("row", name="Check the order")).to_contain_text("'end' a endEvent")
    await page.get_by_label("Check the order goes on at").select_option("settle")
    await page.get_by_label("Pay goes on at").select_option("archive")
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_text("3 instances were looked at: 3 can go on.")).to_be_visible()
    assert {(await site.runtime.instance(each)).version for each in ids} == {"1.0.0"}
    await page.get_by_role("button", name="Migrate 3").click()
    await page.wait_for_url("**/batches/batch-*")
    await site.runtime.batches.carry_out()
    await expect(page.locator(".tallies .done dd")).to_have_text("3")
    await expect(page.get_by_text("check → settle")).to_be_visible()
    for each in ids:
        assert (await site.runtime.instance(each)).version == "2.0.0"
        assert [token.element for token in (await site.runtime.detail(each)).tokens] == ["settle"]

    # A version that nobody has looked at is shown first; one instance alone is proposed the same.
    await page.goto(f"{site.url}/batches/new?action=migrate&id={ids[0]}&version=2.0.0")
    await page.get_by_label("To version").select_option("1.0.0")
    await page.get_by_role("button", name="Migrate 1").click()
    await expect(page.get_by_label("To version")).to_have_value("1.0.0")
    assert len(await site.runtime.batches.many()) == 1
    await site.runtime.definition_action((await site.runtime.definitions(name="Order"))[1].id, "activate", who="mei")
    other = (await site.runtime.start("Order", version="1.0.0", who="tom")).id
    await page.goto(f"{site.url}/instances/{other}/migrate?version=2.0.0")
    await expect(page.get_by_label("Check the order goes on at")).to_have_value("review")
    await page.get_by_role("button", name="Look again").click()
    await expect(page.get_by_label("Check the order goes on at")).to_have_value("review")
    await page.get_by_role("button", name="Migrate instance").click()
    await page.wait_for_url(f"**/instances/{other}")
    assert (await site.runtime.instance(other)).version == "2.0.0"
    assert site.faults == []


async def test_the_list_of_batches_goes_back_page_by_page(site: Site, browser: Browser) -> None:
    made = [
        await site.runtime.batches.start("suspend", Chosen(InstanceQuery(name=f"N{n}")), who="mei", reason=f"No {n}.")
        for n in range(103)
    ]
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/batches")
    seen: list[str] = []
    for rows in (50, 50, 3):
        await expect(page.locator("tbody tr")).to_have_count(rows)
        ids = await page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.id)")
        seen += [each.removeprefix("row-") for each in ids]
        if rows == 50:
            await page.get_by_role("link", name="More rows").click()
            await page.wait_for_url(f"**/batches?after={seen[-1]}")
    assert seen == sorted((each.id for each in made), reverse=True)
    await expect(page.get_by_role("link", name="More rows")).to_have_count(0)
    await page.get_by_role("link", name="First rows").click()
    await page.wait_for_url("**/batches")
    await page.goto(f"{site.url}/batches?after=nothing")
    await expect(page.get_by_text("There are no earlier ones.")).to_be_visible()
    assert site.faults == []
