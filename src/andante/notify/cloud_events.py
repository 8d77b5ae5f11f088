"""CloudEvents 1.0: what an event says of itself, and how it is written for HTTP, NATS and Kafka."""

from typing import Any, Final

import msgspec

from andante.runtime.occurrences import KINDS
from andante.runtime.telling import Told as Event
from andante.timing.instants import iso

PREFIX: Final = "dev.andante."
SCHEMAS: Final = "/schemas/events"
BINARY: Final = "binary"
STRUCTURED: Final = "structured"
MODES: Final = (BINARY, STRUCTURED)
JSON: Final = "application/json"
STRUCTURED_JSON: Final = "application/cloudevents+json"


class CloudEvent(msgspec.Struct, frozen=True):
    """One event. `id` is the same whenever it is sent again; `partitionkey` and `sequence` are CloudEvents' extensions
    that say what stays in order, and in which."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    dataschema: str
    partitionkey: str
    sequence: str
    data: dict[str, Any]
    specversion: str = "1.0"
    datacontenttype: str = JSON

    @property
    def kind(self) -> str:
        """The type without what all have."""
        return self.type.removeprefix(PREFIX)

    @property
    def definition(self) -> str:
        return str(self.data.get("definition", ""))

    def structured(self) -> bytes:
        """The whole event as JSON."""
        return msgspec.json.encode(self)

    def body(self) -> bytes:
        """Its data alone, for binary mode."""
        return msgspec.json.encode(self.data)

    def attributes(self, prefix: str) -> dict[str, str]:
        """For headers in binary mode; what is not ASCII is written as the HTTP binding says."""
        names = ("specversion", "id", "source", "type", "subject", "time", "dataschema", "partitionkey", "sequence")
        return {prefix + name: _header(getattr(self, name)) for name in names}


def _header(text: str) -> str:
    return "".join(
        each if " " < each <= "~" and each not in '"%' else "".join(f"%{byte:02X}" for byte in each.encode())
        for each in text
    )


def cloud_event(source: str, instance_id: str, seq: int, at: int, event: Event) -> CloudEvent:
    """`source`: the server's address, without a slash at its end; `at` in ms."""
    return CloudEvent(
        f"{instance_id}-{seq}-{event.n}", source, PREFIX + event.kind, instance_id, iso(at),
        f"{source}{SCHEMAS}/{event.kind}.json", instance_id, f"{seq:012}-{event.n:04}", event.data,
    )  # fmt: skip


def schema(kind: str) -> dict[str, Any]:
    """JSON Schema of the data of a kind of event. Raises KeyError where there is none."""
    (made,) = msgspec.json.schema(KINDS[kind])["$defs"].values()
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": PREFIX + kind}
    return {**made, **about, "description": made.get("description", "").replace("\n    ", " ")}
