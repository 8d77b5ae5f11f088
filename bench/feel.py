"""FEEL expressions, compiled once: `python -m bench.feel COUNT` prints {"evaluations_per_s": number}."""

import json
import sys
import time

from andante.expressions import Expression, compile_feel

QUESTIONS: dict[str, dict[str, object]] = {
    'amount > 1000 and country = "CH"': {"amount": 1500, "country": "CH"},
    'country in ["AT", "CH", "DE"]': {"country": "CH"},
    "a + b * b": {"a": 1.5, "b": 20.5},
}


def rate(work: list[tuple[Expression, dict[str, object]]], count: int) -> float:
    begin = time.perf_counter()
    for expression, context in work:
        for _ in range(count):
            expression.evaluate(context, 0)
    return count * len(work) / (time.perf_counter() - begin)


def main() -> None:
    work = [(compile_feel(text), context) for text, context in QUESTIONS.items()]
    count = int(sys.argv[1])
    rate(work, count // 10)
    print(json.dumps({"evaluations_per_s": rate(work, count)}))


if __name__ == "__main__":
    main()
