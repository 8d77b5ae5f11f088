"""What a file of processes holds. Findings themselves are the same for every kind of model: `markup.findings`."""

from typing import final

from andante.bpmn.graph import ProcessGraph
from andante.markup.findings import MAX_FAULTS, Finding, Findings, ModelRefused, refuse

__all__ = ["MAX_FAULTS", "Finding", "Findings", "Model", "ModelRefused", "refuse"]


@final
class Model:
    """What a file holds: its executable processes, in order, and the warnings."""

    __slots__ = ("processes", "warnings")

    def __init__(self, processes: tuple[ProcessGraph, ...], warnings: tuple[Finding, ...]) -> None:
        self.processes = processes
        self.warnings = warnings
