"""Connecting where an address names several hosts, of which one may be there and say nothing.

The driver asks them one after the other, and waits for each as long as `connect_timeout` says: after a failover every
connection would stand before the silent one for seconds. Here the next one is asked soon, and whoever answers first as
it is asked for (`target_session_attrs`) is taken.
"""

import asyncio
from typing import Any, Final

import psycopg

HEAD_START: Final = 0.3  # seconds that a host has before the next one is asked too
# What cannot be told from one host alone.
TOGETHER: Final = ("prefer-standby",)
Connection = psycopg.AsyncConnection[tuple[object, ...]]


def apart(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters of a connection for each of its hosts by itself, in their order."""
    hosts, addresses = str(given.get("host", "")).split(","), str(given.get("hostaddr", "")).split(",")
    ports = str(given.get("port", "")).split(",")
    count = max(len(hosts), len(addresses))
    if count == 1 or given.get("target_session_attrs") in TOGETHER:
        return [given]
    lists = {"host": hosts, "hostaddr": addresses, "port": ports}
    if any(len(values) not in (1, count) for values in lists.values()):
        return [given]  # the driver says what is wrong with it
    found = []
    for n in range(count):
        own = {name: values[n if len(values) > 1 else 0] for name, values in lists.items()}
        found.append({**given, **own})
        for name, value in own.items():
            if not value:
                found[-1].pop(name, None)
    return found


async def connect(given: dict[str, Any]) -> Connection:
    """Raises psycopg.Error where none of the hosts is to be had."""
    left = apart(given)
    if len(left) == 1:
        return await _one(given)
    asked: set[asyncio.Task[Connection]] = set()
    faults: list[BaseException] = []
    try:
        while left or asked:
            if left:
                asked.add(asyncio.ensure_future(_one(left.pop(0))))
            wait = HEAD_START if left else None
            done, _ = await asyncio.wait(asked, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                asked.discard(each)
                fault = each.exception()
                if fault is None:
                    asked |= done - {each}
                    return each.result()
                faults.append(fault)
    finally:
        await _let_go(asked)
    raise faults[0]


async def _one(given: dict[str, Any]) -> Connection:
    return await psycopg.AsyncConnection.connect("", autocommit=True, **given)


async def _let_go(asked: set[asyncio.Task[Connection]]) -> None:
    for each in asked:
        each.cancel()
    for found in await asyncio.gather(*asked, return_exceptions=True):
        if not isinstance(found, BaseException):
            await found.close()
