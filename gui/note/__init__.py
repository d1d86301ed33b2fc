"""The note of the moment, large."""
