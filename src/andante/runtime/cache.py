"""Which instances stay in memory: the most recent. Closed ones go at once, suspended ones when nothing has been done
with them between two looks: who suspends an instance may resume it in a moment."""

from collections import OrderedDict
from itertools import islice
from typing import final

from andante.runtime.bundle import Slot


@final
class Cache:
    """`slots` are the instances in memory, the least recent first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.slots: OrderedDict[str, Slot] = OrderedDict()
        self._resting: set[str] = set()
        self._rested: set[str] = set()

    def written(self, slots: dict[str, Slot]) -> None:
        """A batch with these is on the disk."""
        for instance_id, slot in slots.items():
            slot.unwritten -= 1
            self.used(instance_id, slot)
        excess = len(self.slots) - self._most
        if excess > 0:
            for instance_id, slot in list(islice(self.slots.items(), excess)):
                if not slot.unwritten and not slot.wanted:
                    del self.slots[instance_id]

    def used(self, instance_id: str, slot: Slot) -> None:
        """Something was done with it."""
        instance = slot.instance
        if slot.unwritten or slot.wanted or instance is None or self.slots.get(instance_id) is not slot:
            return
        if instance.ended_at:
            del self.slots[instance_id]
            return
        self.slots.move_to_end(instance_id)
        if instance.stopped:
            self._resting.add(instance_id)

    def look(self) -> None:
        """Let go of what was suspended before the last look and has been left alone since."""
        for instance_id in self._rested - self._resting:
            slot = self.slots.get(instance_id)
            if slot is None or slot.unwritten or slot.wanted or slot.instance is None:
                continue
            if slot.instance.stopped:
                del self.slots[instance_id]
        self._rested, self._resting = self._resting, set()
