"""Bytes of a song file as text, whatever program wrote them; and text made fit to be shown."""

from __future__ import annotations

import codecs
import contextlib

LEGACY = "cp1252"  # what karaoke programs under Windows wrote before UTF-8
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
FAMILIES = ("ascii", "utf", "cp", "iso8859", "latin", "koi8", "mac", "shift_jis", "euc", "gb", "big5", "mbcs", "tis")
LONGEST = 200  # characters of a syllable or a name
JOINERS = "\u200c\u200d"  # not printable themselves, but scripts of India need them


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Text of bytes: by their byte order mark, else in `encoding` if it is one, else UTF-8, else Windows' Latin.

    Never an error: what cannot be read becomes a replacement mark.
    """
    for mark, codec in MARKS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    if len(data) > 3 and data[1] == data[3] == 0 != data[0]:
        return data.decode("utf-16-le", errors="replace")
    known = codec_named(encoding) if encoding else None
    with contextlib.suppress(UnicodeError):
        return data.decode(known or "utf-8")
    return data.decode(known or LEGACY, errors="replace")


def codec_named(name: str) -> str | None:
    """Python's name of an encoding of text, such as "CP1250" or "UTF8"; None for what is not one."""
    try:
        found = codecs.lookup(name.strip().replace("windows-", "cp")).name
    except (LookupError, ValueError):
        return None
    return found if found.replace("-", "").startswith(FAMILIES) else None


def shown(text: str) -> str:
    """One line of text without control characters (a terminal would obey them), cut at LONGEST."""
    kept = (sign for sign in text if sign.isprintable() or sign.isspace() or sign in JOINERS)
    return "".join(" " if sign.isspace() else sign for sign in kept)[:LONGEST]
