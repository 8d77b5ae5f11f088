"""What is no proper request gets a clear error and changes nothing."""

from collections.abc import AsyncIterator

import pytest
from house import BASE, House

START = BASE + "/runtime/instances"


MALFORMED_BODIES: list[tuple[bytes, str]] = [
    (b"", "empty"),
    (b"   ", "empty"),
    (b"{", "JSON"),
    (b'{"name": "Approval",}', "JSON"),
    (b"\xff\xfe", "JSON"),
    (b'{"name":"\xff\xfe"}', "JSON"),
    (b"null", "body"),
    (b'"name"', "body"),
    (b'{"name": NaN}', "JSON"),
    (b'{"name":"Approval","variables":{"a":' + b"[" * 200 + b"]" * 200 + b"}}", "deeply"),
    (b"[" * 100_000, "body"),
    (b'{"name":"Approval","variables":{"a":' + b"[" * 100_000, "deeply"),
    (b'{"name":"Approval","variables":{"a":1e999}}', "range"),
]


async def test_malformed_bodies(house: House, approval: str) -> None:
    for content, words in MALFORMED_BODIES:
        answer = await house.ada.call("POST", START, content=content, headers={"content-type": "application/json"})
        answer.refused(400, "astrozero.0002", words)
        assert (await house.ada.get("/runtime/instances", states="Waiting for user interaction")).result == []


OTHER_CONTENT_TYPES: list[str] = ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"]


async def test_other_content_types(house: House, approval: str) -> None:
    for kind in OTHER_CONTENT_TYPES:
        answer = await house.ada.call("POST", START, content=b'{"name":"Approval"}', headers={"content-type": kind})
        answer.refused(415, "bpm.request.contentType", kind)


async def test_large_bodies(house: House) -> None:
    content = b'{"name":"' + b"x" * 17_000_000 + b'"}'
    for path, kind in ((START, "application/json"), (BASE + "/metadata/definitions", "application/xml")):
        answer = await house.ada.call("POST", path, content=content, headers={"content-type": kind})
        answer.refused(413, "bpm.request.tooLarge")


async def test_large_bodies_in_pieces_of_unknown_length(house: House) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 1_000_000

    answer = await house.ada.call("POST", START, content=pieces(), headers={"content-type": "application/json"})
    answer.refused(413, "bpm.request.tooLarge")


async def test_numbers_keep_their_value(house: House, approval: str) -> None:
    values = {"big": 2**62, "small": 0.1, "negative": -5, "nothing": None, "list": [1, {"a": True}]}
    made = await house.ada.start("Approval", **values)
    assert (await house.ada.get(f"/runtime/instances/{made['id']}/variables")).result == values


async def test_a_number_too_large_to_store_is_refused(house: House, approval: str) -> None:
    answer = await house.ada.post("/runtime/instances", {"name": "Approval", "variables": {"huge": 10**40}})
    answer.refused(400, "astrozero.0002")
    assert (await house.ada.get("/runtime/instances", states="Waiting for user interaction")).result == []


async def test_unknown_addresses_and_methods(house: House) -> None:
    (await house.ada.get("/runtime/nothing")).refused(404, "bpm.request.noSuchRoute")
    answer = await house.ada.call("PATCH", START)
    answer.refused(405, "bpm.request.method", "PATCH")
    assert {"GET", "POST"} <= set(answer.response.headers["allow"].split(", "))


async def test_a_fault_of_ours_tells_nothing_of_the_inside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(type(house.runtime), "definitions", broken)
    answer = await house.ada.get("/metadata/definitions")
    body = answer.refused(500, "astrozero.0001")
    assert "secret" not in str(body)


async def test_a_variable_has_a_name_wherever_it_comes_in(house: House, approval: str) -> None:
    made = await house.kim.start("Approval", amount=5)
    (task,) = await house.kim.tasks()
    nameless = {"": 1}
    calls = [
        ("PUT", f"/runtime/instances/{made['id']}/variables", nameless, "body"),
        (
            "PUT",
            f"/runtime/tasks/{task['id']}",
            {"action": "complete", "outcome": "yes", "variables": nameless},
            "variables",
        ),
        ("PUT", f"/runtime/jobs/{made['id']}-1", {"action": "complete", "variables": nameless}, "variables"),
        ("POST", "/runtime/messages", {"name": "m", "variables": nameless}, "variables"),
        ("POST", "/runtime/signals", {"name": "s", "variables": nameless}, "variables"),
        ("POST", "/runtime/conditions", {"variables": nameless}, "variables"),
    ]
    for method, path, body, field in calls:
        answer = await house.ada.call(method, path, json=body)
        answer.refused(400, "astrozero.0002", field, "length >= 1")
    assert (await house.oda.get(f"/runtime/instances/{made['id']}/variables")).result == {"amount": 5}
    assert [each["id"] for each in await house.kim.tasks()] == [task["id"]]
