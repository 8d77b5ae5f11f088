"""Notes over HTTP: one's own, how one is told, what is on its way, and endpoints."""

import pytest
from house import House

from andante.timing.instants import HOUR, MINUTE

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="P" name="P" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="work" name="Work" andante:assignee="kim"><extensionElements>
      <andante:sla name="s" deadline="PT2H"><andante:reminder offset="-PT1H"/>
        <andante:deadlineAction name="a" type="Notify" to="webhook:hook"/></andante:sla>
    </extensionElements></userTask>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="work"/>
    <sequenceFlow id="f2" sourceRef="work" targetRef="finish"/>
  </process></definitions>"""


async def later(house: House, ms: int) -> None:
    house.clock.set(house.clock.now() + ms)
    await house.runtime.run_due()


async def test_notes_are_read_in_andante(house: House) -> None:
    await house.ada.deploy(MODEL)
    made = await house.zoe.start("P")
    await later(house, HOUR)
    (task,) = await house.kim.tasks()
    found = (await house.kim.get("/runtime/notes")).result
    (note,) = found["Recs"]
    assert found["total"] == 1
    assert (note["kind"], note["taskId"], note["taskName"], note["instanceId"], note["taskOpen"], note["readAt"]) == (
        "reminder", task["id"], "Work", made["id"], True, "",
    )  # fmt: skip
    assert note["createdAt"] == "2026-01-01T10:00:00.000Z"
    assert (await house.lee.get("/runtime/notes")).result == {"Recs": [], "total": 0, "after": ""}
    path = f"/runtime/notes/{note['id']}"
    (await house.lee.put(path, {"action": "read"})).refused(404, "bpm.note.notFound")
    (await house.kim.put(path, {"action": "burn"})).refused(400, "astrozero.0002", "action")
    assert (await house.kim.put(path, {"action": "read"})).result == {"unread": 0}
    assert (await house.kim.get("/runtime/notes", unread="true")).result["Recs"] == []
    assert (await house.kim.put(path, {"action": "unread"})).result == {"unread": 1}
    assert (await house.kim.put("/runtime/notes/all", {"action": "read"})).result == {"unread": 0}
    await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})
    (note,) = (await house.kim.get("/runtime/notes")).result["Recs"]
    assert note["taskOpen"] is False
    assert note["readAt"]


async def test_the_list_of_notes_goes_on_after_a_page(house: House) -> None:
    await house.ada.deploy(MODEL)
    for _ in range(5):
        await house.zoe.start("P")
        await later(house, MINUTE)
    await later(house, HOUR)
    seen: list[str] = []
    after = ""
    for size in (2, 2, 1):
        page = (await house.kim.get("/runtime/notes", limit=2, after=after)).result
        assert len(page["Recs"]) == size
        seen += [each["createdAt"] for each in page["Recs"]]
        after = page["after"]
    assert after == ""
    assert seen == sorted(seen, reverse=True)
    (await house.kim.get("/runtime/notes", after="nonsense")).refused(400, "astrozero.0002", "after")


async def test_people_say_how_they_are_told(house: House) -> None:
    path = "/runtime/people/kim/preferences"
    before = (await house.kim.get(path)).result
    assert before == {
        "channels": {"*": ["mail", "app"]}, "language": "en", "zone": "UTC", "quietFrom": "", "quietUntil": "",
        "urgent": [], "digest": "immediately", "digestAt": "08:00", "digestDay": "monday", "apprise": [], "own": [],
    }  # fmt: skip
    said = {"language": "zh", "zone": "Asia/Shanghai", "quietFrom": "22:00", "quietUntil": "07:00",
            "digest": "daily", "channels": {"slaDeadline": ["app"]}}  # fmt: skip
    changed = (await house.kim.put(path, said)).result
    assert changed["own"] == ["channels", "language", "zone", "quietFrom", "quietUntil", "digest"]
    assert changed["channels"] == {"*": ["mail", "app"], "slaDeadline": ["app"]}
    assert (await house.ada.get(path)).result == changed
    (await house.lee.get(path)).refused(403, "bpm.access.forbidden")
    (await house.lee.put(path, {"language": "en"})).refused(403, "bpm.access.forbidden")
    (await house.ada.get("/runtime/people/nobody/preferences")).refused(404, "bpm.person.notFound")
    assert (await house.kim.put(path, {"language": "", "channels": {}})).result["language"] == "en"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"language": "xx"}, "language"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"quietFrom": "22:00"}, "quietUntil"),
        ({"quietFrom": "25:00", "quietUntil": "07:00"}, "quietFrom"),
        ({"quietFrom": "07:00", "quietUntil": "07:00"}, "quietUntil"),
        ({"digest": "yearly"}, "digest"),
        ({"digestAt": "8"}, "digestAt"),
        ({"digestDay": "someday"}, "digestDay"),
        ({"channels": {"*": ["pigeon"]}}, "channels.*"),
        ({"channels": {"no word!": []}}, "channels"),
        ({"urgent": ["no word!"]}, "urgent"),
        ({"apprise": ["nothing-known"]}, "apprise"),
        ({"apprise": ["json://10.0.0.1/x"]}, "apprise"),
        ({"apprise": ["syslog://"]}, "apprise"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    house: House, changes: dict[str, object], names: str
) -> None:
    path = "/runtime/people/kim/preferences"
    before = (await house.kim.get(path)).result
    body = (await house.kim.put(path, changes)).refused(400, "astrozero.0002", names)
    assert "10.0.0.1" not in str(body)
    assert (await house.kim.get(path)).result == before


async def test_apprise_addresses_are_kept_and_not_shown(house: House) -> None:
    path = "/runtime/people/kim/preferences"
    mine = "tgram://123456789:abcdefg_hijklmnop/12315544/"
    assert (await house.kim.put(path, {"apprise": [mine]})).result["apprise"] == ["tgram://****"]
    shown = (await house.ada.put(path, {"apprise": ["tgram://****", "json://10.0.0.1/x"]})).result["apprise"]
    assert shown == ["tgram://****", "json://****"]
    assert (await house.services.post.preferences.said("kim")).apprise == [mine, "json://10.0.0.1/x"]
    assert (await house.kim.put(path, {"apprise": []})).result["apprise"] == []


async def test_letters_that_are_dead_are_seen_and_dealt_with(house: House) -> None:
    await house.ada.post("/admin/endpoints", {"name": "hook", "url": "http://127.0.0.1:9/x"})
    await house.ada.deploy(MODEL)
    first = await house.zoe.start("P")
    await house.zoe.start("P")
    await later(house, 2 * HOUR)
    (await house.kim.get("/runtime/letters")).refused(403, "bpm.access.forbidden")
    found = (await house.oda.get("/runtime/letters")).result
    assert found["total"] == 2
    one = next(each for each in found["Recs"] if each["instanceId"] == first["id"])
    other = next(each for each in found["Recs"] if each["instanceId"] != first["id"])
    assert (one["state"], one["channel"], one["endpoint"], one["kind"], one["attempts"]) == (
        "dead", "webhook", "hook", "slaDeadline", 1,
    )  # fmt: skip
    assert "127.0.0.1 is at the private address" in one["error"]
    metrics = (await house.http.get("/metrics")).text
    assert "andante_dead_letters 2.0" in metrics
    assert 'andante_letters_failed_total{channel="webhook"} 2.0' in metrics
    path = f"/runtime/letters/{one['id']}"
    assert (await house.oda.put(path, {"action": "discard"})).result["state"] == "dropped"
    (await house.oda.put(path, {"action": "retry"})).refused(409, "bpm.letter.over")
    assert (await house.oda.put(f"/runtime/letters/{other['id']}", {"action": "retry"})).result["state"] == "waiting"
    await house.runtime.run_due()
    (again,) = (await house.oda.get("/runtime/letters", state="dead")).result["Recs"]
    assert (again["id"], again["attempts"]) == (other["id"], 1)
    (await house.oda.put("/runtime/letters/none", {"action": "retry"})).refused(404, "bpm.letter.notFound")
    (await house.oda.get("/runtime/letters", state="lost")).refused(400, "astrozero.0002", "state")


async def test_endpoints_are_for_administrators_and_secrets_are_shown_once(house: House) -> None:
    (await house.oda.get("/admin/endpoints")).refused(403, "bpm.access.forbidden")
    made = (await house.ada.post("/admin/endpoints", {"name": "hook", "url": "https://example.com/x"})).result
    assert made["secret"].startswith("whsec_")
    (await house.ada.post("/admin/endpoints", {"name": "hook", "url": "https://example.com/x"})).refused(
        409, "bpm.endpoint.exists"
    )
    for body in (
        {"name": "a", "url": "ftp://example.com"},
        {"name": "a", "url": "https://user:pw@example.com"},
        {"name": "a b", "url": "https://example.com"},
        {"name": "a", "url": "https://example.com", "secret": "short"},
        {"name": "a", "url": "https://example.com", "kind": "pigeon"},
        {"name": "a", "url": "unknown://", "kind": "apprise"},
    ):
        (await house.ada.post("/admin/endpoints", body)).refused(400, "astrozero.0002")
    (listed,) = (await house.ada.get("/admin/endpoints")).result["Recs"]
    assert "secret" not in listed
    assert listed["secrets"] == 1
    path = "/admin/endpoints/hook"
    changed = (await house.ada.put(path, {"rotate": True, "kinds": ["slaDeadline"], "disabled": True})).result
    assert changed["secret"].startswith("whsec_")
    assert changed["secret"] != made["secret"]
    assert (changed["secrets"], changed["kinds"], changed["disabled"]) == (2, ["slaDeadline"], True)
    await later(house, 24 * HOUR)
    (listed,) = (await house.ada.get("/admin/endpoints")).result["Recs"]
    assert listed["secrets"] == 1
    chat = {"name": "chat", "kind": "apprise", "url": "tgram://123456789:abcdefg_hijklmnop/12315544/", "kinds": ["*"]}
    assert (await house.ada.post("/admin/endpoints", chat)).result["url"] == "tgram://****"
    assert (await house.ada.delete("/admin/endpoints/chat")).status == 200
    (await house.ada.delete("/admin/endpoints/chat")).refused(404, "bpm.endpoint.notFound")


async def test_a_test_says_what_became_of_it(house: House) -> None:
    await house.ada.post("/admin/endpoints", {"name": "hook", "url": "http://127.0.0.1:9/x"})
    (await house.kim.post("/admin/notes/test", {"to": "kim"})).refused(403, "bpm.access.forbidden")
    found = (await house.ada.post("/admin/notes/test", {"to": "kim"})).result["Recs"]
    assert [(each["channel"], bool(each["error"])) for each in found] == [("app", False), ("mail", True)]
    (note,) = (await house.kim.get("/runtime/notes")).result["Recs"]
    assert note["kind"] == "test"
    (hook,) = (await house.ada.post("/admin/notes/test", {"to": "webhook:hook"})).result["Recs"]
    assert "private address" in hook["error"]
    (await house.ada.post("/admin/notes/test", {"to": "nobody"})).refused(404, "bpm.person.notFound")
    (await house.ada.post("/admin/notes/test", {"to": "webhook:no"})).refused(404, "bpm.endpoint.notFound")
