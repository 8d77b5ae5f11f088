"""Measurements against two peers and the bare database: `make bench`."""
