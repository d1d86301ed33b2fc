"""Errors whose text is the one line that a user reads."""


class LivepitchError(Exception):
    """Something the user can mend: the text says what, which file or device, and what to do next."""


class CheckpointError(LivepitchError):
    """A file of weights that cannot be used."""
