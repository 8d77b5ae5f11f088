"""The measurements on PostgreSQL: a server of their own from the system's package, that waits for the disk, with a new
database for each. The peers are those that are at hand; what is not is said. `python -m bench.postgres` measures these
alone."""

import shutil
import statistics
from typing import NamedTuple

from tests.support.cluster import Cluster, running

from bench.measuring import CLIENTS, HERE, OURS, PLAIN, measure
from bench.report import Result, at_least, below, info, show

JAVA = HERE / "peers/java"
DBOS = [str(HERE / "peers/.venv-dbos/bin/python"), str(HERE / "peers/dbos_peer.py")]
PEERS = {"operaton": "Operaton 1.0.3", "flowable": "Flowable 8.0.0"}
OURS_MEASURED = {
    "review": ["bench.durable", CLIENTS, "6400"],
    "review, looked up": ["bench.durable", CLIENTS, "6400"],
    "script": ["bench.ten", "script", CLIENTS, "12800"],
    "worker": ["bench.ten", "worker", CLIENTS, "1280"],
}
ROUNDS = 3  # of ours, between the peers, which are measured once: a JVM has to run for long before it is quick
WARM_UP, SECONDS = "15", "8"
LISTED, LISTINGS = "1000000", "40"  # open tasks, and requests of each kind of question about them


class OnPostgres(NamedTuple):
    results: list[Result]
    left_out: list[str]

    def say_left_out(self) -> None:
        for what in self.left_out:
            print(f"Not measured: {what}.")


def built() -> bool:
    """Whether `bench/run` found what it takes to build those on the JVM."""
    return shutil.which("java") is not None and (JAVA / ".built").is_file()


def java(peer: str, url: str) -> list[str]:
    where = JAVA / peer / "target"
    address = "jdbc:postgresql://" + url.partition("@")[2] + "?user=postgres"
    name = f"bench.{peer.capitalize()}Peer"
    return ["java", "-cp", f"{where}/classes:{where}/lib/*", name, CLIENTS, WARM_UP, SECONDS, address]


class Databases:
    """New ones, of one server."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._count = 0

    def new(self) -> str:
        self._count += 1
        name = f"bench{self._count}"
        self._cluster.execute(f"create database {name}")
        self._cluster.execute("checkpoint")  # what went before is not written meanwhile
        return self._cluster.url(name)


def ours(databases: Databases, seen: dict[str, list[float]]) -> None:
    floor = measure([*OURS, "bench.floor_postgres", databases.new(), "30000"])["same"]
    seen.setdefault("floor", []).append(floor)
    for name, command in OURS_MEASURED.items():
        last = ["look-up"] if name.endswith("looked up") else []
        seen.setdefault(name, []).append(measure([*OURS, *command, databases.new(), *last])["instances_per_s"])


def on_postgres() -> OnPostgres:
    """All that can be measured here."""
    try:
        with running(durable=True) as cluster:
            return _measured(Databases(cluster))
    except LookupError as problem:
        return OnPostgres([], [f"all on PostgreSQL: {problem}"])


def _measured(databases: Databases) -> OnPostgres:
    seen: dict[str, list[float]] = {}
    peers: dict[str, float] = {}
    ours(databases, seen)
    peers["dbos"] = measure([*DBOS, CLIENTS, "8", databases.new()])["workflows_per_s"]
    for peer in PEERS if built() else ():
        ours(databases, seen)
        peers[peer] = measure(java(peer, databases.new()))["instances_per_s"]
    while len(seen["review"]) < ROUNDS:
        ours(databases, seen)
    middle = {name: statistics.median(values) for name, values in seen.items()}
    plain, looked_up = middle["review"], middle["review, looked up"]
    dbos = ("DBOS 3.4.0, a commit a step", peers["dbos"])
    floor = ("the same rows, bare", middle["floor"])
    results = [at_least("PostgreSQL, 64 clients", plain * 3, "commands/s", *floor, 0.25)]
    results.append(info("PostgreSQL, 64 clients", plain, "instances/s", "with tasks looked up", looked_up))
    for peer, name in PEERS.items():
        if peer in peers:
            results.append(info("PostgreSQL, tasks looked up", looked_up, "instances/s", name, peers[peer]))
    results.append(info("PostgreSQL, ten scripts, one commit", middle["script"], "instances/s", *dbos))
    results.append(info("PostgreSQL, ten jobs, a commit each", middle["worker"], "instances/s", *dbos))
    lists = measure([*PLAIN, "bench.lists", LISTED, databases.new(), LISTINGS])
    results.append(below("lists of a million tasks over HTTP, PostgreSQL", lists["worst_p95_ms"], "ms", 50))
    return OnPostgres(results, [] if built() else [f"{' and '.join(PEERS.values())}: no Java 17 or no Maven"])


def main() -> None:
    found = on_postgres()
    show(found.results)
    found.say_left_out()


if __name__ == "__main__":
    main()
