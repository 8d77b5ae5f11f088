"""The calls about files at tasks and instances, and comments."""

from urllib.parse import quote

from andante.client import shapes
from andante.client.calls import BASE, Call
from andante.client.deploying import form_of


class Attachment(shapes.Shape, frozen=True, kw_only=True):
    """`size` in bytes; `task_id` is empty where it is the instance's own; `hash` is the SHA-256 of the content."""

    id: str
    instance_id: str
    task_id: str
    name: str
    type: str
    size: int
    hash: str
    created_at: str
    created_by: str


class Comment(shapes.Shape, frozen=True, kw_only=True):
    """Who said what, when."""

    at: str
    who: str
    text: str


def _of(task_id: str, instance_id: str) -> str:
    """Raises ValueError where it is not one of the two."""
    if bool(task_id) == bool(instance_id):
        raise ValueError("name a task or an instance")
    kind, id = ("tasks", task_id) if task_id else ("instances", instance_id)
    return f"{BASE}/runtime/{kind}/{quote(id, safe='')}/attachments"


def attach(name: str, data: bytes, *, task_id: str = "", instance_id: str = "") -> Call[Attachment]:
    """Attach a file of this name to a task or an instance."""
    content, content_type = form_of({name: data})
    return Call("POST", _of(task_id, instance_id), Attachment, content=content, content_type=content_type)


def attachments(*, task_id: str = "", instance_id: str = "") -> Call[shapes.Recs[Attachment]]:
    """Those of a task, or of an instance and all its tasks."""
    return Call("GET", _of(task_id, instance_id), shapes.Recs[Attachment])


def attachment(attachment_id: str) -> Call[bytes]:
    """The content."""
    return Call("GET", f"{BASE}/runtime/attachments/{quote(attachment_id, safe='')}", bytes)


def delete_attachment(attachment_id: str) -> Call[None]:
    """Who added it, and operators, delete it."""
    return Call("DELETE", f"{BASE}/runtime/attachments/{quote(attachment_id, safe='')}", None)


def comments(task_id: str) -> Call[shapes.Recs[Comment]]:
    """What was said about a task, also when it is over."""
    return Call("GET", f"{BASE}/runtime/tasks/{quote(task_id, safe='')}/comments", shapes.Recs[Comment])
