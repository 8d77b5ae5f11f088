"""Assistants work with a server by the Model Context Protocol, each with the rights of the person whose token it has.

What they can do is done by the client library; a server that speaks the protocol itself calls its own API. Nothing here
is imported unless it is used: it needs the extra `mcp`.
"""
