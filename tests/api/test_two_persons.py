"""Two persons for what hits many instances; and that no secret gets into the log or a table on the way."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from house import APPROVAL, SECRET, House, house_at

PASSWORD = "a password nobody may see"
HOOK = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ=="


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[House]:
    async with house_at(database_url, two_persons=True, approval_lifetime=3_600) as house:
        await house.ada.deploy(APPROVAL)
        await house.accounts.add_person("ola", roles=["operator"])
        house.people["ola"] = await house.token_for("ola")
        yield house


async def _asked(house: House, action: str = "terminate", **more: Any) -> tuple[str, str]:
    """Of an instance, and of a batch that is to end it."""
    instance = (await house.zoe.start("Approval"))["id"]
    body = {"action": action, "query": {"name": "Approval"}, "reason": "a wrong import", **more}
    batch = (await house.oda.post("/runtime/batches", body)).result
    return instance, batch["id"]


async def _state(house: House, instance: str) -> tuple[str, bool]:
    batches = house.services.runtime.batches
    await batches.carry_out()
    async with asyncio.timeout(20):
        while any(each.state in ("queued", "running") for each in await batches.many()):
            await asyncio.sleep(0)  # the server itself is at it
    record = await house.services.runtime.instance(instance)
    return record.state, record.suspended


async def test_many_are_terminated_when_a_second_person_approves(two: House) -> None:
    instance, batch = await _asked(two)
    path = f"/runtime/batches/{batch}"
    waiting = (await two.oda.get(path)).result
    assert (waiting["state"], waiting["total"], waiting["expiresAt"]) == ("awaiting", 1, "2026-01-01T10:00:00.000Z")
    assert (await _state(two, instance))[0] == "Waiting for user interaction"
    (await two.oda.put(path, {"action": "approve"})).refused(403, "bpm.batch.samePerson", "second person")
    (await two.oda.put(path, {"action": "resume"})).refused(409, "bpm.batch.over")
    (await two.kim.put(path, {"action": "approve"})).refused(403, "bpm.access.forbidden")
    (await two.people["ola"].put(path, {"action": "withdraw"})).refused(403, "bpm.batch.samePerson", "refuse")
    approved = (await two.people["ola"].put(path, {"action": "approve"})).result
    assert (approved["state"], approved["decidedBy"]) == ("queued", "ola")
    assert (await _state(two, instance))[0] == "User Terminated"
    (await two.people["ola"].put(path, {"action": "refuse"})).refused(409, "bpm.batch.over")
    kept = (await two.ada.get("/runtime/audit", object=batch, outcome="done")).result["Recs"]
    assert [(row["actor"], row["action"]) for row in kept] == [("ola", "batch.approve"), ("oda", "batch.create")]


@pytest.mark.parametrize(("who", "step", "state"), [("ola", "refuse", "refused"), ("oda", "withdraw", "withdrawn")])
async def test_what_is_refused_or_withdrawn_is_not_done(two: House, who: str, step: str, state: str) -> None:
    instance, batch = await _asked(two)
    path = f"/runtime/batches/{batch}"
    assert (await two.people[who].put(path, {"action": step})).result["state"] == state
    assert (await _state(two, instance))[0] == "Waiting for user interaction"
    (await two.ada.put(path, {"action": "approve"})).refused(409, "bpm.batch.over")


async def test_of_those_who_decide_at_the_same_time_one_has(two: House) -> None:
    instance, batch = await _asked(two)
    path = f"/runtime/batches/{batch}"
    asked = (("ola", "refuse"), ("ada", "approve"), ("oda", "withdraw"))
    answers = await asyncio.gather(*(two.people[who].put(path, {"action": step}) for who, step in asked))
    assert sorted(each.status for each in answers) == [200, 409, 409]
    kept = (await two.ada.get("/runtime/audit", object=batch, outcome="done")).result["Recs"]
    assert len([row for row in kept if row["action"] != "batch.create"]) == 1
    done = next(each.result["state"] for each in answers if each.status == 200)
    assert ((await _state(two, instance))[0] == "User Terminated") == (done not in ("refused", "withdrawn"))


async def test_what_nobody_approves_in_time_expires(two: House) -> None:
    instance, batch = await _asked(two)
    two.clock.set(two.clock.now() + 3_600_000)
    (await two.ada.put(f"/runtime/batches/{batch}", {"action": "approve"})).refused(409, "bpm.batch.over", "in time")
    assert (await two.ada.get(f"/runtime/batches/{batch}")).result["state"] == "expired"
    assert (await _state(two, instance))[0] == "Waiting for user interaction"
    assert [row["actor"] for row in (await two.ada.get("/runtime/audit", action="batch.expire")).result["Recs"]]


async def test_a_whole_definition_waits_and_picked_instances_do_not(two: House) -> None:
    instance, batch = await _asked(two, "suspend")
    assert (await two.oda.get(f"/runtime/batches/{batch}")).result["state"] == "awaiting"
    picked = (await two.oda.post("/runtime/batches", {"action": "suspend", "ids": [instance]})).result
    assert picked["state"] == "queued"
    assert await _state(two, instance) == ("Waiting for user interaction", True)
    (found,) = (await two.ada.get("/metadata/definitions", name="Approval")).result
    await two.oda.put(f"/metadata/definitions/{found['id']}", {"action": "suspend", "instances": True})
    states = [each["state"] for each in (await two.ada.get("/runtime/batches")).result["Recs"]]
    assert states.count("awaiting") == 2


async def test_to_approve_a_deletion_one_must_be_allowed_to_delete(two: House) -> None:
    await two.zoe.start("Approval")
    body = {"action": "delete", "query": {"name": "Approval"}, "force": True}
    batch = (await two.ada.post("/runtime/batches", body)).result
    path = f"/runtime/batches/{batch['id']}"
    (await two.oda.put(path, {"action": "approve"})).refused(403, "bpm.access.forbidden", "instance.delete")
    assert (await two.oda.put(path, {"action": "refuse"})).result["state"] == "refused"


async def test_without_the_setting_nothing_waits(house: House, approval: str) -> None:
    _, batch = await _asked(house)
    assert (await house.oda.get(f"/runtime/batches/{batch}")).result["state"] == "queued"


async def test_no_secret_gets_into_the_log_or_a_table(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    """Through log-in, tokens, a person, a client, an endpoint and preferences, wrong ones too."""
    ada, token_url = house.ada, "/baas/auth/v1.0/oauth2/token"
    form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": SECRET}
    token = (await house.http.post(token_url, data=form)).json()["access_token"]
    await house.http.post(token_url, data={**form, "client_secret": "a wrong secret, typed"})
    await house.http.post(token_url, data={**form, "client_id": "a secret as a name"})
    await ada.post("/admin/persons", {"name": "max", "password": PASSWORD})
    await ada.put("/admin/persons/max", {"password": PASSWORD + "2"})
    session = await house.access.log_in("max", PASSWORD + "2")
    fresh = await house.access.change_password("max", PASSWORD + "2", PASSWORD + "3")
    made = (await ada.post("/admin/clients", {"user": "max"})).result
    body = {"name": "erp", "url": "https://user:passw0rd@example.com/t0ken?key=k3y", "secret": HOOK}
    await ada.post("/admin/endpoints", body)
    await ada.post("/admin/endpoints", {**body, "name": "crm", "url": "https://example.com/t0ken?key=k3y"})
    await ada.put("/admin/endpoints/crm", {"url": "https://example.com/0ther", "rotate": True})
    await ada.put("/runtime/people/max/preferences", {"apprise": ["json://p4ss@example.com/inner"]})
    secrets = [
        token, session, fresh, made["clientSecret"], SECRET, PASSWORD, "a wrong secret, typed", "a secret as a name",
    ]  # fmt: skip
    logged = capfd.readouterr()
    store = house.services.runtime.store
    audit = repr(await store.read("select * from audit"))
    others = [await store.read(f"select * from {table}") for table in ("token", "person", "client", "node", "journal")]
    for secret in secrets:
        assert secret not in logged.out + logged.err
        assert secret not in audit
        assert secret not in repr(others)
    for secret in (HOOK, "t0ken", "k3y", "0ther", "passw0rd", "p4ss"):
        assert secret not in audit
        assert secret not in logged.out + logged.err
    assert audit.count("'done'") >= 8
