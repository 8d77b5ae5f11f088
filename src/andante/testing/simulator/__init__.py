"""The simulator: several servers on one database, people who use them, and all that can go wrong, in one process and
from one seed.

The servers are the real thing, the runtime and the core with nothing left out; the network, the database, time and
chance are not. `simulate(seed)` runs one seed to its end: the same seed does the same to the last step, on every
machine. After each commit an oracle compares what is stored with what was asked (`oracle`), and at the end everything
must have come to its end, and what people were told must be so (`ledger`).
"""

from andante.testing.simulator.simulation import Report, simulate
from andante.testing.simulator.trace import Violation

__all__ = ["Report", "Violation", "simulate"]
