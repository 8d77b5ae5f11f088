"""A value of each of Camunda's types."""

from typing import Any, Final

VALUES: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "String", "value": "straße €", "valueInfo": {}},
    "small": {"type": "Short", "value": 7, "valueInfo": {}},
    "whole": {"type": "Integer", "value": 70_000, "valueInfo": {}},
    "long": {"type": "Long", "value": 5, "valueInfo": {}},
    "longer": {"type": "Long", "value": 2**40, "valueInfo": {}},
    "broken": {"type": "Double", "value": 1.5, "valueInfo": {}},
    "round": {"type": "Double", "value": 2.0, "valueInfo": {}},
    "yes": {"type": "Boolean", "value": True, "valueInfo": {}},
    "none": {"type": "Null", "value": None, "valueInfo": {}},
    "when": {"type": "Date", "value": "2013-01-23T13:42:42.123+0000", "valueInfo": {}},
    "json": {"type": "Json", "value": '{"a":[1,null]}', "valueInfo": {}},
    "xml": {"type": "Xml", "value": "<a/>", "valueInfo": {}},
    "bytes": {"type": "Bytes", "value": "AAEC", "valueInfo": {}},
    "thing": {
        "type": "Object", "value": '{"name":"Ann"}',
        "valueInfo": {"objectTypeName": "com.example.Person", "serializationDataFormat": "application/json"},
    },
    "paper": {
        "type": "File", "value": "SGVsbG8=",
        "valueInfo": {"filename": "hello.txt", "mimetype": "text/plain", "encoding": "utf-8"},
    },
}  # fmt: skip
