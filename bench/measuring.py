"""A measurement is a process of its own, so that none sees another's heap, and prints one JSON object."""

import bisect
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OURS = [str(HERE.parent / ".venv-compiled/bin/python"), "-m"]
PLAIN = [sys.executable, "-m"]
CLIENTS = "64"


def measure(command: list[str], *, one_core: bool = False) -> dict[str, Any]:
    """What the process prints. Raises CalledProcessError."""
    cores = os.sched_getaffinity(0)
    try:
        if one_core:
            os.sched_setaffinity(0, {max(cores)})
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parent)
    finally:
        os.sched_setaffinity(0, cores)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


EDGES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # ms


def latencies(times: list[float]) -> dict[str, Any]:
    """Of `times` in seconds: p50_ms, p99_ms, and how many took up to each of EDGES, or longer, as `histogram`."""
    times.sort()
    below = [bisect.bisect_right(times, edge / 1000) for edge in EDGES]
    counts = [below[0], *(high - low for low, high in pairwise(below)), len(times) - below[-1]]
    return {
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[len(times) * 99 // 100] * 1000,
        "histogram": dict(zip([*(f"<= {edge} ms" for edge in EDGES), f"> {EDGES[-1]} ms"], counts, strict=True)),
    }
