"""`andante` as a process whose system clock is its own: `python own_clock.py FILE ARGUMENTS...`. FILE holds the seconds
by which it differs from the machine's, and may change at any time. What is monotonic is the machine's."""

import os
import sys
import time

from andante.cli import run


def main(path: str, *arguments: str) -> int:
    file = os.open(path, os.O_RDONLY)
    machine = time.time_ns

    def now() -> int:
        return machine() + int(float(os.pread(file, 32, 0)) * 1e9)

    time.time_ns = now
    time.time = lambda: now() / 1e9
    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
