"""Recordings: made, opened, heard again, compared."""
