"""Words for decision tables."""

from collections.abc import Mapping
from typing import Final

import msgspec

MOST_RULES: Final = 500  # on one page


class Policy(msgspec.Struct, frozen=True):
    name: str
    meaning: str


POLICIES: Final[Mapping[str, Policy]] = {
    "U": Policy("Unique", "One rule at most may match."),
    "A": Policy("Any", "Rules that match must have the same outputs."),
    "P": Policy("Priority", "Of the rules that match, the one with the foremost output value counts."),
    "F": Policy("First", "The first rule that matches counts."),
    "R": Policy("Rule order", "All rules that match count, in their order."),
    "O": Policy("Output order", "All rules that match count, those with the foremost output values first."),
    "C": Policy("Collect", "All rules that match count."),
}
AGGREGATIONS: Final[Mapping[str, str]] = {
    "SUM": "Their outputs are added up.",
    "COUNT": "The result is their number.",
    "MIN": "The result is their least output.",
    "MAX": "The result is their greatest output.",
}
SIGNS: Final[Mapping[str, str]] = {"SUM": "+", "COUNT": "#", "MIN": "<", "MAX": ">"}
KINDS: Final[Mapping[str, str]] = {
    "decision": "decision (DMN)",
    "decisionService": "decision service (DMN)",
    "businessKnowledgeModel": "business knowledge model (DMN)",
}
