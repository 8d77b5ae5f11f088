"""More time for SLA clocks: what a request says, checked."""

from typing import Protocol

from andante.api.errors import bad_parameter
from andante.api.services import Services
from andante.api.wire import instant_ms
from andante.runtime import Extension
from andante.timing.calendar import LONGEST
from andante.timing.duration import parse_duration
from andante.timing.instants import TimingError


class Asked(Protocol):
    """The part of a body that says which clocks get how much more time."""

    @property
    def sla(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def until(self) -> str: ...
    @property
    def reason(self) -> str: ...


def extension(desk: Services, body: Asked, *, task: int = 0, element: str = "") -> Extension:
    """Of the task with this key, else of the stage `element`, else of the process. Raises Problem 400."""
    if bool(body.by) == bool(body.until):
        raise bad_parameter("by", "say by how long, such as PT4H, or until when; not both.")
    if not body.reason.strip():
        raise bad_parameter("reason", "say why; it is kept in the history.")
    by_ms = _length(body.by) if body.by else 0
    until = instant_ms("until", body.until, desk.zone) if body.until else 0
    return Extension(body.reason, task, element, body.sla, body.target, by_ms, until)


def _length(text: str) -> int:
    """In ms. A month is no length: working time is counted in hours."""
    try:
        length = parse_duration(text)
    except TimingError as fault:
        raise bad_parameter("by", str(fault)) from None
    if length.months or not 0 < length.ms <= LONGEST:
        raise bad_parameter("by", f"'{text}' must be more than nothing, at most 100 years, without months and years.")
    return length.ms
