"""What can go wrong when a decision is evaluated."""


class DecisionFault(Exception):
    """A fault of the model or of its input: `decision` by name, `place` in it ("rule 3, output 'discount' (line 40)"),
    and `reason`."""

    def __init__(self, decision: str, place: str, reason: str) -> None:
        where = f"decision '{decision}'" + (f", {place}" if place else "")
        super().__init__(f"{where}: {reason}")
        self.decision = decision
        self.place = place
        self.reason = reason


class NoDecision(LookupError):
    """The model has no decision, decision service or business knowledge model of that name or id."""
