"""What the core must be told once: the zone and calendars of the house, and the limits."""

from typing import Final, final

from andante.engine.calendars import Calendars, FixedCalendars
from andante.engine.deciding import FindDecision, no_decisions
from andante.engine.filling import FindForm, no_forms
from andante.engine.roster import NOBODY, Roster

MAX_PARKED: Final = 1_000  # inputs that a stopped instance holds
REMIND_EVERY: Final = 4 * 3_600_000  # ms


@final
class EngineSettings:
    """`zone` is the IANA zone of times without an offset and of printed labels. Limits: `max_steps` elements passed
    in one command without waiting; `max_evaluation` steps that all expressions of one command take together (more are
    an incident: a million takes about a second); `max_items` of one multi-instance; `max_depth` of call activities.
    `decisions` finds what business rule tasks call: the same call gives the same decision as long as nothing is
    deployed. `forms` finds in the same manner the forms that starts and user tasks name. `calendars` finds what SLAs in
    working time count by; None: Monday to Friday all day in the zone is the only one. Who waits for a task may have its
    holders reminded once in `remind_every` ms. `roster` knows the people."""

    __slots__ = (
        "calendars", "decisions", "forms", "max_depth", "max_evaluation", "max_items", "max_steps", "remind_every",
        "roster", "zone",
    )  # fmt: skip

    def __init__(
        self,
        zone: str = "UTC",
        *,
        max_steps: int = 50_000,
        max_evaluation: int = 5_000_000,
        max_items: int = 20_000,
        max_depth: int = 50,
        decisions: FindDecision = no_decisions,
        calendars: Calendars | None = None,
        remind_every: int = REMIND_EVERY,
        roster: Roster = NOBODY,
        forms: FindForm = no_forms,
    ) -> None:
        self.zone = zone
        self.calendars: Calendars = calendars if calendars is not None else FixedCalendars(zone)
        self.max_steps = max_steps
        self.max_evaluation = max_evaluation
        self.max_items = max_items
        self.max_depth = max_depth
        self.decisions = decisions
        self.remind_every = remind_every
        self.roster = roster
        self.forms = forms


DEFAULTS: Final = EngineSettings()
