"""`andante mcp`: an assistant on this machine works with a server."""

import asyncio

from andante.cli.connection import Server
from andante.cli.output import complain
from andante.cli.remote import LOCAL
from andante.client import AsyncClient, ClientError


def mcp(*, server: Server = LOCAL) -> int:
    """Let an assistant work with a server in your name: the Model Context Protocol on standard input and output.

    A key of your own (`andante keys add`) in ANDANTE_KEY says who you are; its scopes say what the assistant may.
    """
    try:
        from andante.assistants.stdio import run
    except ImportError as fault:
        complain(f"andante: mcp needs more packages ({fault.name} is missing): pip install 'andante[mcp]'")
        return 1
    try:
        client = AsyncClient(server.url, server.client_id, server.client_secret, token=server.key)
    except ClientError as fault:
        raise ValueError(f"--url: {fault}") from None
    asyncio.run(run(client))
    return 0
