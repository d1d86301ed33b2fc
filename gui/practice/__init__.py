"""Practice: what is to be sung on the same picture, and what became of it."""
