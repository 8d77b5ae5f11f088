"""Whoever guesses learns nothing from how much is done: as many hashes are verified for who is not known as for who is,
and the same number of tries leads to a pause. What is counted is the work, not the time that it takes."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from office import MINUTE, Office

from andante.people import AccessProblem
from andante.people.secrets import Hasher

Tried = Callable[[str], Awaitable[object]]
TRIES = 11


@pytest.fixture
async def known(office: Office) -> dict[str, list[str]]:
    """Names by what they are."""
    for name in ("kim", "both", "gone"):
        await office.accounts.add_person(name, password="a good password")
    await office.accounts.add_person("elsewhere")  # logs in at a provider
    await office.accounts.change_person("gone", disabled=True)
    for client_id in ("both", "renewed", "revoked", "old", "far", "plain"):
        ends = office.now + MINUTE if client_id == "old" else 0
        ranges = ["10.0.0.0/8"] if client_id == "far" else []
        await office.clients.add("kim", client_id, expires_at=ends, ranges=ranges)
    await office.clients.renew("renewed")
    await office.clients.revoke("revoked")
    office.now += 2 * MINUTE
    return {
        "persons": ["nobody", "kim", "gone", "elsewhere"],
        "clients": ["nobody", "plain", "renewed", "revoked", "old", "far", "both"],
    }


async def test_as_much_is_done_for_who_is_not_known(
    office: Office, known: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def verify(stored: str, _: str) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr(office.accounts.hasher, "_verify", verify)

    async def work(tried: Tried, name: str) -> list[int]:
        """How many hashes are verified in each of several tries; -1 for a pause."""
        found = []
        for _ in range(TRIES):
            verified.clear()
            try:
                await tried(name)
            except AccessProblem as problem:
                found.append(-1 if problem.status == 429 else len(verified))
            else:
                found.append(len(verified))
            assert all(each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in verified)
        return found

    access, many = office.access, [*known["persons"], *known["clients"]]
    ways: list[tuple[str, Tried, list[str], int]] = [
        ("log-in", partial(_guess, access.log_in, "192.0.2.1"), known["persons"], 1),
        ("token", partial(_guess, access.grant, "192.0.2.3"), known["clients"], 2),
        ("basic", partial(_guess, access.identify, "192.0.2.4"), many, 3),
    ]
    for way, tried, names, hashes in ways:
        for name in dict.fromkeys(names):
            office.now += 5 * MINUTE  # the pause of an address that tries many names
            assert (way, name, await work(tried, name)) == (way, name, [hashes] * 10 + [-1])


async def _guess(way: Callable[[str, str, str], Awaitable[object]], address: str, name: str) -> object:
    return await way(name, "a guess", address)


async def test_who_is_not_known_has_a_hash_that_nothing_fits() -> None:
    hasher = Hasher()
    assert not await hasher.verify("", "")
    assert not await hasher.verify("", "a guess")
    assert await hasher.verify(await hasher.hash("a guess"), "a guess")
