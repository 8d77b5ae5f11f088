"""DMN: decision tables and boxed expressions on FEEL, read once and evaluated often."""

from andante.decisions.faults import DecisionFault, NoDecision
from andante.decisions.imports import DmnFiles, imports_of
from andante.decisions.model import Decision, DecisionModel, Outcome
from andante.decisions.read import is_dmn, read_dmn
from andante.decisions.views import DecisionView
from andante.decisions.work import Applied, Rule

__all__ = [
    "Applied",
    "Decision",
    "DecisionFault",
    "DecisionModel",
    "DecisionView",
    "DmnFiles",
    "NoDecision",
    "Outcome",
    "Rule",
    "imports_of",
    "is_dmn",
    "read_dmn",
]
