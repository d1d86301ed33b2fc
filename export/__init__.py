"""Pitch in the formats of other programs: each format a module of its own, all known to `formats`."""
