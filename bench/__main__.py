"""Runs all measurements, several rounds of each in turn, prints the table and writes results.json.

A measurement is a process of its own, so that none sees another's heap. Those in memory are held to one core. The
value is the median of the rounds; a ratio is that of two medians of the same run. What is not said to be otherwise is
measured with the core compiled (scripts/compile).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.report import Result, at_least, below, info, none_at_all, show

HERE = Path(__file__).parent
OURS = [str(HERE.parent / ".venv-compiled/bin/python"), "-m"]
PLAIN = [sys.executable, "-m"]
SPIFF = [str(HERE / "peers/.venv-spiff/bin/python"), str(HERE / "peers/spiff.py")]
NODE = ["node", str(HERE / "peers/node/run.mjs")]
CLIENTS = "64"


def measure(command: list[str], *, one_core: bool = False) -> dict[str, Any]:
    """What the process prints, one JSON object. Raises CalledProcessError."""
    cores = os.sched_getaffinity(0)
    try:
        if one_core:
            os.sched_setaffinity(0, {max(cores)})
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parent)
    finally:
        os.sched_setaffinity(0, cores)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    seen: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        seen["memory"].append(measure([*OURS, "bench.memory", "20000"], one_core=True)["instances_per_s"])
        seen["memory_plain"].append(measure([*PLAIN, "bench.memory", "10000"], one_core=True)["instances_per_s"])
        seen["spiff"].append(measure([*SPIFF, "memory", "600"], one_core=True)["instances_per_s"])
        seen["node"].append(measure([*NODE, "150"], one_core=True)["instances_per_s"])
        seen["durable"].append(measure([*OURS, "bench.durable", CLIENTS, "12800"])["instances_per_s"])
        seen["durable_plain"].append(measure([*PLAIN, "bench.durable", CLIENTS, "6400"])["instances_per_s"])
        seen["spiff_durable"].append(measure([*SPIFF, "durable", "200"])["instances_per_s"])
        for name, floor in measure([*OURS, "bench.floor", "60000"]).items():
            seen[name].append(floor)
    for name, value in measure([*OURS, "bench.footprint", "4000"]).items():
        seen[name].append(value)
    middle = {name: statistics.median(values) for name, values in seen.items()}
    results = [
        at_least("in memory", middle["memory"], "instances/s", "SpiffWorkflow 3.2.0", middle["spiff"], 20),
        at_least("in memory", middle["memory"], "instances/s", "bpmn-engine 25.0.1", middle["node"], 100),
        at_least(
            "durable, 64 clients", middle["durable"], "instances/s", "SpiffWorkflow 3.2.0", middle["spiff_durable"], 30
        ),
        at_least(
            "durable, 64 clients", middle["durable"] * 3, "commands/s", "the same rows, bare", middle["same"], 0.25
        ),
        info("durable, 64 clients", middle["durable"] * 3, "commands/s", "three narrow rows, bare", middle["narrow"]),
        info(
            "in memory, core not compiled",
            middle["memory_plain"],
            "instances/s",
            "SpiffWorkflow 3.2.0",
            middle["spiff"],
        ),
        info(
            "durable, core not compiled",
            middle["durable_plain"],
            "instances/s",
            "SpiffWorkflow 3.2.0",
            middle["spiff_durable"],
        ),
        below("memory of a cached instance", middle["cached_bytes"], "bytes", 10 * 1024),
        none_at_all("memory of an idle suspended instance", middle["suspended_bytes"], "bytes"),
    ]
    write(results)
    show(results)
    return 0 if all(result.met for result in results) else 1


def write(results: list[Result]) -> None:
    text = json.dumps([result._asdict() for result in results], indent=2)
    (HERE / "results.json").write_text(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
