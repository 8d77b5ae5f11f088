"""The page that shows what tests cover, drawn on the diagram."""

from pathlib import Path

from playwright.async_api import Browser, expect

from andante.testing.carried_out import run_suite
from andante.testing.coverage_page import coverage_page
from andante.testing.written import read_suite

EXAMPLES = Path(__file__).parents[2] / "examples"
TESTS = f"""process: {EXAMPLES / "leave-approval.bpmn"}
tests:
  - name: It is approved
    steps:
      - complete: Approve leave
        outcome: approved
      - complete: Enter absence
  - name: <script>x</script>
    then: {{state: Broken}}
"""


async def test_coverage_is_drawn_on_the_diagram(chromium: Browser, tmp_path: Path) -> None:
    file, target = tmp_path / "leave.test.yaml", tmp_path / "coverage.html"
    file.write_text(TESTS)
    target.write_text(coverage_page([run_suite(file, read_suite(file))]))
    page = await chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    await page.goto(target.as_uri())
    await expect(page.locator(".covered[data-element-id=ApproveLeave]")).to_be_visible()
    await expect(page.locator(".djs-connection.missed")).to_have_count(1)
    await expect(page.locator(".missed[data-element-id=LeaveRejected]")).to_have_count(1)
    await expect(page.locator(".count").first).to_have_text("2")
    await expect(page.get_by_text("<script>x</script>")).to_be_visible()
    await expect(page.get_by_text(f"{file}:9: state: is 'Waiting for user interaction'")).to_be_visible()
    assert faults == []
    await page.close()
