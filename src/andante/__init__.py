"""Andante: a BPM runtime."""
