"""Sending what is heard to other programs while it is heard."""
