"""The one table: kind of flow node -> behaviour. What is not in it is refused at deployment."""

from andante.bpmn import kinds
from andante.engine.elements.activity import Activity
from andante.engine.elements.ad_hoc import AdHocSubProcess
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.boundary_event import BoundaryEvent
from andante.engine.elements.business_rule_task import BusinessRuleTask
from andante.engine.elements.call_activity import CallActivity
from andante.engine.elements.catch_event import CatchEvent
from andante.engine.elements.complex_gateway import ComplexGateway
from andante.engine.elements.end_event import EndEvent
from andante.engine.elements.event_based_gateway import EventGateway
from andante.engine.elements.exclusive_gateway import ExclusiveGateway
from andante.engine.elements.inclusive_gateway import InclusiveGateway
from andante.engine.elements.parallel_gateway import ParallelGateway
from andante.engine.elements.receive_task import ReceiveTask
from andante.engine.elements.script_task import ScriptTask
from andante.engine.elements.send_task import SendTask
from andante.engine.elements.service_task import ServiceTask
from andante.engine.elements.start_event import StartEvent
from andante.engine.elements.sub_process import SubProcess
from andante.engine.elements.throw_event import ThrowEvent
from andante.engine.elements.user_task import UserTaskNode

BEHAVIOURS.update(
    {
        kinds.START_EVENT: StartEvent(),
        kinds.END_EVENT: EndEvent(),
        kinds.CATCH_EVENT: CatchEvent(),
        kinds.THROW_EVENT: ThrowEvent(),
        kinds.BOUNDARY_EVENT: BoundaryEvent(),
        kinds.TASK: Activity(),
        kinds.MANUAL_TASK: Activity(),
        kinds.USER_TASK: UserTaskNode(),
        kinds.SERVICE_TASK: ServiceTask(),
        kinds.SCRIPT_TASK: ScriptTask(),
        kinds.SEND_TASK: SendTask(),
        kinds.RECEIVE_TASK: ReceiveTask(),
        kinds.BUSINESS_RULE_TASK: BusinessRuleTask(),
        kinds.SUB_PROCESS: SubProcess(),
        kinds.EVENT_SUB_PROCESS: SubProcess(),
        kinds.AD_HOC: AdHocSubProcess(),
        kinds.TRANSACTION: SubProcess(),
        kinds.CALL_ACTIVITY: CallActivity(),
        kinds.EXCLUSIVE_GATEWAY: ExclusiveGateway(),
        kinds.PARALLEL_GATEWAY: ParallelGateway(),
        kinds.INCLUSIVE_GATEWAY: InclusiveGateway(),
        kinds.COMPLEX_GATEWAY: ComplexGateway(),
        kinds.EVENT_GATEWAY: EventGateway(),
    }
)
