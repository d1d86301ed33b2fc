"""Colours, words and signs."""
