"""Whatever one tenant's people do, every answer that the other's get stays what it was, to the byte."""

import asyncio
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from street import BASE, TIMED, Caller, Street, street_at

NAMES: Final = st.sampled_from(["kim", "lee", "managers", "Order", "no such thing"])
LISTS: Final = (
    "/query/tasks", "/query/tasks/groups", "/query/tasks/counts", "/runtime/me", "/metadata/definitions",
    "/runtime/instances?states=Dispatched", "/runtime/batches", "/runtime/audit", "/runtime/notes",
)  # fmt: skip
DONE: Final = st.one_of(
    st.tuples(st.just("POST"), st.just("/runtime/instances"), st.fixed_dictionaries({"name": NAMES})),
    st.tuples(st.just("POST"), st.just("/runtime/messages"), st.fixed_dictionaries({"name": NAMES})),
    st.tuples(st.just("POST"), st.just("/runtime/signals"), st.fixed_dictionaries({"name": NAMES})),
    st.tuples(st.just("DEPLOY"), st.sampled_from(["Order", "Other"]), st.none()),
    st.tuples(st.just("TIMERS"), st.just(""), st.none()),
)


async def _seen(caller: Caller, instance_id: str) -> list[tuple[int, bytes]]:
    """What the other sees, and how it is refused."""
    unknown = f"/runtime/instances/{instance_id[::-1]}"
    found = []
    for path in (*LISTS, f"/runtime/instances/{instance_id}", unknown):
        answer = await caller.call("GET", BASE + path)
        found.append((answer.status_code, answer.content))
    return found


async def _do(street: Street, caller: Caller, step: tuple[str, str, Any]) -> None:
    method, path, body = step
    if method == "DEPLOY":
        await caller.deploy(TIMED.replace(b"Order", path.encode()))
    elif method == "TIMERS":
        await street.services("acme").runtime.run_due()
    else:
        await caller.call(method, BASE + path, json=body)


async def _open(folder: str, stop: asyncio.Event) -> tuple[Street, "asyncio.Task[None]"]:
    """A server that lives in a task of its own until it is to stop."""
    opened = asyncio.Event()
    found: list[Street] = []

    async def live() -> None:
        async with street_at(folder) as street:
            found.append(street)
            opened.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiting: asyncio.Task[Any] = asyncio.create_task(opened.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=60)
    waiting.cancel()
    return found[0], task


def test_whatever_one_does_the_other_sees_the_same(folder: str) -> None:
    with asyncio.Runner() as runner:
        stop = asyncio.Event()
        street, task = runner.run(_open(folder, stop))

        async def settle() -> tuple[Caller, Caller, str]:
            for name in ("acme", "globex"):
                await street.add(name)
                await (await street.admin(name)).deploy()
            ours, theirs = await street.admin("acme"), await street.admin("globex")
            return ours, theirs, (await theirs.start())["id"]

        async def end() -> None:
            stop.set()
            await asyncio.wait({task}, timeout=60)

        acme, globex, instance_id = runner.run(settle())
        before, ours = runner.run(_seen(globex, instance_id)), runner.run(_seen(acme, instance_id))
        assert before[0][0] == 200

        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(DONE, min_size=1, max_size=4))
        def check(steps: list[tuple[str, str, Any]]) -> None:
            for step in steps:
                runner.run(_do(street, acme, step))
            assert runner.run(_seen(globex, instance_id)) == before

        try:
            check()
            assert runner.run(_seen(acme, instance_id)) != ours
        finally:
            runner.run(end())
