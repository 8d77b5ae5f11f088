"""Reports, forecasts and exports over HTTP: for operators, over days that make sense."""

from house import House

MINUTE = 60_000
HOUR = 60 * MINUTE
WORK = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Claim" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="look" name="Look" andante:candidateUsers="kim" andante:dueDate="PT2H"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="look"/>
    <sequenceFlow id="f2" sourceRef="look" targetRef="finish"/>
  </process>
</definitions>"""


async def test_what_has_been_done_is_told(house: House) -> None:
    ada, kim, clock = house.ada, house.kim, house.clock
    await ada.deploy(WORK)
    for _ in range(3):
        await ada.start("Claim")
        clock.set(clock.now() + HOUR)
        (task,) = await kim.tasks()
        await kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})
    await ada.start("Claim")
    clock.set(clock.now() + MINUTE)

    (process,) = (await ada.get("/runtime/insight/processes")).result["Recs"]
    assert (process["definition"], process["count"], process["cycle"]["mean"]) == ("Claim", 3, 3600.0)
    assert process["attainment"] is None
    found = (await ada.get("/runtime/insight/processes/Claim/elements")).result
    assert (found["fresh"], found["Recs"][0]["name"], found["Recs"][0]["share"]) == (True, "look", 1.0)
    (version,) = (await ada.get("/runtime/insight/processes/Claim/versions")).result["Recs"]
    assert version["version"] == "1.0.0"
    (person,) = (await ada.get("/runtime/insight/people", definition="Claim")).result["Recs"]
    assert (person["name"], person["count"]) == ("kim", 3)
    assert (await ada.get("/runtime/insight/queues")).result["Recs"] == []
    assert (await ada.get("/runtime/insight/workload")).result["Recs"] == [{"who": "user:kim", "open": 1, "overdue": 0}]
    (ahead,) = (await ada.get("/runtime/insight/forecast", definition="Claim")).result["Recs"]
    assert (ahead["element"], ahead["cases"], ahead["late"], ahead["certain"]) == ("look", 3, 0.0, False)
    early = (await ada.get("/runtime/insight/processes", **{"from": "2020-01-01", "to": "2020-01-31"})).result
    assert (early["Recs"], early["first"], early["last"]) == ([], "2020-01-01", "2020-01-31")

    xes = await ada.get("/runtime/insight/processes/Claim/export")
    assert xes.response.headers["content-type"].startswith("application/xml")
    assert xes.response.text.count("<trace>") == 4
    table = await ada.get("/runtime/insight/processes/Claim/export", format="csv")
    assert table.response.headers["content-disposition"] == 'attachment; filename="history.csv"'
    assert table.response.text.splitlines()[0].startswith("case_id,business_key,process")


async def test_it_is_for_operators_and_for_days_that_make_sense(house: House) -> None:
    for path in ("processes", "people", "queues", "workload", "forecast", "processes/Claim/elements",
                 "processes/Claim/versions", "processes/Claim/export"):  # fmt: skip
        (await house.kim.get(f"/runtime/insight/{path}")).refused(403, "bpm.access.forbidden", "kim")
    for query, word in (
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"from": "1900-01-01", "to": "2026-01-01"}, "from"),
    ):
        (await house.ada.get("/runtime/insight/processes", **query)).refused(400, "astrozero.0002", word)
    wrong = await house.ada.get("/runtime/insight/processes/Claim/export", format="pdf")
    wrong.refused(400, "astrozero.0002", "format")
