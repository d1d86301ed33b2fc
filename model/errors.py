"""Errors whose text is the one line that a user reads."""

JOINERS = "\u200c\u200d"  # not printable themselves, but scripts of India and flags need them
LONGEST = 1000  # characters of a line; a name alone may have thousands


def printable(text: str, longest: int = LONGEST) -> str:
    r"""One line that no terminal obeys and no reader mistakes, whatever names are in it.

    Control characters, marks that turn the direction of writing, and bytes of a name that are no text are written as
    \x1b, \u202e, \udcff; each line's end or tab is a blank. The middle of what is longer than `longest` is left out.
    """
    line = "".join(sign if sign.isprintable() or sign in JOINERS else _escaped(sign) for sign in text)
    if len(line) <= longest:
        return line
    half = (longest - 3) // 2
    return f"{line[:half]} … {line[-half:]}"


def _escaped(sign: str) -> str:
    return " " if sign.isspace() else ascii(sign)[1:-1]


class LivepitchError(Exception):
    """Something the user can mend: the text, made `printable`, says what, which file or device, and what to do next."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class CheckpointError(LivepitchError):
    """A file of weights that cannot be used."""
