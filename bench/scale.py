"""How costs grow: `python -m bench.scale` prints one JSON object, times in ms.

deploy_200: reading and compiling a model of 200 elements. ten_tasks: an instance of ten automatic tasks in a row.
items_1000, items_10000: a thousand items of a parallel multi-instance script over so many. tokens_5000: completing one
of 5,000 open tasks of an instance, with the bytes to write. early, late: a command of an instance that loops, after 200
rounds and after 5,000.
"""

import json
import time
from collections.abc import Callable
from itertools import pairwise

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.codec import encode_entry, encode_state
from andante.engine.commands import CompleteTask, Start
from andante.engine.state import Instance
from andante.engine.step import Step, step

NOW = 1_700_000_000_000
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://bench">'
SCRIPT = '<scriptTask id="{}" scriptFormat="feel"><script>n + 1</script></scriptTask>'


def model(elements: list[str], flows: list[tuple[str, str]]) -> bytes:
    lines = [f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in flows]
    return f'{HEAD}<process id="p" isExecutable="true">{"".join(elements + lines)}</process></definitions>'.encode()


def row(elements: list[str]) -> bytes:
    """Start, the elements (written with `{}` for the id) one after the other, end."""
    ids = ["start", *(f"e{n}" for n in range(len(elements))), "end"]
    made = [text.format(name) for name, text in zip(ids[1:-1], elements, strict=True)]
    return model(['<startEvent id="start"/>', *made, '<endEvent id="end"/>'], list(pairwise(ids)))


def items(task: str) -> bytes:
    """The task for each of `count` items, all at once."""
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>=count</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    return row([task.replace("><", f">{loop}<", 1)])


def graph_of(data: bytes) -> ProcessGraph:
    (graph,) = read_xml(data).processes
    return graph


def start(graph: ProcessGraph, **variables: object) -> tuple[Instance, Step]:
    instance = Instance("i")
    return instance, step(graph, instance, Start("d", "p", "1.0.0", variables), NOW, "ann")


def complete(graph: ProcessGraph, instance: Instance) -> None:
    command = CompleteTask(next(iter(instance.tasks)), "")
    taken = step(graph, instance, command, NOW, "ben")
    encode_entry(command, taken.events)
    encode_state(instance)


def best(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the quickest round."""
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found) * 1000


def main() -> None:
    long = row(['<userTask id="{}" name="A task"/>'] * 198)
    ten = graph_of(row([SCRIPT] * 10))
    scripts = graph_of(items(SCRIPT))
    many = graph_of(items('<userTask id="{}"></userTask>'))
    flows = [("start", "join"), ("join", "do"), ("do", "again"), ("again", "join")]
    parts = [
        "<startEvent id='start'/>",
        *(f"<exclusiveGateway id='{n}'/>" for n in ("join", "again")),
        "<userTask id='do'/>",
    ]
    loop = graph_of(model(parts, flows))
    waiting, _ = start(many, count=5_000)
    looping, _ = start(loop)
    answer = {
        "deploy_200": best(lambda: read_xml(long), 20),
        "ten_tasks": best(lambda: start(ten, n=1), 200),
        "items_1000": best(lambda: start(scripts, n=1, count=1_000), 5),
        "items_10000": best(lambda: start(scripts, n=1, count=10_000), 3) / 10,
        "tokens_5000": best(lambda: complete(many, waiting), 20),
        "early": best(lambda: complete(loop, looping), 200),
    }
    for _ in range(5_000):
        complete(loop, looping)
    answer["late"] = best(lambda: complete(loop, looping), 200)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
