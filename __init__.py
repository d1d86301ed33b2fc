"""livepitch: see your pitch while you sing.

    import livepitch as lp

    model = lp.load_model()                                   # the bundled checkpoint; weights only
    track = lp.estimate(lp.read_audio("take1.wav"), model)    # PitchTrack
    print(f"{track.f0[track.voiced].mean():.1f} Hz")

Names are imported when they are first used, so that `import livepitch` is quick and needs neither a screen
nor a sound card.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model.convert import cents_to_hz, hz_to_cents, hz_to_midi, midi_to_hz
    from .model.errors import LivepitchError
    from .model.registry import Model, load_model
    from .practice.notes import note_name
    from .realtime.audio_file import read_audio, read_blocks
    from .realtime.estimate import estimate, stream_track
    from .realtime.frame import Percentiles, PitchFrame, PitchTrack, Settings, StreamStats
    from .realtime.session import Session
    from .realtime.source import DemoVoice, FileSource, Microphone
    from .realtime.tracker import StreamTracker

    __version__: str

_HOMES = {
    "model.convert": ("cents_to_hz", "hz_to_cents", "hz_to_midi", "midi_to_hz"),
    "model.errors": ("LivepitchError",),
    "model.registry": ("Model", "load_model"),
    "practice.notes": ("note_name",),
    "realtime.audio_file": ("read_audio", "read_blocks"),
    "realtime.estimate": ("estimate", "stream_track"),
    "realtime.frame": ("Percentiles", "PitchFrame", "PitchTrack", "Settings", "StreamStats"),
    "realtime.session": ("Session",),
    "realtime.source": ("DemoVoice", "FileSource", "Microphone"),
    "realtime.tracker": ("StreamTracker",),
}
# A program that uses livepitch and keeps no log is not shown the warnings of this one.
logging.getLogger(__name__).addHandler(logging.NullHandler())

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DemoVoice",
    "FileSource",
    "LivepitchError",
    "Microphone",
    "Model",
    "Percentiles",
    "PitchFrame",
    "PitchTrack",
    "Session",
    "Settings",
    "StreamStats",
    "StreamTracker",
    "__version__",
    "cents_to_hz",
    "estimate",
    "hz_to_cents",
    "hz_to_midi",
    "load_model",
    "midi_to_hz",
    "note_name",
    "read_audio",
    "read_blocks",
    "stream_track",
]


def __getattr__(name: str) -> Any:
    """Import a public name on its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("livepitch")
    elif name in _HOME_OF:
        value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
