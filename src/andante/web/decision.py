"""Words for decision tables."""

from collections.abc import Mapping
from typing import Final

import msgspec

from andante.languages import mark as _

MOST_RULES: Final = 500  # on one page


class Policy(msgspec.Struct, frozen=True):
    name: str
    meaning: str


POLICIES: Final[Mapping[str, Policy]] = {
    "U": Policy(_("Unique"), _("One rule at most may match.")),
    "A": Policy(_("Any"), _("Rules that match must have the same outputs.")),
    "P": Policy(_("Priority"), _("Of the rules that match, the one with the foremost output value counts.")),
    "F": Policy(_("First"), _("The first rule that matches counts.")),
    "R": Policy(_("Rule order"), _("All rules that match count, in their order.")),
    "O": Policy(_("Output order"), _("All rules that match count, those with the foremost output values first.")),
    "C": Policy(_("Collect"), _("All rules that match count.")),
}
AGGREGATIONS: Final[Mapping[str, str]] = {
    "SUM": _("Their outputs are added up."),
    "COUNT": _("The result is their number."),
    "MIN": _("The result is their least output."),
    "MAX": _("The result is their greatest output."),
}
SIGNS: Final[Mapping[str, str]] = {"SUM": "+", "COUNT": "#", "MIN": "<", "MAX": ">"}
KINDS: Final[Mapping[str, str]] = {
    "decision": _("decision (DMN)"),
    "decisionService": _("decision service (DMN)"),
    "businessKnowledgeModel": _("business knowledge model (DMN)"),
}
