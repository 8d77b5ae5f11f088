"""Files at tasks and instances, comments, and persons who are only informed."""

import asyncio
import io
import zipfile
from random import Random
from typing import Any

import msgspec
import pytest
from house import House, Person, house_at

from andante.runtime import file_types
from andante.runtime.attachments import Attachments
from andante.runtime.runtime import Runtime

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
HOUR = 3_600_000
INFORMING = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Told" isExecutable="true"><startEvent id="b"/>
    <userTask id="work" andante:candidateUsers="kim" andante:cc="user:zoe, group:managers"/>
    <endEvent id="e"/><sequenceFlow id="f1" sourceRef="b" targetRef="work"/>
    <sequenceFlow id="f2" sourceRef="work" targetRef="e"/>
  </process>
</definitions>"""


def packed(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def damaged() -> bytes:
    """Of which the part that tells what it is cannot be unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    return made.getvalue().replace(made.getvalue()[38:44], b"\xff" * 6)


async def send(person: Person, path: str, name: str, data: bytes) -> Any:
    return await person.call("POST", f"{path}/attachments", files={"file": (name, data, "text/html")})


async def a_task(house: House) -> dict[str, Any]:
    await house.ada.start("Approval")
    (task,) = await house.kim.tasks()
    found: dict[str, Any] = task
    return found


async def stored(runtime: Runtime) -> int:
    ((count,),) = await runtime.store.get_all("select count(*) from content")
    return int(count)


async def test_a_file_is_attached_listed_downloaded_and_deleted(house: House, approval: str) -> None:
    task = await a_task(house)
    path = f"/runtime/tasks/{task['id']}"
    made = (await send(house.kim, path, "C:\\temp\\Bill 1.pdf", PDF)).result
    assert (made["name"], made["type"], made["size"], made["createdBy"]) == (
        "Bill 1.pdf", "application/pdf", len(PDF), "kim",
    )  # fmt: skip
    assert (made["taskId"], made["instanceId"]) == (task["id"], task["instanceId"])
    assert (await house.lee.get(f"{path}/attachments")).result["Recs"] == [made]
    whole = (await house.ada.get(f"/runtime/instances/{task['instanceId']}/attachments")).result
    assert whole["Recs"] == [made]
    (await house.zoe.get(f"{path}/attachments")).refused(404, "bpm.task.notFound")
    (await house.zoe.get(f"/runtime/attachments/{made['id']}")).refused(404, "bpm.attachment.notFound")

    got = (await house.lee.get(f"/runtime/attachments/{made['id']}")).response
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''Bill%201.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in got.headers["content-security-policy"]

    (await house.lee.delete(f"/runtime/attachments/{made['id']}")).refused(403, "bpm.access.forbidden", "kim")
    await house.kim.delete(f"/runtime/attachments/{made['id']}")
    (await house.kim.delete(f"/runtime/attachments/{made['id']}")).refused(404, "bpm.attachment.notFound")


async def test_the_same_content_is_kept_once_and_goes_with_the_last(house: House, approval: str) -> None:
    task = await a_task(house)
    one = (await send(house.kim, f"/runtime/tasks/{task['id']}", "a.pdf", PDF)).result
    two = (await send(house.ada, f"/runtime/instances/{task['instanceId']}", "b.pdf", PDF)).result
    assert (one["hash"], two["taskId"]) == (two["hash"], "")
    assert await stored(house.runtime) == 1
    house.clock.set(house.clock.now() + 2 * HOUR)
    await house.oda.delete(f"/runtime/attachments/{one['id']}")
    assert await stored(house.runtime) == 1
    assert (await house.ada.get(f"/runtime/attachments/{two['id']}")).response.content == PDF
    await house.ada.delete(f"/runtime/attachments/{two['id']}")
    assert await stored(house.runtime) == 0


async def told(house: House, instance_id: str) -> list[tuple[str, str, str, str, int]]:
    """Who did what to which file, where, and how large it was, as the history has it."""
    entries = (await house.ada.get(f"/runtime/instances/{instance_id}/history")).result["Recs"]
    return [
        (each["who"], each["kind"], each["element"], each["data"]["name"], each["data"]["size"])
        for each in entries if each["kind"].startswith("Attachment")
    ]  # fmt: skip


async def test_what_came_and_went_is_in_the_history(house: House, approval: str) -> None:
    task = await a_task(house)
    instance_id = task["instanceId"]
    made = (await send(house.kim, f"/runtime/tasks/{task['id']}", "bill.pdf", PDF)).result
    own = (await send(house.ada, f"/runtime/instances/{instance_id}", "note.pdf", PDF)).result
    entry = (await house.ada.get(f"/runtime/instances/{instance_id}/history")).result["Recs"][-1]
    assert (entry["at"], entry["data"]["hash"], entry["data"]["id"]) == (own["createdAt"], own["hash"], own["id"])
    removals = [house.oda.delete(f"/runtime/attachments/{made['id']}") for _ in range(2)]
    assert sorted(each.response.status_code for each in await asyncio.gather(*removals)) == [200, 404]
    await house.runtime.act(instance_id, "suspend", who="oda")
    await send(house.ada, f"/runtime/instances/{instance_id}", "more.pdf", PDF)
    await house.runtime.act(instance_id, "terminate", who="oda")
    await house.ada.delete(f"/runtime/attachments/{own['id']}")
    assert await told(house, instance_id) == [
        ("kim", "AttachmentAdded", task["element"], "bill.pdf", len(PDF)),
        ("ada", "AttachmentAdded", "", "note.pdf", len(PDF)),
        ("oda", "AttachmentRemoved", task["element"], "bill.pdf", len(PDF)),
        ("ada", "AttachmentAdded", "", "more.pdf", len(PDF)),
        ("ada", "AttachmentRemoved", "", "note.pdf", len(PDF)),
    ]
    left = (await house.ada.get(f"/runtime/instances/{instance_id}/attachments")).result["Recs"]
    assert [each["name"] for each in left] == ["more.pdf"]
    assert (await house.runtime.upkeep.verify([instance_id])).drift == []


async def test_with_the_instance_they_go_too(house: House, approval: str) -> None:
    task = await a_task(house)
    made = (await send(house.kim, f"/runtime/tasks/{task['id']}", "a.pdf", PDF)).result
    await house.runtime.act(task["instanceId"], "suspend", who="oda")
    await send(house.ada, f"/runtime/instances/{task['instanceId']}", "b.pdf", PDF + b"2")
    await house.runtime.act(task["instanceId"], "terminate", who="oda")
    closed = await send(house.kim, f"/runtime/tasks/{task['id']}", "late.pdf", PDF)
    closed.refused(409, "bpm.instance.closed")
    assert (await house.ada.get(f"/runtime/attachments/{made['id']}")).response.content == PDF, "over, but there"
    await house.ada.delete(f"/runtime/instances/{task['instanceId']}")
    (await house.ada.get(f"/runtime/attachments/{made['id']}")).refused(404, "bpm.attachment.notFound")
    await house.runtime.attachments.sweep()
    assert await stored(house.runtime) == 2, "somebody may just bring the same again"
    house.clock.set(house.clock.now() + 2 * HOUR)
    await house.runtime.attachments.sweep()
    assert await stored(house.runtime) == 0


@pytest.mark.parametrize(
    ("name", "data", "status", "word"),
    [
        ("bill.pdf", PNG, 415, "its content is image/png"),
        ("page.txt", b"<html><script>alert(1)</script>", 415, "text/html"),
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "image/svg+xml"),
        ("tool.exe", b"MZ\x90\0", 415, "application/x-executable"),
        ("noname", b"MZ\x90\0", 415, "application/x-executable"),
        ("run.sh", b"echo 1", 415, "application/x-executable"),
        ("mail.docx", packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), 415, "x-macro"),
        ("a.zip", packed("a"), 415, "application/zip"),
        ("damaged.odt", damaged(), 415, "application/zip"),
        ("empty.txt", b"", 400, "empty"),
        ("...", b"x", 400, "filename"),
        ("large.txt", b"x" * 2_001, 413, "2000"),
    ],
)
async def test_what_is_not_taken(house: House, approval: str, name: str, data: bytes, status: int, word: str) -> None:
    task = await a_task(house)
    house.runtime.attachments.largest = 2_000
    answer = await send(house.kim, f"/runtime/tasks/{task['id']}", name, data)
    assert answer.status == status, answer.json
    assert word in answer.json["resMsg"]
    assert await stored(house.runtime) == 0


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.docx", packed("[Content_Types].xml", "word/document.xml"), "wordprocessingml.document"),
        ("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml"), "spreadsheetml.sheet"),
        ("a.csv", b"a;b\n1;2\n", "text/csv"),
        ("notes", "Grüße\n".encode(), "text/plain"),
        ("a.json", b"{}", "application/json"),
        ("a.bpmn", b"<?xml version='1.0'?><definitions/>", "application/xml"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "application/msword"),
        ("a.jar", packed("META-INF/MANIFEST.MF"), "application/x-executable"),
        ("a.bin", b"\0\1\2", "application/octet-stream"),
        ("broken.docx", b"PK\x03\x04broken", "application/octet-stream"),
    ],
)
def test_the_content_tells_what_a_file_is(name: str, data: bytes, kind: str) -> None:
    assert file_types.type_of(data, name).endswith(kind)


async def test_a_server_may_take_any_kind(house: House, approval: str) -> None:
    task = await a_task(house)
    settings = msgspec.structs.replace(house.runtime.settings, attachment_types=("*",))
    house.runtime.attachments = Attachments(
        house.runtime.store, house.clock, house.runtime.executor, Random(), settings, lambda: True
    )
    assert (await send(house.kim, f"/runtime/tasks/{task['id']}", "a.zip", packed("a"))).result["type"] == (
        "application/zip"
    )


async def test_bad_forms_are_refused(house: House, approval: str) -> None:
    task = await a_task(house)
    path = f"/runtime/tasks/{task['id']}/attachments"
    (await house.kim.post(path, {"file": "x"})).refused(415, "bpm.request.contentType", "multipart/form-data")
    (await house.kim.call("POST", path, files={"note": (None, b"x")})).refused(400, "astrozero.0002", "file")
    (await house.zoe.call("POST", path, files={"file": ("a.txt", b"x")})).refused(404, "bpm.task.notFound")


async def test_comments_stay_when_the_task_is_over(house: House, approval: str) -> None:
    task = await a_task(house)
    path = f"/runtime/tasks/{task['id']}"
    await house.lee.put(path, {"action": "comment", "text": "Looks fine."})
    await house.kim.put(path, {"action": "claim"})
    await house.kim.put(path, {"action": "comment", "text": "Yes."})
    await house.kim.put(path, {"action": "complete", "outcome": "yes"})
    recs = (await house.kim.get(f"{path}/comments")).result["Recs"]
    assert [(each["who"], each["text"]) for each in recs] == [("lee", "Looks fine."), ("kim", "Yes.")]
    assert recs[0]["at"] == "2026-01-01T09:00:00.000Z"
    (await house.zoe.get(f"{path}/comments")).refused(404, "bpm.task.notFound")


async def test_those_informed_look_at_it_and_do_nothing(house: House) -> None:
    await house.ada.deploy(INFORMING)
    started = await house.ada.start("Told")
    for person in (house.zoe, house.lee):
        assert await person.tasks() == []
        found = (await person.get("/query/tasks", view="informed")).result
        assert ([each["element"] for each in found["Recs"]], found["total"]) == (["work"], 1)
        task = found["Recs"][0]
        assert (await person.get(f"/runtime/tasks/{task['id']}")).result["candidates"] == ["user:kim"]
        assert (await person.get(f"/runtime/tasks/{task['id']}/comments")).result["total"] == 0
        instance_id = task["instanceId"]
        assert (await person.get(f"/runtime/instances/{instance_id}")).status == 200
        for body in ({"action": "claim"}, {"action": "complete"}, {"action": "comment", "text": "x"}):
            (await person.put(f"/runtime/tasks/{task['id']}", body)).refused(404, "bpm.task.notFound")
        (await send(person, f"/runtime/tasks/{task['id']}", "a.txt", b"x")).refused(404, "bpm.task.notFound")
    assert (await house.kim.get("/query/tasks", view="informed")).result["total"] == 0
    assert started


async def test_attachments_are_in_the_database_and_survive_a_restart(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/andante.db"
    async with house_at(url) as house:
        await house.ada.deploy(INFORMING)
        started = await house.ada.start("Told")
        path = f"/runtime/instances/{(await house.kim.tasks())[0]['instanceId']}"
        made = (await send(house.ada, path, "a.pdf", PDF)).result
        assert started
    runtime = await Runtime.open(url, timers=False)
    assert await runtime.attachments.content(await runtime.attachments.one(made["id"])) == PDF
    await runtime.close()
