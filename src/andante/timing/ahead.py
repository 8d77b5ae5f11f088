"""How far a target lies ahead: in plain time, or in the working time of a calendar."""

from collections.abc import Sequence

from andante.timing.calendar import BusinessCalendar
from andante.timing.sla_policy import SlaPolicy, Target


def ahead(target: Target | None, ms: int, now: int, calendar: BusinessCalendar) -> int:
    """`ms` after `now`, as the target counts them."""
    return calendar.add(now, ms) if target is not None and target.business else now + ms


def distance(target: Target | None, now: int, at: int, calendar: BusinessCalendar) -> int:
    """The ms from `now` to `at`, as the target counts them; negative where `at` lies before."""
    return calendar.between(now, at) if target is not None and target.business else at - now


def risk(policy: SlaPolicy, ats: tuple[int, ...], now: int) -> int:
    """How long before its first target the work is at risk."""
    first = ats[0] or ats[1]
    return (first - now) * (1_000 - policy.risk_at) // 1_000 if first else 0


def counted(policy: SlaPolicy, since: int, lefts: Sequence[int]) -> tuple[int, ...]:
    """From when on targets in working time are counted and how much was left of each then, so that they can be counted
    anew by another calendar; nothing where none of them is in working time."""
    if not any(target is not None and target.business for target in policy.targets):
        return ()
    business = (target is not None and target.business for target in policy.targets)
    return (since, *(left if working else 0 for left, working in zip(lefts, business, strict=True)))


def recounted(
    policy: SlaPolicy,
    ats: tuple[int, ...],
    counted: tuple[int, ...],
    now: int,
    calendar: BusinessCalendar,
    before: BusinessCalendar,
) -> tuple[int, ...]:
    """When each target is due by a calendar that has changed: one in working time that is still to come is where it
    would be had the calendar always been so, all others stay. Without `counted`, what is left by `before` is kept."""
    found = list(ats)
    for index, target in enumerate(policy.targets):
        if target is not None and target.business and found[index] > now:
            since, left = (counted[0], counted[index + 1]) if counted else (now, before.between(now, found[index]))
            found[index] = calendar.add(since, left)
    return tuple(found)
