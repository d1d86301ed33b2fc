"""Looks at everything that livepitch needs of a machine, and says what to do; each look apart from the others."""
