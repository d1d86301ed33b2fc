"""The picture of the voice over time."""
