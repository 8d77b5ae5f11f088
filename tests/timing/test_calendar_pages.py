"""What the pages about business calendars show is read as they say."""

import re
from pathlib import Path

import msgspec
import pytest

from andante.timing import public_holidays
from andante.timing.calendar_form import CalendarForm, make
from andante.timing.instants import HOUR, contract_time, parse_instant

DOCS = Path(__file__).parents[2] / "docs"
FORMS = [
    msgspec.json.decode(text, type=CalendarForm)
    for page in ("reference/calendars.md", "how-to/business-calendars.md")
    for text in re.findall(r"```json\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
]


@pytest.mark.parametrize("form", FORMS)
def test_every_calendar_that_is_shown_can_be_saved(form: CalendarForm) -> None:
    made = make(form, public_holidays.find(form, 2025, 2028), "UTC")
    start = parse_instant("2026-04-02T15:00", "Europe/Berlin")
    assert made.calendar.between(start, made.calendar.add(start, 8 * HOUR)) == 8 * HOUR


def test_maundy_thursday() -> None:
    form = FORMS[1]
    calendar = make(form, public_holidays.find(form, 2025, 2028), "UTC").calendar
    at = calendar.add(parse_instant("2026-04-02T15:00", "Europe/Berlin"), 8 * HOUR)
    assert contract_time(at, "Europe/Berlin") == "2026-04-07 15:00:00", "Good Friday and Easter Monday are off"


def test_the_reference_names_every_field() -> None:
    page = (DOCS / "reference/calendars.md").read_text()
    for name in CalendarForm.__struct_encode_fields__:
        assert f"| `{name}` |" in page
