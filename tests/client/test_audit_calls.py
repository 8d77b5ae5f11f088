"""The audit log by both clients, and the reason that they give."""

import asyncio

from desk import SECRET, Hands

from andante.client import AsyncClient, Client, because

WHY = "ticket 7 – übernommen"


def test_what_was_done(hands: Hands) -> None:
    name = f"team-{hands.kind}"
    hands.add_team(name, kind="groups")
    hands.delete_team(name, "groups")
    found = hands.audit(action="group", object=name, actor="admin", outcome="done")
    assert [(each.action, each.via, each.client) for each in found.items] == [
        ("group.remove", "api", "admin"), ("group.add", "api", "admin"),
    ]  # fmt: skip
    (newest,) = hands.audit(action="group", object=name, limit=1).items
    assert hands.audit_row(newest.id) == newest
    assert hands.export_audit("csv", object=name).count(b"\r\n") == 3
    assert hands.export_audit(object=name, text="member").count(b"\n") == 2
    checked = hands.verify_audit()
    assert checked.rows >= 3
    assert checked.faults == []
    assert hands.verify_audit(checked.heads).faults == []
    wrong = type(checked.heads[0])(chain=checked.heads[0].chain, seq=1, hash="0")
    assert [each.seq for each in hands.verify_audit([wrong]).faults] == [1]


def test_a_reason_is_kept_as_far_as_it_is_given(client: Client) -> None:
    with because(WHY):
        client.add_team("told", kind="groups")
    client.delete_team("told", "groups")
    assert [each.reason for each in client.audit(action="group", object="told").items] == ["", WHY]


async def test_reasons_of_tasks_that_run_at_once_are_their_own(url: str) -> None:
    async with AsyncClient(url, "admin", SECRET) as client:

        async def add(name: str) -> None:
            with because(f"for {name}"):
                await asyncio.sleep(0)
                await client.add_team(name, kind="groups")

        await asyncio.gather(add("one"), add("two"))
        for name in ("one", "two"):
            found = await client.audit(action="group.add", object=name)
            assert [each.reason for each in found.items] == [f"for {name}"]
