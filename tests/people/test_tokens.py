"""Tokens: what they are worth, for how long, and what ends them."""

import msgspec
import pytest
from office import MINUTE, START, Office

from andante.people import AccessProblem, Caller, sight
from andante.people.attempts import Attempts


async def client(office: Office, **person: object) -> tuple[str, str]:
    await office.accounts.add_person("kim", **person)  # type: ignore[arg-type]
    made = await office.clients.add("kim", "kims-client")
    return made.client_id, made.client_secret


async def test_a_token_stands_for_the_clients_person(office: Office) -> None:
    client_id, secret = await client(office, roles=["operator"], groups=["hr"], queues=["inbox"], kind="Machine")
    grant = await office.access.grant(client_id, secret)
    assert grant is not None
    assert grant.expires_in == 600
    who = Caller("kim", frozenset({"operator"}), frozenset({"hr"}), frozenset({"inbox"}), "Machine", "kims-client")
    found = await office.access.caller_of(grant.token)
    assert found is not None
    assert msgspec.structs.replace(found, sight=None) == who
    assert found.sight == sight(who)


async def test_a_token_expires_to_the_millisecond(office: Office) -> None:
    grant = await office.access.grant(*await client(office))
    assert grant is not None
    office.now += 10 * MINUTE - 1
    assert await office.access.caller_of(grant.token) is not None
    office.now += 1
    assert await office.access.caller_of(grant.token) is None


async def test_only_the_hash_of_a_token_is_stored(office: Office) -> None:
    grant = await office.access.grant(*await client(office))
    assert grant is not None
    (stored,) = await office.store.get("select hash from token") or ("",)
    assert stored != grant.token
    assert await office.access.caller_of(stored) is None


async def test_expired_tokens_are_swept_away(office: Office) -> None:
    credentials = await client(office)
    await office.access.grant(*credentials)
    office.now += 11 * MINUTE
    await office.access.grant(*credentials)
    assert await office.store.get("select count(*) from token") == (1,)


async def test_wrong_secret_unknown_client_revoked_client_get_nothing(office: Office) -> None:
    client_id, secret = await client(office)
    assert await office.access.grant(client_id, secret + "x") is None
    assert await office.access.grant("nobody", secret) is None
    grant = await office.access.grant(client_id, secret)
    assert grant is not None
    await office.clients.revoke(client_id)
    assert await office.access.grant(client_id, secret) is None
    assert await office.access.caller_of(grant.token) is None


async def test_roles_taken_away_are_gone_from_tokens_given_out_before(office: Office) -> None:
    grant = await office.access.grant(*await client(office, roles=["operator"]))
    assert grant is not None
    await office.accounts.change_person("kim", roles=["user"])
    caller = await office.access.caller_of(grant.token)
    assert caller is not None
    assert caller.roles == {"user"}


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "another password"}])
async def test_disabling_and_a_new_password_end_the_persons_tokens(office: Office, change: dict[str, object]) -> None:
    grant = await office.access.grant(*await client(office))
    assert grant is not None
    await office.accounts.change_person("kim", **change)  # type: ignore[arg-type]
    assert await office.access.caller_of(grant.token) is None


async def test_log_in_and_log_out(office: Office) -> None:
    await office.accounts.add_person("kim", password="correct horse")
    token = await office.access.log_in("kim", "correct horse")
    caller = await office.access.caller_of(token)
    assert caller is not None
    assert (caller.user, caller.client_id) == ("kim", "")
    await office.access.log_out(token)
    assert await office.access.caller_of(token) is None


@pytest.mark.parametrize("password", ["", "wrong password", "correct horse "])
async def test_a_wrong_password_is_refused(office: Office, password: str) -> None:
    await office.accounts.add_person("kim", password="correct horse")
    with pytest.raises(AccessProblem) as caught:
        await office.access.log_in("kim", password)
    assert (caught.value.status, caught.value.code) == (401, "astrozero.0007")


async def test_a_person_without_password_cannot_log_in(office: Office) -> None:
    await office.accounts.add_person("kim")
    for password in ("", "anything at all"):
        with pytest.raises(AccessProblem):
            await office.access.log_in("kim", password)


async def test_guessing_is_slowed_down_where_it_comes_from(office: Office) -> None:
    client_id, secret = await client(office)
    for _ in range(10):
        assert await office.access.grant(client_id, "guess", "10.0.0.1") is None
    with pytest.raises(AccessProblem) as caught:
        await office.access.grant(client_id, secret, "10.0.0.1")
    assert (caught.value.status, caught.value.code) == (429, "bpm.access.tooFast")
    assert await office.access.grant(client_id, secret, "10.0.0.2") is not None
    office.now += 5 * MINUTE
    assert await office.access.grant(client_id, secret, "10.0.0.1") is not None


async def test_an_address_that_tries_many_names_is_slowed_down_for_all_of_them(office: Office) -> None:
    client_id, secret = await client(office)
    for n in range(49):
        office.access._attempts.failed(f"2001:db8:1:2::{n + 1:x}", f"guess {n}", now=office.now)
    assert await office.access.grant("guess 49", "guess", "2001:db8:1:2::ffff") is None
    with pytest.raises(AccessProblem) as caught:  # of the same network, and with a good secret
        await office.access.grant(client_id, secret, "2001:db8:1:2::1:1")
    assert (caught.value.status, caught.value.code, caught.value.wait) == (429, "bpm.access.tooFast", 300)
    assert await office.access.grant(client_id, secret, "2001:db8:1:3::1") is not None
    office.now += 5 * MINUTE
    assert await office.access.grant(client_id, secret, "2001:db8:1:2::1") is not None


def test_a_log_in_of_one_s_own_does_not_make_up_for_guessing() -> None:
    attempts = Attempts()
    for n in range(50):
        attempts.failed("::ffff:10.0.0.1", f"guess {n}", now=START)
        attempts.succeeded("10.0.0.1", "my own")
        attempts.failed("", f"guess {n}", now=START)  # where it is not known, it is not everybody's
    assert attempts.wait_ms("10.0.0.1", "anybody", START + MINUTE) == 4 * MINUTE
    assert attempts.wait_ms("10.0.0.2", "anybody", START) == attempts.wait_ms("", "anybody", START) == 0
