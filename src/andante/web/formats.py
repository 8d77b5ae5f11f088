"""Values as people read them. Times come in ms since the epoch, UTC; 0 is unset."""

import datetime as dt

import msgspec


def iso(ms: int) -> str:
    """For the `datetime` attribute."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="seconds") if ms else ""


def json_text(value: object) -> str:
    """A value as JSON, on one line."""
    return msgspec.json.encode(value, enc_hook=str).decode()


def pretty(value: object) -> str:
    """A value for reading: text as it is, else JSON, indented where it is long."""
    if isinstance(value, str):
        return value
    data = msgspec.json.encode(value, enc_hook=str)
    return (msgspec.json.format(data, indent=2) if len(data) > 60 else data).decode()
