"""Rows that one fact makes or takes away, whatever else the command did. See store/projection.py."""

from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.engine import events as ev
from andante.engine.state import Instance
from andante.store import statements as st

if TYPE_CHECKING:
    from andante.store.projection import Batch


def informed(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.PersonsInformed) -> None:
    batch.rows[st.INFORMED].extend((instance.id, e.task, name) for name in e.who)


def subscribed(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.SubscriptionOpened) -> None:
    if e.kind == kinds.CONDITIONAL:
        return  # nobody outside looks for it
    kind = kinds.EVENT_NAMES[e.kind]
    batch.rows[st.SUBSCRIPTION].append((instance.id, e.subscription, kind, e.name, e.key or ""))


def keyed(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.SubscriptionKeyed) -> None:
    batch.rows[st.SUBSCRIPTION_KEYED].append((instance.id, e.subscription, e.key))


def unsubscribed(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.SubscriptionClosed) -> None:
    batch.rows[st.SUBSCRIPTION_END].append((instance.id, e.subscription))


def attached(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.AttachmentAdded) -> None:
    batch.rows[st.ATTACHMENT].append(
        (instance.id, e.id, e.task, e.name, e.type, e.size, e.hash, instance.modified_at, instance.modified_by)
    )


def detached(batch: "Batch", graph: ProcessGraph, instance: Instance, e: ev.AttachmentRemoved) -> None:
    batch.rows[st.ATTACHMENT_END].append((instance.id, e.id))
