"""Measurements against other engines and the bare database: `make bench`."""
