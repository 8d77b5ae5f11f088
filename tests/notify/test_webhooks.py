"""Signed webhooks, against a real receiver."""

import asyncio
import datetime as dt
import gzip
import tracemalloc
from typing import Any

import httpx
import msgspec
import pytest
from bureau import NOON, Bureau, Receiver
from standardwebhooks import Webhook

from andante.notify import outbound as room
from andante.notify.faults import NotNow, Undeliverable
from andante.notify.outbound import is_public
from andante.notify.webhook import Webhooks
from andante.runtime import TestClock
from andante.timing.instants import DAY, HOUR, MINUTE, parse_instant


def verified(secret: str, asked: tuple[str, dict[str, str], bytes]) -> Any:
    """The body, if it is signed with the secret. The library would take no time but the present one."""
    _, headers, body = asked
    moment = dt.datetime.fromtimestamp(int(headers["webhook-timestamp"]), dt.UTC)
    expected = Webhook(secret).sign(headers["webhook-id"], moment, body.decode())
    assert expected in headers["webhook-signature"].split(" ")
    return msgspec.json.decode(body)


async def test_a_note_is_posted_signed_to_who_is_named_and_who_gets_all_of_its_kind(
    bureau: Bureau, receiver: Receiver
) -> None:
    named = await bureau.post.endpoints.add("erp", "webhook", receiver.url, [])
    subscribed = await bureau.post.endpoints.add("audit", "webhook", receiver.url, ["reminder"])
    await bureau.post.endpoints.add("deaf", "webhook", receiver.url, ["slaDeadline"])
    await bureau.person("ada")
    await bureau.deploy(to="webhook:erp")
    instance = await bureau.start()
    task = await bureau.task(instance)
    await bureau.later(4 * HOUR)
    assert len(receiver.asked) == 2
    path, headers, _ = receiver.asked[0]
    assert path == "/hook?a=b"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    by_type = {msgspec.json.decode(each[2])["type"]: each for each in receiver.asked}
    assert verified(subscribed.secrets[0].text, by_type["note.reminder"])["data"]["recipients"] == ["ada"]
    body = verified(named.secrets[0].text, by_type["note.slaGoal"])
    assert body["timestamp"] == "2026-03-27T16:00:00.000Z"
    data = body["data"]
    assert data.pop("key")
    assert data == {
        "kind": "slaGoal", "instanceId": instance, "taskId": task.id, "taskName": "Approve <it>",
        "definition": "Expenses", "recipients": ["webhook:erp"], "text": "Approve <it> has passed its goal",
        "dueAt": "2026-03-27T16:00:00.000Z", "createdAt": "2026-03-27T16:00:00.000Z",
        "link": f"https://flow.example/tasks/{task.id}",
    }  # fmt: skip
    sent = await bureau.post.letters.many("sent", "", 10, "")
    ids = {each[1]["webhook-id"] for each in receiver.asked}
    assert ids == {letter.id for letter in sent if letter.channel == "webhook"}


async def test_what_fails_is_tried_again_with_the_same_id_when_the_receiver_wants(
    bureau: Bureau, receiver: Receiver
) -> None:
    await bureau.post.endpoints.add("erp", "webhook", receiver.url, ["reminder"])
    await bureau.deploy(to="nobody")
    await bureau.start()
    receiver.status = 503
    receiver.headers = {"retry-after": "600"}
    await bureau.later(3 * HOUR)
    await bureau.later(9 * MINUTE)
    assert len(receiver.asked) == 1
    receiver.status = 204
    await bureau.later(MINUTE)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.asked}) == 1
    assert await bureau.states() == {"sent": 1}


async def test_a_new_secret_signs_beside_the_one_before_for_a_day(bureau: Bureau, receiver: Receiver) -> None:
    made = await bureau.post.endpoints.add("erp", "webhook", receiver.url, [])
    changed = await bureau.post.endpoints.change("erp", rotate=True)
    old, new = made.secrets[0].text, changed.secrets[0].text
    await bureau.post.test("webhook:erp")
    verified(old, receiver.asked[0])
    verified(new, receiver.asked[0])
    bureau.clock.set(NOON + DAY)
    await bureau.post.test("webhook:erp")
    verified(new, receiver.asked[1])
    with pytest.raises(AssertionError):
        verified(old, receiver.asked[1])


@pytest.mark.parametrize(
    ("status", "fault", "says"),
    [
        (410, Undeliverable, "410"),
        (302, NotNow, "redirects are not followed"),
        (500, NotNow, "500"),
        (404, NotNow, "404"),
    ],
)
async def test_what_a_receiver_answers(receiver: Receiver, status: int, fault: type[Exception], says: str) -> None:
    receiver.status = status
    receiver.headers = {"location": receiver.url}
    with pytest.raises(fault, match=says):
        await Webhooks(TestClock(NOON), private=True).post(receiver.url, ["whsec_" + "A" * 32], "m1", "test", {})
    assert len(receiver.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.1.2.3",
                                  "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:7f00:1]"])  # fmt: skip
async def test_private_addresses_are_called_only_where_that_is_allowed(receiver: Receiver, host: str) -> None:
    url = f"http://{host}:{receiver.port}/"
    with pytest.raises(Undeliverable, match="private"):
        await Webhooks(TestClock(NOON), private=False).post(url, ["whsec_" + "A" * 32], "m1", "test", {})
    assert receiver.asked == []


async def test_a_name_is_resolved_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was looked at is the one that is called, whatever the name means a moment later."""
    asked: list[str] = []

    async def resolved(host: str, port: int, *, private: bool) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(room, "resolved", resolved)
    url = f"http://changing.example:{receiver.port}/"
    await Webhooks(TestClock(NOON), private=False).post(url, ["whsec_" + "A" * 32], "m1", "test", {})
    assert asked == ["changing.example"]
    assert receiver.asked[0][1]["host"] == f"changing.example:{receiver.port}"


async def test_nobody_there_is_an_error_to_try_again() -> None:
    with pytest.raises((httpx.HTTPError, OSError)):
        await Webhooks(TestClock(NOON), private=True).post("http://127.0.0.1:9/", ["whsec_" + "A" * 32], "m", "t", {})


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.0.0.1", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("ff02::1", False),
        ("64:ff9b::5db8:d822", True), ("64:ff9b:1::7f00:1", False), ("::7f00:1", False), ("fec0::1", False),
        ("::ffff:0:7f00:1", False), ("2a00:1450::5efe:7f00:1", False), ("2a00:1450::200:5efe:a00:1", False),
        ("192.0.0.192", False), ("168.63.129.16", False), ("192.88.99.1", False), ("3fff::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_of_the_open_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_suspended_instance_tells_no_program(bureau: Bureau, receiver: Receiver) -> None:
    await bureau.post.endpoints.add("erp", "webhook", receiver.url, ["*"])
    await bureau.deploy()
    instance = await bureau.start()
    receiver.status = 503
    await bureau.at("2026-03-27T15:00")
    assert len(receiver.asked) == 1
    await bureau.runtime.act(instance, "suspend", who="oda")
    receiver.status = 200
    await bureau.later(DAY)
    assert len(receiver.asked) == 1
    await bureau.runtime.act(instance, "resume", who="oda")
    await bureau.later(MINUTE)
    assert len(receiver.asked) == 1
    assert bureau.clock.now() > parse_instant("2026-03-28T15:00", "UTC")


@pytest.mark.parametrize(
    ("coding", "sent", "found"),
    [
        ("gzip", gzip.compress(b"well said"), b"well said"),
        ("identity", b"well said", b"well said"),
        ("gzip", gzip.compress(bytes(50_000_000)), "longer than 1000 bytes"),
        ("gzip", b"no gzip", "cannot be unpacked"),
        ("br", b"x", "'br', which was not asked for"),
    ],
    ids=["packed", "plain", "bomb", "broken", "other"],
)
async def test_an_answer_is_unpacked_no_further_than_it_may_be_long(
    coding: str, sent: bytes, found: bytes | str
) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"accept-encoding: gzip\r\n" in (await reader.readuntil(b"\r\n\r\n")).lower()
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {len(sent)}\r\n\r\n".encode() + sent
        )
        writer.close()

    async with await asyncio.start_server(answers, "127.0.0.1", 0) as server:
        url = room.checked_url(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        asked = room.call("GET", url, {}, b"", private=True, seconds=5, most=1_000)
        tracemalloc.start()
        try:
            if isinstance(found, bytes):
                assert (await asked).body == found
            else:
                with pytest.raises(Undeliverable, match=found):
                    await asked
            assert tracemalloc.get_traced_memory()[1] < 10_000_000  # bytes: a bomb is not unpacked
        finally:
            tracemalloc.stop()
