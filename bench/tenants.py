"""What tenants cost: `python -m bench.tenants COUNT [sqlite|postgresql]` prints the means for one of COUNT that idle.

`megabytes`: of the server's memory. `start_ms`: of its processor at the start; `start_s`: the time until all are open.
`idle_percent`: of a core while nothing happens. `threads`, `files`: of the process. `create_ms`: to make one. On
PostgreSQL, which is a server of its own, also `connections`, `disk_megabytes`, and `postgres_megabytes`: what all
of its processes have more in memory.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.cluster import Cluster, running

from andante.app import configure_logging, serving_tenants
from andante.settings import Settings
from andante.tenants import Registry, place_of
from andante.tenants.registry import Why
from andante.tenants.tenants import create
from bench.measuring import HERE

IDLE_S: Final = 20
CONNECTIONS: Final = 8  # for each tenant, at most
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def somewhere(kind: str, count: int) -> Iterator[tuple[str, Cluster | None]]:
    """An empty place, and the server that it is on."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/tenants", None
        return
    with running() as cluster:
        cluster.execute(f"alter system set max_connections = {100 + count * CONNECTIONS}")
        cluster.stop()
        cluster.start()
        cluster.execute("create database andante")
        yield cluster.url("andante"), cluster


def memory() -> float:
    """Of this process, in MB."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def memory_of(cluster: Cluster) -> float:
    """Of all processes of PostgreSQL, what they share counted once (the proportional set), in MB."""
    total = 0
    for process in cluster.processes():
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024 / 1e6


def made(place_url: str, first: int, end: int) -> float:
    """The ms that one takes. A process of its own makes them, so that what this needed for it is not in its memory."""
    command = [sys.executable, "-m", "bench.tenants", str(first), str(end), place_url]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parent).stdout)


async def make(place_url: str, numbers: range) -> float:
    settings = Settings(tenants=place_url)
    place = place_of(place_url)
    registry = await Registry.open(place)
    begun = time.perf_counter()
    for number in numbers:
        await create(registry, place, settings, f"t{number}", {}, Why())
    await registry.close()
    return (time.perf_counter() - begun) * 1000 / len(numbers)


async def measured(place_url: str, cluster: Cluster | None, count: int) -> dict[str, float]:
    settings = Settings(tenants=place_url)
    made(place_url, 0, 1)
    async with serving_tenants(settings):  # what the first needs is loaded now
        pass
    found = {"create_ms": made(place_url, 1, count)}
    before = (memory(), threading.active_count(), len(os.listdir("/proc/self/fd")))
    server_before = memory_of(cluster) if cluster is not None else 0.0
    cpu, begun = time.process_time(), time.perf_counter()
    async with serving_tenants(settings) as tenants:
        found["start_ms"] = (time.process_time() - cpu) * 1000 / count
        found["start_s"] = time.perf_counter() - begun
        if sum(each.services is not None for each in tenants) != count:
            raise SystemExit("not all are served")
        await asyncio.sleep(2)
        cpu = time.process_time()
        await asyncio.sleep(IDLE_S)
        found["idle_percent"] = (time.process_time() - cpu) * 100 / IDLE_S / count
        after = (memory(), threading.active_count(), len(os.listdir("/proc/self/fd")))
        for name, now, then in zip(("megabytes", "threads", "files"), after, before, strict=True):
            found[name] = (now - then) / count
        if cluster is not None:
            clients = "select count(*) from pg_stat_activity where datname like 'andante_t%'"
            size = "select avg(pg_database_size(datname)) from pg_database where datname like 'andante_t%'"
            found["connections"] = float(str(cluster.execute(clients)[0][0])) / count
            found["disk_megabytes"] = float(str(cluster.execute(size)[0][0])) / 1e6
            found["postgres_megabytes"] = (memory_of(cluster) - server_before) / count
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    if len(sys.argv) > 3:
        print(asyncio.run(make(sys.argv[3], range(int(sys.argv[1]), int(sys.argv[2])))))
        return
    count, kind = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "sqlite"
    configure_logging(Settings(log_level="error"))
    with somewhere(kind, count) as (url, cluster):
        print(json.dumps(asyncio.run(measured(url, cluster, count))))


if __name__ == "__main__":
    main()
