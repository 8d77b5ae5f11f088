"""The simulator from the command line.

python -m andante.testing.simulator SEED       one seed: each thing that happens in a line
python -m andante.testing.simulator FROM TO    these seeds, TO left out: which of them fail
"""

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from andante.testing.simulator import Report, simulate

EACH = 100  # reports between two lines


def one(seed: int) -> int:
    report = simulate(seed, print)
    print(_summary(report))
    return 1 if report.problem else 0


def many(first: int, last: int) -> int:
    begin = time.monotonic()
    counts: Counter[str] = Counter()
    failed: list[int] = []
    done = steps = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for report in pool.map(simulate, range(first, last)):
            done += 1
            steps += report.steps
            counts.update(report.counts)
            if report.problem:
                failed.append(report.seed)
                print(_summary(report), flush=True)
            if done % EACH == 0:
                print(f"{done} seeds, {len(failed)} failed, {time.monotonic() - begin:.0f} s", flush=True)
    print(f"{done} seeds, {steps} steps in {time.monotonic() - begin:.0f} s: {len(failed)} failed")
    for kind, count in sorted(counts.items()):
        print(f"{count:10} {kind}")
    for seed in failed:
        print(f"failed: python -m andante.testing.simulator {seed}")
    return 1 if failed else 0


def _summary(report: Report) -> str:
    return f"seed {report.seed} {report.hash} {report.steps} steps: {report.problem or 'all is well'}"


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    if len(numbers) not in (1, 2):
        sys.exit(__doc__)
    sys.exit(one(*numbers) if len(numbers) == 1 else many(*numbers))
