cp examples/order.bpmn ordered.bpmn
