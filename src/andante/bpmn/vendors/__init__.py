"""Vendor extensions, each mapped to ours in one module; the rest of the house knows none of them."""

from typing import Final

from andante.bpmn.vendors.andante import ANDANTE, Andante
from andante.bpmn.vendors.base import Vendor
from andante.bpmn.vendors.camunda import CAMUNDA, Camunda
from andante.bpmn.vendors.flowable import ACTIVITI, FLOWABLE, Activiti, Flowable
from andante.bpmn.vendors.zeebe import ZEEBE, Zeebe

# Namespace -> its reader. Andante comes last: where two speak on the same thing, its word counts.
VENDORS: Final[dict[str, Vendor]] = {
    CAMUNDA: Camunda(CAMUNDA),
    ZEEBE: Zeebe(ZEEBE),
    FLOWABLE: Flowable(FLOWABLE),
    ACTIVITI: Activiti(ACTIVITI),
    ANDANTE: Andante(ANDANTE),
}
