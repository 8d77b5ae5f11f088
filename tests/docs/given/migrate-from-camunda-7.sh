cp examples/order.bpmn .
