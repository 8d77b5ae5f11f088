"""Keys, and clients with scopes, addresses, an end and two secrets."""

import pytest
from office import MINUTE, Office

from andante.people import AccessProblem, may
from andante.people import permissions as allow
from andante.people.keys import PREFIX, is_key, new_key
from andante.people.limits import comes_from, permissions, ranges_of, scopes_of

HOUR = 60 * MINUTE


async def key(office: Office, **limits: object) -> str:
    await office.accounts.add_person("kim", roles=["operator", "user"])
    return (await office.keys.add("kim", "a script", by="kim", **limits))[1]  # type: ignore[arg-type]


async def test_a_key_stands_for_its_person_until_it_is_revoked(office: Office) -> None:
    text = await key(office)
    who = await office.access.caller_of(text)
    assert who is not None
    assert (who.user, who.scopes, may(who, allow.INSTANCE_ACT_ANY)) == ("kim", None, True)
    (record,) = await office.keys.many("kim")
    assert who.client_id == f"key {record.id}"
    (stored,) = await office.store.get("select hash from api_key") or ("",)
    assert text not in stored
    assert await office.access.caller_of(stored) is None
    await office.keys.revoke(record.id)
    assert await office.access.caller_of(text) is None
    with pytest.raises(AccessProblem) as caught:
        await office.keys.revoke(record.id)
    assert (caught.value.status, caught.value.code) == (404, "bpm.key.notFound")


async def test_a_key_ends_with_its_person_and_at_its_time(office: Office) -> None:
    text = await key(office, expires_at=office.now + HOUR)
    office.now += HOUR - 1
    assert await office.access.caller_of(text) is not None
    office.now += 1
    assert await office.access.caller_of(text) is None
    other = (await office.keys.add("kim", "another", by="kim"))[1]
    await office.accounts.change_person("kim", disabled=True)
    assert await office.access.caller_of(other) is None


async def test_that_it_is_used_is_written_once_an_hour(office: Office) -> None:
    text = await key(office)
    begun = office.now
    for _ in range(3):
        assert await office.access.caller_of(text) is not None
        office.now += 10 * MINUTE
    assert [each.last_used_at for each in await office.keys.many()] == [begun]
    office.now = begun + HOUR
    assert await office.access.caller_of(text) is not None
    assert [each.last_used_at for each in await office.keys.many()] == [begun + HOUR]


async def test_scopes_leave_less_than_the_person_may(office: Office) -> None:
    text = await key(office, scopes=["task.*", "definition.read"])
    who = await office.access.caller_of(text)
    assert who is not None
    assert may(who, allow.TASK_READ)
    assert may(who, allow.TASK_READ_ANY)
    assert not may(who, allow.TASK_ACT_ANY)  # nor may kim
    assert not may(who, allow.INSTANCE_START)
    with pytest.raises(AccessProblem, match=r"not for instance\.start"):
        allow.demand(who, allow.INSTANCE_START)
    for wrong in ("fly", "task.fly", "task", "*", "fly.*", ""):
        with pytest.raises(AccessProblem, match="scopes"):
            scopes_of([wrong])
    assert permissions([]) is None


async def test_a_key_may_come_from_its_networks_alone(office: Office) -> None:
    text = await key(office, ranges=["192.0.2.0/24", "2001:db8::7"])
    for address in ("192.0.2.1", "::ffff:192.0.2.255", "2001:db8::7"):
        assert await office.access.caller_of(text, address) is not None
    for address in ("192.0.3.1", "2001:db8::8", "", "unknown"):
        assert await office.access.caller_of(text, address) is None
    assert comes_from((), "")
    for wrong in ("192.0.2.1/24", "example.org", "1.2.3", "10.0.0.0/33"):
        with pytest.raises(AccessProblem, match="ranges"):
            ranges_of([wrong])


def test_a_mistyped_key_is_known_without_the_database() -> None:
    text = new_key()
    assert text.startswith(PREFIX)
    assert len(text) == len(PREFIX) + 46
    assert is_key(text)
    for at in (5, 20, 44, 50):
        other = "0" if text[at] != "0" else "1"
        assert not is_key(text[:at] + other + text[at + 1 :])
    assert not is_key("andk_")
    assert not is_key(text + "0")


async def test_two_secrets_are_good_while_one_is_renewed(office: Office) -> None:
    await office.accounts.add_person("kim")
    old = await office.clients.add("kim", "robot")
    new = await office.clients.renew("robot", 3_600)
    assert new.client_secret != old.client_secret
    for secret in (old.client_secret, new.client_secret):
        assert await office.access.grant("robot", secret) is not None
    newest = await office.clients.renew("robot", 3_600)
    assert await office.access.grant("robot", old.client_secret) is None
    assert await office.access.grant("robot", new.client_secret) is not None
    office.now += HOUR
    assert await office.access.grant("robot", new.client_secret) is None
    assert await office.access.grant("robot", newest.client_secret) is not None
    last = await office.clients.renew("robot", 3_600)
    await office.clients.end_former("robot")
    assert await office.access.grant("robot", newest.client_secret) is None
    assert await office.access.grant("robot", last.client_secret) is not None


async def test_what_a_client_is_limited_to_holds_for_tokens_that_are_out(office: Office) -> None:
    await office.accounts.add_person("kim")
    made = await office.clients.add("kim", "robot", scopes=["task.read", "instance.start"], ranges=["10.0.0.0/8"])
    assert await office.access.grant("robot", made.client_secret, "11.0.0.1") is None
    grant = await office.access.grant("robot", made.client_secret, "10.0.0.1")
    narrow = await office.access.grant("robot", made.client_secret, "10.0.0.1", ["task.read"])
    assert grant is not None
    assert narrow is not None
    assert (grant.scopes, narrow.scopes) == (["instance.start", "task.read"], ["task.read"])
    with pytest.raises(AccessProblem, match=r"may have instance\.start task\.read alone"):
        await office.access.grant("robot", made.client_secret, "10.0.0.1", ["task.act"])
    assert await office.access.caller_of(grant.token, "11.0.0.1") is None
    who = await office.access.caller_of(narrow.token, "10.0.0.1")
    assert who is not None
    assert who.scopes == frozenset(("task.read",))
    await office.clients.change("robot", scopes=["instance.start"], expires_at=office.now + MINUTE)
    who = await office.access.caller_of(narrow.token, "10.0.0.1")
    assert who is not None
    assert who.scopes == frozenset()
    assert not may(who, allow.TASK_READ)
    office.now += MINUTE
    assert await office.access.caller_of(grant.token, "10.0.0.1") is None
    assert await office.access.grant("robot", made.client_secret, "10.0.0.1") is None
