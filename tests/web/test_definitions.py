"""Definitions by their pages: a broken file is shown where it is broken, two versions side by side, and the heat of the
past on the diagram."""

from playwright.async_api import Browser, Page, expect
from screens import both
from sites import Site
from town import EXAMPLES, HOUR, settle

LEAVE = (EXAMPLES / "leave-approval.bpmn").read_bytes()
DROP = """([zone, files]) => {
  const moved = new DataTransfer();
  for (const [name, text] of files) moved.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: moved, bubbles: true, cancelable: true }));
  }
}"""


async def drop(page: Page, *files: tuple[str, bytes]) -> None:
    zone = await page.locator("[data-drop]").element_handle()
    await page.evaluate(DROP, [zone, [[name, data.decode()] for name, data in files]])
    await page.get_by_role("button", name="Deploy").click()


async def test_a_broken_file_is_shown_where_it_is_broken(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions")
    broken = LEAVE.replace(b'targetRef="EnterAbsence"', b'targetRef="nowhere"')
    order = (EXAMPLES / "order.bpmn").read_bytes()
    await drop(page, ("leave.bpmn", broken), ("order.bpmn", order))

    # What is right is deployed; what is wrong is marked on its own diagram, and the list leads there.
    refused = page.get_by_role("region", name="leave.bpmn")
    await expect(refused.get_by_role("alert")).to_contain_text("leads to 'nowhere'")
    marked = refused.locator(".djs-element.found-bad[data-element-id=LeaveApproved]")
    await expect(marked).to_be_visible()
    await expect(refused.locator(".token.bad")).to_have_text("!")
    place = refused.get_by_role("button", name="LeaveApproved_to_EnterAbsence")
    await place.click()
    await expect(place).to_have_attribute("aria-pressed", "true")
    await expect(refused.locator(".djs-element.chosen[data-element-id=LeaveApproved]")).to_be_visible()
    assert [each.name for each in await site.runtime.definitions()] == ["Order"]

    # Warnings likewise, though it is deployed.
    doubtful = LEAVE.replace(b'id="EnterAbsence"', b'xmlns:x="http://x" id="EnterAbsence" x:colour="1"', 1)
    await drop(page, ("leave.bpmn", doubtful))
    await expect(page.get_by_text("1 warning")).to_be_visible()
    await expect(page.locator(".djs-element.found-risk[data-element-id=EnterAbsence]")).to_be_visible()

    # All well: on to the page of what was deployed, or to the list.
    await page.goto(f"{site.url}/definitions")
    await drop(page, ("expense.bpmn", (EXAMPLES / "expense-approval.bpmn").read_bytes()))
    await expect(page.get_by_role("heading", name="Expense approval")).to_be_visible()
    await page.goto(f"{site.url}/definitions")
    incident = (EXAMPLES / "incident-sla.bpmn").read_bytes()
    await drop(page, ("incident.bpmn", incident), ("days.dmn", (EXAMPLES / "leave-days.dmn").read_bytes()))
    await expect(page.get_by_text("2 files are deployed.")).to_be_visible()
    await page.get_by_role("link", name="Decisions").click()
    await expect(page.locator("[data-row]").first).to_contain_text("Extra days")
    await page.keyboard.press("/")
    await page.keyboard.type("no such thing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No definition fits.")).to_be_visible()
    told = ("422", "failed to import")  # the answer's status, and what bpmn-js says of a flow that leads nowhere
    assert [fault for fault in site.faults if not any(each in fault for each in told)] == []


@both
async def test_two_versions_side_by_side(site: Site, browser: Browser) -> None:
    old = await site.runtime.deploy_xml(LEAVE, who="mei")
    site.clock.set(site.clock.now() + HOUR)
    changed = LEAVE.replace(b'name="Approve leave"', b'name="Approve the leave"').replace(b"EnterAbsence", b"EnterIt")
    new = await site.runtime.deploy_xml(changed, who="mei")
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions/{new.id}")
    await page.get_by_role("link", name="compare").click()
    await page.wait_for_url(f"**/compare?with={old.id}")
    await expect(page.locator(".djs-element.diff-removed[data-element-id=EnterAbsence]")).to_be_visible()
    await expect(page.locator(".djs-element.diff-added[data-element-id=EnterIt]")).to_be_visible()
    await expect(page.locator(".djs-element.diff-changed[data-element-id=ApproveLeave]")).to_have_count(2)
    line = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Approve the leave"))
    await expect(line.get_by_role("deletion")).to_have_text("Approve leave")
    await expect(line.get_by_role("insertion")).to_have_text("Approve the leave")
    await line.get_by_role("button").click()
    await expect(page.locator(".djs-element.chosen[data-element-id=ApproveLeave]")).to_have_count(2)

    # The same with itself moved: only the drawing.
    drawn = await site.runtime.deploy_xml(changed.replace(b'<dc:Bounds x="1', b'<dc:Bounds x="2', 1), who="mei")
    await page.goto(f"{site.url}/definitions/{drawn.id}/compare?with={new.id}")
    await expect(page.get_by_text("Only the drawing is different.")).to_be_visible()
    assert site.faults == []


@both
async def test_what_the_past_and_the_present_say_on_the_diagram(site: Site, browser: Browser) -> None:
    found = await settle(site.runtime, site.clock)
    leave = (await site.runtime.instance(found["done"])).definition_id
    page = await browser.new_page()
    site.watch(page)
    await site.let_in(page, "mei")
    await page.goto(f"{site.url}/definitions")
    await page.get_by_role("link", name="Leave approval").first.click()
    await page.wait_for_url(f"**/definitions/{leave}")

    # Two are open at the first task; the key goes from heat to heat, and the address tells which.
    await expect(page.locator(".token.active")).to_have_text("2")
    await expect(page.locator("#step-ApproveLeave")).to_contain_text("2 here")
    await page.keyboard.press("h")
    await page.wait_for_url("**heat=count**")
    await page.keyboard.press("h")
    await page.wait_for_url("**heat=cycle**")
    await expect(page.locator(".djs-element.heat-5[data-element-id=ApproveLeave]")).to_be_visible()
    await expect(page.locator(".djs-element.heat-3[data-element-id=EnterAbsence]")).to_be_visible()
    await expect(page.locator(".legend")).to_contain_text("7 m")
    await expect(page.locator("#step-EnterAbsence")).to_contain_text("4 m")
    await page.get_by_label("Versions").select_option("All versions")
    await page.wait_for_url("**all=1**")
    await page.get_by_role("link", name="SLA missed").click()
    await expect(page.get_by_text("Nothing of it in this time.")).to_be_visible()

    # Suspend it with what is under way; say how long it is kept; look at the source.
    await page.get_by_role("button", name="Suspend…").click()
    await page.get_by_label("Suspend its 2 open instances too").check()
    await page.get_by_role("button", name="Suspend", exact=True).click()
    await expect(page.get_by_text("Suspended, with its open instances.")).to_be_visible()
    assert (await site.runtime.instance(found["leave of Anna"])).suspended
    await page.get_by_role("button", name="change").click()
    await page.get_by_label("Duration").fill("P90D")
    await page.get_by_role("button", name="Change", exact=True).click()
    await expect(page.locator(".facts")).to_contain_text("P90D")
    await page.get_by_role("link", name="show").click()
    await expect(page.get_by_role("region", name="Source")).to_contain_text('<bpmn:process id="LeaveApproval"')
    assert site.faults == []
