"""The one sentence at the end: what the figures mean to somebody who sings."""

from __future__ import annotations

from .record import Record

# From the voice to what is shown, 95 times of 100, ms. Livepitch's own wording, not a law of perception: a screen shows
# a new picture every 17 ms, a quick note lasts 100, a slow one 500.
FEELINGS = (
    (50.0, "you see it as you sing it"),
    (100.0, "close enough to sing by"),
    (250.0, "a moment behind the voice, fine for held notes, not for quick ones"),
    (float("inf"), "too far behind to sing by, good only for looking at what you sang"),
)


def verdict(record: Record) -> str:
    """One sentence about a record of `bench/record.py`."""
    seen = record["sound_to_paint_ms"] or record["sound_to_frame_ms"]
    if seen is None:
        return "Nothing was measured yet: let it run for a few seconds more."
    if record["sound_to_paint_ms"] is not None:
        where, more = "is on the screen", ""
    else:
        where, more = "has its pitch", " (drawing it comes on top, which --gui measures)"
    return (
        f"What you sing {where} {seen['p50']:.0f} ms later, 95 times of 100 within {seen['p95']:.0f} ms{more}: "
        f"{_feeling(seen['p95'])}; {_losses(record)}."
    )


def _feeling(milliseconds: float) -> str:
    return next(told for limit, told in FEELINGS if milliseconds <= limit)


def _losses(record: Record) -> str:
    if record["skipped"] or record["dropped"] or record["xruns"]:
        rate = record["settings"]["sample_rate"] or 1
        seconds = (record["skipped"] + record["dropped"]) / rate
        lost = [f"{seconds:.2f} s of sound were lost"] if seconds else []
        lost += [f"the input had {record['xruns']} gaps"] if record["xruns"] else []
        return f"but {' and '.join(lost)}, so close other programs, or try a larger --blocksize or --hop"
    if record["restarts"]:
        return f"but the engine had to be started again {record['restarts']} times"
    return "no sound was lost"
