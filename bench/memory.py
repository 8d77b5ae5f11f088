"""The bare core: `python -m bench.memory COUNT` prints {"instances_per_s": number}."""

import json
import sys
import time

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.commands import CompleteTask, Start
from andante.engine.state import Instance
from andante.engine.step import step
from andante.runtime import collector
from bench.process import ENDED, MODEL, NAME, VARIABLES


def run(graph: ProcessGraph, number: int) -> None:
    instance = Instance(f"i{number}")
    now = 1_700_000_000_000 + number
    step(graph, instance, Start("d1", NAME, "1.0.0", dict(VARIABLES)), now, "ann")
    for task in list(instance.tasks):
        step(graph, instance, CompleteTask(task, "approved"), now, "ben")
    if instance.state != ENDED or "gross" not in instance.variables:
        raise SystemExit(f"the process did not end: {instance.state}")


def rate(graph: ProcessGraph, count: int) -> float:
    begin = time.perf_counter()
    for number in range(count):
        run(graph, number)
    return count / (time.perf_counter() - begin)


def main() -> None:
    (graph,) = read_xml(MODEL.read_bytes()).processes
    count = int(sys.argv[1])
    collector.settle()
    rate(graph, count // 10)
    print(json.dumps({"instances_per_s": rate(graph, count)}))


if __name__ == "__main__":
    main()
