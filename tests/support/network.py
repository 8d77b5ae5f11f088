"""Network namespaces of the tests' own, so that a process can be cut off from the database as a cable would be.

Each has one link to this machine. What is sent while it is cut goes nowhere and nobody is told: the other end is
looked for under an address that nothing has.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

NOBODY: Final = "02:00:00:00:00:01"
NETWORK: Final = "10.213.{}.{}"


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LookupError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """`host` is this machine's address as it is seen from within, `inside` that of who lives there."""

    def __init__(self, number: int, network: int) -> None:
        mark = f"an{os.getpid() % 100_000}x{number}"
        self.name = mark
        self.host = NETWORK.format(network, 4 * number + 1)
        self.inside = NETWORK.format(network, 4 * number + 2)
        self._ends = (f"{mark}h", f"{mark}n")

    def create(self) -> None:
        """Raises LookupError where that cannot be."""
        outer, inner = self._ends
        _ip("netns", "add", self.name)
        _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", self.name)
        _ip("addr", "add", f"{self.host}/30", "dev", outer)
        _ip("link", "set", outer, "up")
        _ip("-n", self.name, "addr", "add", f"{self.inside}/30", "dev", inner)
        _ip("-n", self.name, "link", "set", inner, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    def remove(self) -> None:
        with contextlib.suppress(LookupError):
            _ip("netns", "del", self.name)

    def within(self, command: list[str]) -> list[str]:
        """The command that runs `command` there."""
        return ["ip", "netns", "exec", self.name, *command]

    def cut(self) -> None:
        """Every packet is lost from now on, both ways."""
        outer, inner = self._ends
        _ip("neigh", "replace", self.inside, "lladdr", NOBODY, "dev", outer, "nud", "permanent")
        _ip("-n", self.name, "neigh", "replace", self.host, "lladdr", NOBODY, "dev", inner, "nud", "permanent")

    def mend(self) -> None:
        outer, inner = self._ends
        _ip("neigh", "del", self.inside, "dev", outer)
        _ip("-n", self.name, "neigh", "del", self.host, "dev", inner)

    def reset(self) -> None:
        """Every connection is reset, as a firewall would that has lost its memory."""
        subprocess.run(self.within(["ss", "-K", "dst", self.host]), capture_output=True, check=True)


@contextlib.contextmanager
def namespaces(count: int) -> Iterator[list[Namespace]]:
    """Raises LookupError where they cannot be made: that takes root and the program `ip`."""
    if os.getuid() or not shutil.which("ip") or not shutil.which("ss"):
        raise LookupError("network namespaces take root, and the programs ip and ss (apt-get install iproute2)")
    taken = _ip("-o", "addr")  # also by what a test has left that was killed
    first = os.getpid()
    network = next(n % 250 for n in range(first, first + 250) if f" {NETWORK.format(n % 250, '')}" not in taken)
    made = [Namespace(number, network) for number in range(count)]
    try:
        for each in made:
            each.create()
        yield made
    finally:
        for each in made:
            each.remove()
