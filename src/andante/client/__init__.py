"""Andante's client library: `Client` and `AsyncClient` for the HTTP API, `Worker` for service tasks."""

from andante.client.async_client import AsyncClient
from andante.client.calls import CLOSED_STATES, OPEN_STATES
from andante.client.errors import ClientError, Refused, Unreachable
from andante.client.session import because
from andante.client.sync_client import Client
from andante.client.worker import AsyncWorker, JobError, Worker

__all__ = [
    "CLOSED_STATES",
    "OPEN_STATES",
    "AsyncClient",
    "AsyncWorker",
    "Client",
    "ClientError",
    "JobError",
    "Refused",
    "Unreachable",
    "Worker",
    "because",
]
