"""Business calendars over HTTP."""

from house import House

OFFICE = {day: ["09:00-12:00", "13:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
FORM = {
    "label": "Munich",
    "hours": OFFICE,
    "zone": "Europe/Berlin",
    "holidays": [{"country": "DE", "subdivision": "BY"}],
    "exceptions": [{"date": "12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]}],
}
WORK = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Claim" isExecutable="true" andante:calendar="munich">
    <startEvent id="begin"/>
    <userTask id="look"><extensionElements>
      <andante:sla name="s" deadline="PT7H" deadlineBusinessDays="true"/>
    </extensionElements></userTask>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="look"/>
  </process>
</definitions>"""


async def test_a_calendar_is_made_read_changed_and_deleted(house: House) -> None:
    ada, kim = house.ada, house.kim
    made = (await ada.post("/runtime/calendars", {"name": "munich", **FORM})).result
    assert (made["name"], made["savedBy"], made["builtIn"], made["revision"]) == ("munich", "ada", False, 1)
    read = (await kim.get("/runtime/calendars/munich")).result
    assert read == made
    assert read["calendar"]["exceptions"] == FORM["exceptions"]
    listed = (await kim.get("/runtime/calendars")).result
    assert [each["name"] for each in listed["Recs"]] == ["default", "munich"]
    same = (await ada.put("/runtime/calendars/munich", read["calendar"])).result
    assert same["revision"] == 1, "what is read can be saved again"
    changed = (await ada.put("/runtime/calendars/munich", {**FORM, "label": "M"})).result
    assert (changed["revision"], changed["calendar"]["label"]) == (2, "M")
    (await ada.post("/runtime/calendars", {"name": "munich", **FORM})).refused(409, "bpm.calendar.exists", "munich")
    await ada.delete("/runtime/calendars/munich")
    (await kim.get("/runtime/calendars/munich")).refused(404, "bpm.calendar.notFound", "munich")
    (await ada.delete("/runtime/calendars/munich")).refused(404, "bpm.calendar.notFound")


async def test_everybody_reads_and_computes_but_administrators_change(house: House) -> None:
    for each in (house.kim, house.oda):
        (await each.post("/runtime/calendars", {"name": "x", **FORM})).refused(403, "bpm.access.forbidden")
        (await each.put("/runtime/calendars/x", FORM)).refused(403, "bpm.access.forbidden")
        (await each.delete("/runtime/calendars/x")).refused(403, "bpm.access.forbidden")
        assert (await each.get("/runtime/calendars/default")).result["builtIn"]


async def test_an_sla_counts_by_it_and_it_cannot_be_deleted_then(house: House) -> None:
    ada = house.ada
    await ada.put("/runtime/calendars/munich", FORM)
    await ada.deploy(WORK)
    await ada.start("Claim")
    refused = await ada.delete("/runtime/calendars/munich")
    refused.refused(409, "bpm.calendar.inUse", "definition 'Claim'")


async def test_a_year_of_it(house: House) -> None:
    await house.ada.put("/runtime/calendars/munich", FORM)
    year = (await house.kim.get("/runtime/calendars/munich/year", year="2026", language="en")).result
    days = {day["date"]: day for day in year["days"]}
    assert len(days) == 365
    assert year["minutes"] == sum(day["minutes"] for day in year["days"])
    assert days["2026-01-06"] == {
        "date": "2026-01-06", "weekday": 2, "kind": "holiday", "hours": [], "minutes": 0, "name": "Epiphany",
    }  # fmt: skip
    assert days["2026-12-24"]["minutes"] == 180
    assert days["2026-01-07"]["hours"] == OFFICE["monday"]
    (await house.kim.get("/runtime/calendars/munich/year")).refused(400, "astrozero.0002", "year")
    (await house.kim.get("/runtime/calendars/munich/year", year="12")).refused(400, "astrozero.0002", "year")


async def test_due_dates_and_working_time(house: House) -> None:
    await house.ada.put("/runtime/calendars/munich", FORM)
    compute = "/runtime/calendars/munich/compute"
    found = (await house.kim.post(compute, {"start": "2026-01-05T16:00", "working": "PT2H30M"})).result
    assert found == {"due": "2026-01-07T09:30:00.000Z", "working": "PT2H30M", "workingMs": 9_000_000}
    found = (await house.kim.post(compute, {"start": "2026-01-05T16:00", "end": "2026-01-07T10:30"})).result
    assert found == {"due": "", "working": "PT2H30M", "workingMs": 9_000_000}
    for body, word in (
        ({"start": "2026-01-05"}, "working"),
        ({"start": "2026-01-05", "end": "2026-01-06", "working": "PT1H"}, "working"),
        ({"start": "soon", "working": "PT1H"}, "start"),
        ({"start": "2026-01-05", "working": "an hour"}, "working"),
        ({"start": "2026-01-05", "working": "-PT1H"}, "working"),
        ({"start": "2026-01-05", "end": "late"}, "end"),
    ):
        (await house.kim.post(compute, body)).refused(400, "astrozero.0002", word)
    (await house.kim.post("/runtime/calendars/none/compute", {"start": "2026-01-05", "working": "PT1H"})).refused(
        404, "bpm.calendar.notFound"
    )


async def test_what_makes_no_sense_is_refused_with_its_place(house: House) -> None:
    for wrong, word in (
        ({**FORM, "zone": "Mars"}, "zone"),
        ({**FORM, "hours": {"monday": ["nine to five"]}}, "hours.monday"),
        ({**FORM, "hours": {"montag": ["09:00-17:00"]}}, "montag"),
        ({**FORM, "excepted": []}, "excepted"),
        ({"zone": "UTC"}, "hours"),
        ({**FORM, "holidays": [{"country": "DE", "subdivision": "XX"}]}, "holidays[0].subdivision"),
    ):
        (await house.ada.put("/runtime/calendars/munich", wrong)).refused(400, "astrozero.0002", word)
    (await house.ada.put("/runtime/calendars/a b", FORM)).refused(400, "astrozero.0002", "name")
    (await house.kim.get("/runtime/calendars/munich")).refused(404, "bpm.calendar.notFound")
