"""Annotation layer of Sonic Visualiser: the pitch as a time-value layer, in sample numbers of the recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from ..realtime.frame import PitchTrack
from .options import Options
from .sung import FRAMES_PER_SECOND, Sung, parts

RATE = 44_100  # Hz, where the recording tells none


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write the voiced frames, in Hz with 3 decimals, at the nearest sample; unvoiced ones are left out."""
    track, rate = sung.track, _rate(sung)
    voiced = np.flatnonzero(track.voiced)
    file.write(_head(sung, rate, voiced).encode())
    file.writelines(point.encode() for point in _points(track, voiced, rate))
    file.write(_foot(sung).encode())


def _head(sung: Sung, rate: int, voiced: NDArray[np.intp]) -> str:
    f0 = sung.track.f0[voiced]
    lowest, highest = (f0.min(), f0.max()) if len(f0) else (0.0, 0.0)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE sonic-visualiser>
<sv>
  <data>
    <model id="1" name={_quoted(sung.title)} sampleRate="{rate}" start="0" end="{round(sung.duration * rate)}" \
type="sparse" dimensions="2" resolution="{round(rate / FRAMES_PER_SECOND)}" notifyOnAdd="true" dataset="0" \
minimum="{lowest:.3f}" maximum="{highest:.3f}" units="Hz"/>
    <dataset id="0" dimensions="2">
"""


def _foot(sung: Sung) -> str:
    # Plot style 6 parts what is far apart in time: nothing is drawn through silence.
    return f"""    </dataset>
  </data>
  <display>
    <layer id="2" type="timevalues" name={_quoted(sung.title)} model="1" plotStyle="6" verticalScale="1" \
drawDivisions="false" colourName="Purple" colour="#800080" darkBackground="false"/>
  </display>
</sv>
"""


def _points(track: PitchTrack, voiced: NDArray[np.intp], rate: int) -> Iterator[str]:
    for part in parts(len(voiced)):
        frames = voiced[part]
        samples = np.rint(track.time[frames] * rate).astype(np.int64)
        for sample, f0 in zip(samples.tolist(), track.f0[frames].tolist(), strict=True):
            yield f'      <point frame="{sample}" value="{f0:.3f}" label=""/>\n'


def _rate(sung: Sung) -> int:
    """Of the recording: Sonic Visualiser counts in its samples."""
    import soundfile

    if sung.sound is None:
        return RATE
    try:
        return int(soundfile.info(sung.sound).samplerate)
    except (OSError, soundfile.LibsndfileError):
        return RATE


def _quoted(text: str) -> str:
    """As an attribute's value, without signs that no XML may hold."""
    return quoteattr("".join(sign for sign in text if sign.isprintable()))
