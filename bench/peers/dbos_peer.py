"""DBOS's side of the measurement, run by its own virtual environment: a workflow of ten steps on PostgreSQL.

    python dbos_peer.py CLIENTS SECONDS URL      prints one JSON object: {"workflows_per_s": number}

Each client is a thread that calls the workflow, which returns after its last commit, then begins anew. The settings are
DBOS's own. Before the clock starts it runs for a quarter of the time.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS, DBOSConfig

STEPS = 10


def add_one(number: int) -> int:
    return number + 1


step = DBOS.step()(add_one)


def add_ten(number: int) -> int:
    for _ in range(STEPS):
        number = step(number)
    return number


workflow = DBOS.workflow()(add_ten)


def client(until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        if workflow(done) != done + STEPS:
            raise SystemExit("the workflow did not run its steps")
        done += 1
    return done


def rate(clients: int, seconds: float) -> float:
    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(client, [begin + seconds] * clients))
    return done / (time.perf_counter() - begin)


def main() -> None:
    clients, seconds, url = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    DBOS(config=DBOSConfig(name="bench", system_database_url=url, log_level="ERROR"))
    DBOS.launch()
    rate(clients, seconds / 4)
    print(json.dumps({"workflows_per_s": rate(clients, seconds)}))
    DBOS.destroy()


main()
