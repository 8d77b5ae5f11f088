"""BPMN 2.0 XML, read into drafts."""
