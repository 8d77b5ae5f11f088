"""Business calendars by both clients."""

from desk import Hands


def test_business_calendars(hands: Hands) -> None:
    name = f"office-{hands.kind}"
    form = {"hours": {"monday": ["09:00-17:00"]}, "zone": "Europe/Berlin", "holidays": [{"country": "DE"}]}
    made = hands.add_calendar(name, form)
    assert (made.name, made.built_in, made.left, made.calendar["zone"]) == (name, False, 0, "Europe/Berlin")
    assert hands.calendar(name) == made
    assert hands.save_calendar(name, {**form, "label": "Office"}).calendar["label"] == "Office"
    assert name in [each.name for each in hands.calendars().items]
    year = hands.calendar_year(name, 2026, language="en")
    assert {day.name for day in year.days if day.date == "2026-01-01"} == {"New Year's Day"}
    assert hands.due_date(name, "2026-01-05T16:00", "PT2H").due == "2026-01-12T09:00:00.000Z"
    assert hands.working_time(name, "2026-01-05", "2026-01-20").working_ms == 24 * 3_600_000
    assert hands.delete_calendar(name) is None
