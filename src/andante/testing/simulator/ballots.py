"""Votes counted a second time, by what the journal says of each."""

from typing import Final, final

from andante.engine.events import ApprovalClosed, ApprovalDecided, ApprovalOpened, Event, VoteCast
from andante.testing.simulator.office import THRESHOLD
from andante.testing.simulator.trace import Violation

OUTCOMES: Final = ("yes", "no")


@final
class Ballots:
    """Of all instances: each vote that is open, by instance and token, with the number of approvers and who answered
    what."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], tuple[int, dict[int, str]]] = {}

    def read(self, instance_id: str, fact: Event) -> None:
        """The next fact of an instance. Raises Violation."""
        if isinstance(fact, ApprovalOpened):
            self._open[instance_id, fact.token] = (len(fact.seats), {})
        elif isinstance(fact, VoteCast):
            size, votes = self._open[instance_id, fact.token]
            if fact.seat in votes or fact.seat >= size:
                raise Violation(f"{instance_id}: the approver number {fact.seat} of {size} voted twice")
            votes[fact.seat] = fact.outcome
        elif isinstance(fact, ApprovalClosed):
            self._open.pop((instance_id, fact.token), None)
        elif isinstance(fact, ApprovalDecided):
            size, votes = self._open.pop((instance_id, fact.token))
            given = list(votes.values())
            won = [each for each in OUTCOMES if given.count(each) * 100 >= THRESHOLD * size]
            able = [each for each in OUTCOMES if (given.count(each) + size - len(given)) * 100 >= THRESHOLD * size]
            expected = (won[0], "threshold") if won else ("", "") if able else ("no", "default")
            if (fact.outcome, fact.why) != expected:
                raise Violation(
                    f"{instance_id}: {given} of {size} approvers is {fact.outcome!r} ({fact.why}), not {expected}"
                )
