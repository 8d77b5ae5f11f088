"""Runs all measurements, several rounds of each in turn, prints the table and writes results.json.

A measurement is a process of its own. Those in memory are held to one core. The value is the median of the rounds; a
ratio is that of two medians of the same run. What is not said to be otherwise is measured with the core compiled
(scripts/compile). Those on PostgreSQL (bench/postgres.py) are measured after the rounds, where there is one.
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict

from bench.measuring import CLIENTS, HERE, OURS, PLAIN, measure
from bench.postgres import LISTED, LISTINGS, on_postgres
from bench.report import Result, at_least, below, info, none_at_all, show, shown, steady

SPIFF = [str(HERE / "peers/.venv-spiff/bin/python"), str(HERE / "peers/spiff.py")]
FEEL = [str(HERE / "peers/.venv-feel/bin/python"), str(HERE / "peers/feel.py")]
NODE = ["node", str(HERE / "peers/node/run.mjs")]


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
        durable = measure([*OURS, "bench.durable", CLIENTS, "12800"])
        seen["durable"].append(durable["instances_per_s"])
        seen["durable_p99_ms"].append(durable["p99_ms"])
        seen["durable_plain"].append(measure([*PLAIN, "bench.durable", CLIENTS, "6400"])["instances_per_s"])
        seen["spiff_durable"].append(measure([*SPIFF, "durable", "200"])["instances_per_s"])
        for name, floor in measure([*OURS, "bench.floor", "60000"]).items():
            seen[name].append(floor)
        seen["feel"].append(measure([*PLAIN, "bench.feel", "100000"], one_core=True)["evaluations_per_s"])
        for what, speed in measure(FEEL, one_core=True).items():
            seen[what].append(speed)
        for what, cost in measure([*OURS, "bench.scale"], one_core=True).items():
            seen[what].append(cost)
        for what, cost in measure([*PLAIN, "bench.calendars", "20000"], one_core=True).items():
            seen[what].append(cost)
    for name, value in measure([*OURS, "bench.footprint", "4000"]).items():
        seen[name].append(value)
    print("over HTTP, and a million instances", file=sys.stderr)
    http = measure([*OURS, "bench.http", "32", "24"])
    http_took = http.pop("histogram")
    for name, value in {**http, **measure([*OURS, "bench.million"])}.items():
        seen[name].append(value)
    print("lists of a million tasks", file=sys.stderr)
    seen["lists_ms"].append(measure([*PLAIN, "bench.lists", LISTED, "", LISTINGS])["worst_p95_ms"])
    print("on PostgreSQL", file=sys.stderr)
    on_server = on_postgres()
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
        shown("99 in a hundred of these commands", middle["durable_p99_ms"], "ms")._replace(
            histogram=durable["histogram"]
        ),
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
        *on_server.results,
        # The slowest of 23 kinds of question, each of many persons: 95 in a hundred of these took at most so long.
        below("lists of a million tasks over HTTP, SQLite", middle["lists_ms"], "ms", 50),
        at_least(
            "suspend and resume over HTTP", middle["suspend_resume_per_s"], "requests/s", "parse and answer alone",
            middle["parse_and_answer_per_s"], 0.6,
        ),
        below("99 in a hundred of these, 32 clients", middle["p99_ms"], "ms", 250)._replace(histogram=http_took),
        below("start on a million open instances", middle["open_s"], "s", 2),
        below("memory at that start", middle["open_mb"], "MB", 200),
        below("idle with their timers, each second", middle["idle_ms_per_s"], "ms", 5),
        below("10,000 of these timers due at once", middle["fire_s"], "s", 3),
        info("FEEL", middle["feel"], "evaluations/s", "bkflow-feel 1.2.0", middle["bkflow-feel"]),
        info("FEEL", middle["feel"], "evaluations/s", "cel-python 0.5.0", middle["cel-python"]),
        below("a due date in working time, a year ahead", middle["due_us"], "µs", 50),
        at_least(
            "due dates a year ahead", middle["dues_per_s"], "dates/s", "from day to day", middle["naive_per_s"], 100
        ),
        below("the first with a calendar", middle["cold_ms"], "ms", 50),
        below("deploying 200 elements", middle["deploy_200"], "ms", 50),
        below("ten automatic tasks in a row", middle["ten_tasks"], "ms", 1),
        steady(
            "a thousand of 10,000 parallel items", middle["items_10000"], "ms", "1,000 items", middle["items_1000"], 1.5
        ),
        below("one of 5,000 open tasks, with its bytes", middle["tokens_5000"], "ms", 10),
        steady("a command after 5,000 rounds", middle["late"], "ms", "after 200", middle["early"], 1.5),
        below("memory of a cached instance", middle["cached_bytes"], "bytes", 10 * 1024),
        none_at_all("memory of an idle suspended instance", middle["suspended_bytes"], "bytes"),
    ]  # fmt: skip
    write(results)
    show(results)
    on_server.say_left_out()
    return 0 if all(result.met for result in results) else 1


def write(results: list[Result]) -> None:
    text = json.dumps([result._asdict() for result in results], indent=2)
    (HERE / "results.json").write_text(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
