"""Ids in the contract's shape (2.7): 20 characters, a type prefix, zeros, a tail of ten. Callers must not parse them.

The tail is the time in ms (seven digits of base 62) and a counter that starts at random in each ms: ids of one process
grow, which keeps the tables' pages together. Where several servers give ids for one database, the last of the zeros is
the digit of the server: no two of them give the same.
"""

from random import Random, SystemRandom
from typing import Final, final

from andante.engine.ids import DEFINITION, DIGITS, INSTANCE, base62, derived

DEPLOYMENT: Final = "001D"
_SPAN: Final = 62**3


@final
class Ids:
    """Gives ids that grow. One object a process; `slot` (0 to 61) is that of the server."""

    __slots__ = ("_chance", "_head", "_last", "_next", "slot")

    def __init__(self, chance: Random | None = None) -> None:
        self._chance = chance or SystemRandom()
        self._last = 0
        self._head = ""
        self._next = 0
        self.slot = 0

    def new(self, prefix: str, now: int) -> str:
        """An id for something that begins at `now` (ms)."""
        if now > self._last:
            self._last = now
            self._next = self._chance.randrange(_SPAN // 2)
            self._head = base62(now, 7)
        elif self._next >= _SPAN:
            self._last += 1
            self._next = 0
            self._head = base62(self._last, 7)
        value = self._next
        self._next = value + 1
        high, low = divmod(value, 3844)
        middle, low = divmod(low, 62)
        return f"{prefix}00000{DIGITS[self.slot]}{self._head}{DIGITS[high]}{DIGITS[middle]}{DIGITS[low]}"


__all__ = ["DEFINITION", "DEPLOYMENT", "INSTANCE", "Ids", "derived"]
