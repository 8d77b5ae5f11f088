"""The protocol on standard input and output, for an assistant on the same machine: one person, one server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.stdio import stdio_server

from andante.assistants.server import make_server
from andante.client import AsyncClient


async def run(client: AsyncClient) -> None:
    """Serve until standard input ends."""

    @asynccontextmanager
    async def connect(_: Any) -> AsyncIterator[AsyncClient]:
        yield client

    client.session.via = "mcp"
    server = make_server(connect)
    async with client, stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
