"""A measurement is a process of its own, so that none sees another's heap, and prints one JSON object."""

import json
import os
import subprocess
import sys
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
