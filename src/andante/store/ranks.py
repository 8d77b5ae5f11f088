"""The order of the to-do list as one number, so that an index has it and a page begins where the one before ended.

Most urgent first, then by due time with what has none last, then by priority; what is the same goes by instance and
key. The number is of 62 bits: 10 of urgency, 42 of the due time in ms (until 2109), 10 of priority. What is beyond
counts as the last that fits.
"""

from typing import Final

URGENT: Final = 1_023
NEVER: Final = (1 << 42) - 1
LOWEST: Final = -512
HIGHEST: Final = 511
PRIORITY_BITS: Final = 10
LEVEL: Final = 52  # bits below the urgency


def rank(urgency: int, due_at: int, priority: int) -> int:
    """`due_at` in ms, 0 for none."""
    urgent = min(max(urgency, 0), URGENT)
    due = min(due_at, NEVER) if due_at > 0 else NEVER
    return (URGENT - urgent) << LEVEL | due << PRIORITY_BITS | (HIGHEST - min(max(priority, LOWEST), HIGHEST))


DUE: Final = f"((rank >> {PRIORITY_BITS}) & {NEVER})"  # the same in SQL: the due time of a rank, NEVER for none
