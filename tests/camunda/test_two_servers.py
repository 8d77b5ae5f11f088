"""Two servers on one PostgreSQL: a lock that one of them gave out holds at the other."""

from collections.abc import Iterator

import pytest
from engine_rest import Rest, fresh, one_task
from whole_server import serving


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Rest, Rest]]:
    with serving(postgres_url) as first, serving(postgres_url) as second:
        rests = Rest(first), Rest(second)
        yield rests
        for rest in rests:
            rest.close()


def test_a_lock_holds_at_both(two: tuple[Rest, Rest]) -> None:
    one, other = two
    name = fresh("both")
    one.deploy((f"{name}.bpmn", one_task(name, name)))
    started = [one.start(name, {"n": n}) for n in range(4)]
    (mine,) = one.fetch(name, worker="ann", most=1)
    (asked,) = other.fetch(name, worker="ben", most=1, processVariables={"n": 3})
    assert asked["processInstanceId"] == started[3]
    rest = one.fetch(name, worker="cleo") + other.fetch(name, worker="dora")
    assert sorted(task["processInstanceId"] for task in [mine, asked, *rest]) == sorted(started)
    path = f"/external-task/{mine['id']}"
    assert "locked by worker 'ann'" in other.post(f"{path}/complete", {"workerId": "ben"}, 400)["message"]
    other.post(f"{path}/extendLock", {"workerId": "ben", "newDuration": 1}, 400)
    other.post(f"{path}/extendLock", {"workerId": "ann", "newDuration": 90_000}, 204)
    other.post(f"{path}/complete", {"workerId": "ann"}, 204)
    one.post(f"{path}/complete", {"workerId": "ann"}, 404)
    other.post(f"/external-task/{asked['id']}/unlock", None, 204)
    (again,) = one.fetch(name, worker="ann")
    assert again["id"] == asked["id"]
