"""Persons and clients: who can be made, changed, and never locked out."""

import pytest
from office import Office

from andante.people import AccessProblem


async def test_a_person_is_kept_as_given(office: Office) -> None:
    made = await office.accounts.add_person(
        "kim", email="kim@example.org", manager="lee", roles=["user", "operator"], groups=["hr"], queues=["inbox"]
    )
    assert await office.accounts.person("kim") == made
    assert made.roles == ["operator", "user"]
    assert (made.groups, made.queues, made.kind, made.disabled) == (["hr"], ["inbox"], "User", False)
    assert [p.name for p in await office.accounts.persons()] == ["kim"]


async def test_a_name_is_taken_once(office: Office) -> None:
    await office.accounts.add_person("kim")
    with pytest.raises(AccessProblem) as caught:
        await office.accounts.add_person("kim", email="other@example.org")
    assert (caught.value.status, caught.value.code) == (409, "bpm.person.exists")
    assert (await office.accounts.person("kim")).email == ""


@pytest.mark.parametrize("name", ["", " kim", "a:b", "-kim", "k" * 65, "kim\n"])
async def test_names_that_could_be_misread_are_refused(office: Office, name: str) -> None:
    with pytest.raises(AccessProblem) as caught:
        await office.accounts.add_person(name)
    assert caught.value.status == 400
    assert "name" in caught.value.message


@pytest.mark.parametrize(
    "wrong", [{"roles": ["root"]}, {"kind": "Robot"}, {"password": "short"}, {"password": "x" * 1025}]
)
async def test_wrong_values_are_refused_and_nothing_is_written(office: Office, wrong: dict[str, object]) -> None:
    with pytest.raises(AccessProblem) as caught:
        await office.accounts.add_person("kim", **wrong)  # type: ignore[arg-type]
    assert caught.value.status == 400
    assert next(iter(wrong)) in caught.value.message
    assert await office.accounts.persons() == []


async def test_the_last_administrator_stays(office: Office) -> None:
    await office.accounts.add_person("ada", roles=["administrator"])
    for change in ({"disabled": True}, {"roles": ["user"]}):
        with pytest.raises(AccessProblem) as caught:
            await office.accounts.change_person("ada", **change)
        assert (caught.value.status, caught.value.code) == (409, "bpm.person.lastAdministrator")
    await office.accounts.add_person("bob", roles=["administrator"])
    changed = await office.accounts.change_person("ada", disabled=True)
    assert changed.disabled


async def test_secrets_are_stored_as_argon2_hashes_only(office: Office) -> None:
    await office.accounts.add_person("kim", password="correct horse")
    client = await office.clients.add("kim")
    (password_hash,) = await office.store.get("select password_hash from person") or ("",)
    (secret_hash,) = await office.store.get("select secret_hash from client") or ("",)
    assert password_hash.startswith("$argon2id$")
    assert secret_hash.startswith("$argon2id$")
    assert client.client_secret not in secret_hash


async def test_a_client_needs_its_person(office: Office) -> None:
    with pytest.raises(AccessProblem) as caught:
        await office.clients.add("nobody")
    assert caught.value.status == 404


async def test_the_first_administrator_is_made_once(office: Office) -> None:
    made = await office.accounts.bootstrap()
    assert made is not None
    assert made.client_id == "admin"
    assert (await office.accounts.person("admin")).roles == ["administrator", "user"]
    assert await office.access.grant(made.client_id, made.client_secret) is not None
    assert await office.access.log_in("admin", made.client_secret)
    assert await office.accounts.bootstrap() is None


async def test_a_given_bootstrap_secret_wins_over_an_older_one(office: Office) -> None:
    assert await office.accounts.bootstrap("root", "first secret") is None
    assert await office.accounts.bootstrap("root", "second secret") is None
    assert await office.access.grant("root", "first secret") is None
    assert await office.access.grant("root", "second secret") is not None
