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
    from .batch.track_file import track_file
    from .export.exporting import export_track
    from .export.formats import FORMATS
    from .export.options import ExportError, Options
    from .model.convert import cents_to_hz, hz_to_cents, hz_to_midi, midi_to_hz
    from .model.errors import CheckpointError, LivepitchError
    from .model.registry import Model, list_models, load_model
    from .outputs.json_lines import JsonLinesOutput
    from .outputs.lsl import LslOutput
    from .outputs.midi import MidiOutput
    from .outputs.osc import OscOutput
    from .outputs.websocket import WebSocketOutput
    from .practice.notes import nearest_note, note_name
    from .practice.segmentation import SungNote, sung_notes
    from .realtime.audio_file import AudioFileError, read_audio, read_blocks
    from .realtime.delivery import Delivery
    from .realtime.devices import DeviceError
    from .realtime.estimate import estimate, stream_track, track_of
    from .realtime.frame import Percentiles, PitchFrame, PitchTrack, Settings, StreamStats
    from .realtime.roles import Output, Sink, Source
    from .realtime.sending import Sending
    from .realtime.session import Session
    from .realtime.source import DemoVoice, FileSource, Microphone, input_devices
    from .realtime.tracker import StreamTracker

    __version__: str

_HOMES = {
    "batch.track_file": ("track_file",),
    "export.exporting": ("export_track",),
    "export.formats": ("FORMATS",),
    "export.options": ("ExportError", "Options"),
    "model.convert": ("cents_to_hz", "hz_to_cents", "hz_to_midi", "midi_to_hz"),
    "model.errors": ("CheckpointError", "LivepitchError"),
    "model.registry": ("Model", "list_models", "load_model"),
    "outputs.json_lines": ("JsonLinesOutput",),
    "outputs.lsl": ("LslOutput",),
    "outputs.midi": ("MidiOutput",),
    "outputs.osc": ("OscOutput",),
    "outputs.websocket": ("WebSocketOutput",),
    "practice.notes": ("nearest_note", "note_name"),
    "practice.segmentation": ("SungNote", "sung_notes"),
    "realtime.audio_file": ("AudioFileError", "read_audio", "read_blocks"),
    "realtime.delivery": ("Delivery",),
    "realtime.devices": ("DeviceError",),
    "realtime.estimate": ("estimate", "stream_track", "track_of"),
    "realtime.frame": ("Percentiles", "PitchFrame", "PitchTrack", "Settings", "StreamStats"),
    "realtime.roles": ("Output", "Sink", "Source"),
    "realtime.sending": ("Sending",),
    "realtime.session": ("Session",),
    "realtime.source": ("DemoVoice", "FileSource", "Microphone", "input_devices"),
    "realtime.tracker": ("StreamTracker",),
}
# A program that uses livepitch and keeps no log is not shown the warnings of this one.
logging.getLogger(__name__).addHandler(logging.NullHandler())

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FORMATS",
    "AudioFileError",
    "CheckpointError",
    "Delivery",
    "DemoVoice",
    "DeviceError",
    "ExportError",
    "FileSource",
    "JsonLinesOutput",
    "LivepitchError",
    "LslOutput",
    "Microphone",
    "MidiOutput",
    "Model",
    "Options",
    "OscOutput",
    "Output",
    "Percentiles",
    "PitchFrame",
    "PitchTrack",
    "Sending",
    "Session",
    "Settings",
    "Sink",
    "Source",
    "StreamStats",
    "StreamTracker",
    "SungNote",
    "WebSocketOutput",
    "__version__",
    "cents_to_hz",
    "estimate",
    "export_track",
    "hz_to_cents",
    "hz_to_midi",
    "input_devices",
    "list_models",
    "load_model",
    "midi_to_hz",
    "nearest_note",
    "note_name",
    "read_audio",
    "read_blocks",
    "stream_track",
    "sung_notes",
    "track_file",
    "track_of",
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
