"""Vendor extensions, each mapped to ours in one module; the rest of the house knows none of them."""

from typing import Final

from andante.bpmn.vendors.base import Vendor

# Namespace -> its reader. Andante comes last: where two speak on the same thing, its word counts.
VENDORS: Final[dict[str, Vendor]] = {}
