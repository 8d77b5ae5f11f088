"""What the core must be told once: the zone and calendar of the house, and the limits."""

from typing import Final, final

from andante.engine.deciding import FindDecision, no_decisions
from andante.timing.calendar import BusinessCalendar

MAX_PARKED: Final = 1_000  # inputs that a stopped instance holds


@final
class EngineSettings:
    """`zone` is the IANA zone of times without an offset and of printed labels. Limits: `max_steps` elements passed
    in one command without waiting; `max_items` of one multi-instance; `max_depth` of call activities. `decisions` finds
    what business rule tasks call: the same call gives the same decision as long as nothing is deployed."""

    __slots__ = ("calendar", "decisions", "max_depth", "max_items", "max_steps", "zone")

    def __init__(
        self,
        zone: str = "UTC",
        *,
        max_steps: int = 50_000,
        max_items: int = 20_000,
        max_depth: int = 50,
        decisions: FindDecision = no_decisions,
    ) -> None:
        self.zone = zone
        self.calendar = BusinessCalendar(zone)
        self.max_steps = max_steps
        self.max_items = max_items
        self.max_depth = max_depth
        self.decisions = decisions


DEFAULTS: Final = EngineSettings()
