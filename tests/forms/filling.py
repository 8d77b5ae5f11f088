"""What a form says of values, in short."""

import json
from collections.abc import Mapping
from typing import Any

from andante.forms import Form, read_form

NOW = 1_767_603_600_000  # 2026-01-05T09:00:00Z


def form(*components: dict[str, Any], **more: Any) -> Form:
    """A form-js form of these components."""
    return read_form(json.dumps({"components": list(components), **more})).form


def schema(**more: Any) -> Form:
    """An object as JSON Schema."""
    return read_form(json.dumps({"type": "object", **more})).form


def faults(
    one: Form, sent: Mapping[str, object], known: Mapping[str, object] | None = None, **how: bool
) -> dict[str, str]:
    """The word for what is wrong with each field."""
    return {fault.field: fault.code for fault in one.check(sent, known or {}, NOW, **how).faults}


def values(
    one: Form, sent: Mapping[str, object], known: Mapping[str, object] | None = None, **how: bool
) -> dict[str, object]:
    """What is to be set; nothing must be wrong."""
    checked = one.check(sent, known or {}, NOW, **how)
    assert checked.faults == []
    return checked.values
