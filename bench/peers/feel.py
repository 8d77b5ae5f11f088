"""Two evaluators of Python: `python feel.py` prints {"bkflow-feel": number, "cel-python": number}, evaluations/s.

The questions of bench/feel.py. Each evaluator keeps what it has parsed, bkflow-feel its tree, cel-python its
compiled runner: evaluating alone is measured.
"""

import json
import time
from functools import partial
from typing import Any

import celpy
from bkflow_feel.api import default_parser, default_transformer

FEEL: dict[str, dict[str, object]] = {
    'amount > 1000 and country = "CH"': {"amount": 1500, "country": "CH"},
    'country in ["AT", "CH", "DE"]': {"country": "CH"},
    "a + b * b": {"a": 1.5, "b": 20.5},
}
CEL: dict[str, dict[str, object]] = {
    'amount > 1000 && country == "CH"': {"amount": 1500, "country": "CH"},
    'country in ["AT", "CH", "DE"]': {"country": "CH"},
    "a + b * b": {"a": 1.5, "b": 20.5},
}
COUNT = 3_000


def rate(calls: list[Any]) -> float:
    begin = time.perf_counter()
    for call in calls:
        for _ in range(COUNT):
            call()
    return COUNT * len(calls) / (time.perf_counter() - begin)


def bkflow() -> float:
    calls: list[Any] = []
    for text, context in FEEL.items():
        tree = default_transformer.transform(default_parser.parse(text))
        calls.append(partial(tree.evaluate, context))
    rate(calls)
    return rate(calls)


def cel() -> float:
    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    calls: list[Any] = []
    for text, context in CEL.items():
        program = environment.program(environment.compile(text))
        values = {name: celpy.json_to_cel(value) for name, value in context.items()}
        calls.append(partial(program.evaluate, values))
    rate(calls)
    return rate(calls)


print(json.dumps({"bkflow-feel": bkflow(), "cel-python": cel()}))
