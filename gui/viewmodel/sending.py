"""Which other programs hear of the voice while it sounds, as the user chose; and how that goes, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...model.errors import LivepitchError
from ...practice.music import Music
from ...realtime.roles import Output
from ...realtime.sending import Sending
from ..look.wording import sentence

LAST_PORT = 65_535
KINDS = {"osc": "OSC", "midi": "MIDI", "websocket": "Web page", "lsl": "Lab Streaming Layer"}
SHORT = {"osc": "OSC", "midi": "MIDI", "websocket": "web page", "lsl": "LSL"}
VIRTUAL = ""
"""As a port's name: one that is made for others to connect to."""


@dataclass(frozen=True)
class Receivers:
    """Every choice; those of a kind that is off are kept for later."""

    osc: bool = False
    osc_address: str = "127.0.0.1:9000"
    midi: bool = False
    midi_port: str = VIRTUAL
    midi_mpe: bool = False
    websocket: bool = False
    websocket_port: int = 8765
    lsl: bool = False
    lsl_name: str = "livepitch"

    @property
    def page(self) -> str:
        """Address of the page that a browser on this computer opens."""
        return f"http://127.0.0.1:{self.websocket_port}/"

    def on(self) -> list[str]:
        """The kinds that are switched on."""
        return [kind for kind in KINDS if getattr(self, kind)]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Receivers:
        """Those that were remembered; what is missing or bad keeps its default."""
        default = cls()
        kept = {name: values[name] for name, own in asdict(default).items() if type(values.get(name)) is type(own)}
        if not 0 < kept.get("websocket_port", default.websocket_port) <= LAST_PORT:
            del kept["websocket_port"]
        return replace(default, **kept)


def output(kind: str, chosen: Receivers, music: Music) -> Output:
    """What sends to the receivers of a kind. LivepitchError, in words for people, where its settings are wrong."""
    if kind == "osc":
        from ...outputs.osc import OscOutput

        return OscOutput(chosen.osc_address.strip(), a4=music.a4)
    if kind == "midi":
        from ...outputs.midi import MidiOutput

        return MidiOutput(chosen.midi_port or None, chosen.midi_mpe, a4=music.a4)
    if kind == "websocket":
        from ...outputs.websocket import WebSocketOutput

        return WebSocketOutput(str(chosen.websocket_port), a4=music.a4, names=music.note_names)
    from ...outputs.lsl import LslOutput

    return LslOutput(chosen.lsl_name.strip() or "livepitch", a4=music.a4)


def outputs(chosen: Receivers, music: Music) -> tuple[dict[str, Output], dict[str, str]]:
    """By kind what sends, and by kind why nothing can: of those that are switched on."""
    made: dict[str, Output] = {}
    wrong: dict[str, str] = {}
    for kind in chosen.on():
        found = _tried(kind, chosen, music)
        if isinstance(found, str):
            wrong[kind] = found
        else:
            made[kind] = found
    return made, wrong


def _tried(kind: str, chosen: Receivers, music: Music) -> Output | str:
    try:
        return output(kind, chosen, music)
    except (LivepitchError, ValueError) as error:
        return sentence(str(error))


def state_text(sending: Sending | None, counts: bool = True) -> str:
    """How it goes with one; None while nothing is listened to. counts: whether its number of receivers is one."""
    if sending is None:
        return "Waits until something is heard"
    if sending.error is not None:
        return sentence(sending.error)
    if not sending.sent:
        return "Opening …"
    lost = f"{sending.lost:,} frames lost" if sending.lost else ""
    return ", ".join(filter(None, ("Sending", _listeners(sending.receivers, counts), lost)))


def _listeners(number: int | None, counts: bool) -> str:
    """How many there are: nothing where that cannot be known."""
    if number is None:
        return ""
    if not number:
        return "nobody listens yet"
    if not counts:
        return "somebody listens"
    return "one receiver" if number == 1 else f"{number} receivers"


def summary(sent: Sequence[str], not_sent: Sequence[str]) -> tuple[str, str]:
    """Who is sent what is heard, and who is not for some trouble, for the line at the bottom; and in short."""
    trouble = f"not {', '.join(not_sent)}" if not_sent else ""
    full = "; ".join(filter(None, (", ".join(sent), trouble)))
    return (f"→ {full}", f"→ {len(sent)}{'!' if not_sent else ''}") if full else ("", "")
