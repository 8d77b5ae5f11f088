"""More time for SLA clocks, as it is asked for."""

import msgspec

from andante.engine.commands import ExtendClock


class Extension(msgspec.Struct, frozen=True):
    """For the clocks of the task with this key, else of the stage `element`, else of the process: of the SLA `sla` and
    its `target` where they are named. By `by_ms`, in working time of a target that counts it, or `until` a moment."""

    reason: str
    task: int = 0
    element: str = ""
    sla: str = ""
    target: str = ""
    by_ms: int = 0
    until: int = 0

    @property
    def command(self) -> ExtendClock:
        return ExtendClock(self.task, self.element, self.sla, self.target, self.by_ms, self.until, self.reason)
