"""More than the server can do: refused at once, told when to come again, and nothing else suffers."""

import asyncio

import pytest
from house import APPROVAL, House, house_at

from andante.runtime import StoreProblem


async def test_who_comes_when_the_house_is_full_is_told_to_come_again(database_url: str) -> None:
    async with house_at(database_url, requests=2) as house:
        body = {"types": ["nothing"], "worker": "w", "wait": "PT60S"}
        waiting = [asyncio.create_task(house.ada.post("/runtime/jobs/activate", body)) for _ in range(2)]
        for _ in range(200):  # until both are in the house
            await asyncio.sleep(0)
        answer = await house.ada.get("/query/tasks")
        answer.refused(503, "bpm.server.overloaded", "again")
        assert answer.response.headers["retry-after"] == "1"
        assert (await house.ada.get("/health/ready")).status == 200
        assert (await house.ada.get("/health/live")).status == 200
        house.runtime.end_waiting()
        await asyncio.gather(*waiting)
        assert (await house.ada.get("/query/tasks")).status == 200


async def test_commands_beyond_the_queue_are_refused_and_the_others_happen(database_url: str) -> None:
    async with house_at(database_url, queue=3) as house:
        await house.ada.deploy(APPROVAL)
        results = await asyncio.gather(
            *(house.runtime.start("Approval", who="kim") for _ in range(10)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert {getattr(each, "code", "") for each in refused} == {"bpm.server.overloaded"}
        assert len(results) - len(refused) == (await house.ada.get("/query/tasks", view="all")).result["total"] > 0
        await house.runtime.start("Approval", who="kim")


async def test_a_database_that_does_not_answer_is_a_503(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise StoreProblem("no answer")

    monkeypatch.setattr(house.runtime.store, "browse", fails)
    answer = await house.ada.get("/query/tasks")
    answer.refused(503, "bpm.server.unavailable", "Try again")
    assert answer.response.headers["retry-after"] == "1"


async def test_too_many_wrong_secrets_tell_how_long_to_wait(house: House) -> None:
    body = {"grant_type": "client_credentials", "client_id": "ada", "client_secret": "wrong"}
    for _ in range(30):
        answer = await house.ada.call("POST", "/baas/auth/v1.0/oauth2/token", json=body)
        if answer.status == 429:
            break
    assert answer.status == 429
    assert int(answer.response.headers["retry-after"]) > 0
