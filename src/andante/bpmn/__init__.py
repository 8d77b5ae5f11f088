"""A process as written: BPMN 2.0 XML or the contract's JSON form in, one immutable compiled graph out."""

from andante.bpmn.findings import Finding, Model, ModelRefused
from andante.bpmn.jsonform.read import read_json
from andante.bpmn.xml.read import read_xml
from andante.bpmn.xml.spaces import spaces_of, target_namespace

__all__ = ["Finding", "Model", "ModelRefused", "read_json", "read_xml", "spaces_of", "target_namespace"]
