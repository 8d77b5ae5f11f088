"""The garbage collector, set for a server: what is loaded at the start stays, and instances in memory are not walked
through again and again. Commands leave no cycles behind, so that collecting seldom costs no memory."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 100)


def settle() -> None:
    """For the main program of a process, once everything is imported. A library leaves this to its host."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
