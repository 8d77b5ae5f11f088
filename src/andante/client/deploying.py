"""The call that deploys several files, and files as the body of a form."""

import secrets
from collections.abc import Mapping

from andante.client.calls import BASE, Call
from andante.client.shapes import Deployment


class FileDeployment(Deployment, frozen=True, kw_only=True):
    """Of one of several files."""

    file: str


def deploy_files(files: Mapping[str, bytes], *, activate: bool = True) -> Call[list[FileDeployment]]:
    """Deploy BPMN, DMN, forms (*.form, *.json) and JSON definitions by the names of their files: all of them or none,
    in the order in which they need each other."""
    content, content_type = form_of(files)
    return Call(
        "POST", f"{BASE}/metadata/definitions", list[FileDeployment], query={"activate": activate},
        content=content, content_type=content_type,
    )  # fmt: skip


def form_of(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Files as the body of a form, and its content type."""
    boundary = secrets.token_hex(16)
    parts = []
    for name, data in files.items():
        shown = name.replace('"', "").replace("\r", "").replace("\n", "")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
