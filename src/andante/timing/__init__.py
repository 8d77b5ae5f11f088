"""Time as processes write it: instants, ISO 8601 durations and cycles, the business calendar, and the SLA clock.

Every time is an int: milliseconds since the epoch, UTC. Nothing here reads a clock; now is always an argument.
"""
