"""What the user does to send what is heard to other programs, while it is heard.

Threads: the Qt thread owns every attribute; "livepitch-sending-room" tells the stream and lists MIDI ports, which may
take a while. What sends runs beside the worker, in the engine's process where there is one, and never here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication
from PyQt6.QtWidgets import QApplication

from ...practice.music import Music
from ...realtime.roles import Output
from ...realtime.sending import Sending
from ..look.wording import sentence
from ..menus.menus import Menus
from ..parts import Parts
from ..sound.listening import Listening
from ..sound.transport import State
from ..takes.errands import Errands
from ..viewmodel.messages import Rank
from ..viewmodel.sending import KINDS, SHORT, Receivers, outputs, summary
from .controls import Group
from .panel import SendingPanel

SAID = 12.0  # s
SWITCHES = {
    "osc": ("&OSC", "O", "Open Sound Control, for Max, Pure Data, SuperCollider, TouchDesigner"),
    "midi": ("&MIDI", "M", "Notes with pitch bend, for synthesizers and DAWs"),
    "websocket": ("&Web page", "W", "A page that draws the pitch, for OBS and browsers on this computer"),
    "lsl": ("&Lab Streaming Layer", "L", "For studies, beside EEG, breath or video"),
}


class SendingRoom(QObject):
    """The sending panel, and what is switched on there; nothing is sent that nobody has switched on."""

    name = "sending"

    def __init__(self, parts: Parts, listening: Listening, music: Music, given: Sequence[Output] = ()) -> None:
        """given: what the command line asks to send to, beside what is chosen here."""
        super().__init__()
        self._parts, self._listening, self._music = parts, listening, music
        self.chosen = Receivers()
        self._made: dict[str, Output] = {}
        self._wrong: dict[str, str] = {}
        self._given, self._off = list(given), set[int]()
        self._errands = Errands("livepitch-sending-room")
        self._sent = False  # the running stream was told of outputs
        self._ports: Sequence[str] = ()
        self._fill_menu(parts.menus)
        self._add_given()
        self._connect()
        self._show()

    def _fill_menu(self, menus: Menus) -> None:
        menu = menus.submenu("listen", "Send to other &programs")
        tip = "OSC, MIDI, a web page and Lab Streaming Layer, beside the picture"
        self.panel_action = menus.action(menu, "&Panel", "Ctrl+Shift+G", tip, self.show_panel, checkable=True)
        self.switches = {
            kind: menus.action(menu, text, f"Ctrl+Shift+X, {key}", tip, partial(self.turn, kind), checkable=True)
            for kind, (text, key, tip) in SWITCHES.items()
        }
        tip = "Copy the address of the page, for a browser source in OBS"
        self.copy_action = menus.action(menu, "&Copy the page's address", "Ctrl+Shift+X, C", tip, self.copy_address)
        tip = "See the page in your browser"
        self.look_action = menus.action(menu, "Open the p&age", "Ctrl+Shift+X, P", tip, self.open_page)
        self.panel = SendingPanel(self.switches, self.copy_action, self.look_action)

    def _add_given(self) -> None:
        self._given_groups = []
        for place, output in enumerate(self._given):
            group = Group(output.name, "Asked for when livepitch was started")
            group.switch.clicked.connect(partial(self._turn_given, place))
            self._given_groups.append(group)
            self.panel.add_group(group)

    def _connect(self) -> None:
        self.panel.chosen.connect(lambda field, value: self.choose(**{field: value}))
        self.panel.port.opening.connect(self.list_ports)
        self._listening.started.connect(self._begin)
        self._listening.told.connect(self._show_states)
        self._listening.transport.changed.connect(self._show_states)

    # what the user does

    def show_panel(self, on: bool) -> None:
        """Open the panel, or close it."""
        self.panel_action.setChecked(on)
        if on and self.chosen.midi:
            self.list_ports()
        self._parts.stage.show_beside(self.panel, on)
        self._show()  # once it is seen its height is known

    def entered(self) -> bool:
        """Whether the keys go to the panel."""
        inside = QApplication.focusWidget()
        return inside is not None and self.panel.isAncestorOf(inside)

    def turn(self, kind: str, on: bool) -> None:
        """Send to the receivers of a kind from now on, or no longer."""
        self.choose(**{kind: on})
        if on and kind == "midi":
            self.list_ports()
        if not self.panel.isVisible():
            self._say(f"{KINDS[kind]}: {'on, what is heard is sent' if on else 'off'}")

    def choose(self, **values: Any) -> None:
        """Take other settings, by their fields in `Receivers`."""
        self.chosen = replace(self.chosen, **values)
        self._renew()

    def set_music(self, music: Music) -> None:
        """Take other music settings: notes and cents that are sent are those that the window shows."""
        self._music = music
        self._renew()

    def list_ports(self) -> None:
        """Look which MIDI ports there are."""
        self._errands.run(_ports, self._take_ports)

    def copy_address(self) -> None:
        """Put the page's address on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.chosen.page)
            self._say(f"Copied: {self.chosen.page}")

    def open_page(self) -> None:
        """Show the page in the browser that the system has."""
        if not self.chosen.websocket:
            self.turn("websocket", True)
        if not QDesktopServices.openUrl(QUrl(self.chosen.page)):
            self._say(f"No browser opens; the page is {self.chosen.page}")

    def _turn_given(self, place: int, on: bool) -> None:
        (self._off.discard if on else self._off.add)(place)
        self._renew()

    # what is sent

    def _wanted(self) -> list[Output]:
        given = [output for place, output in enumerate(self._given) if place not in self._off]
        names = {output.name for output in given}
        return [*given, *(output for output in self._made.values() if output.name not in names)]

    def _renew(self) -> None:
        self._made, self._wrong = outputs(self.chosen, self._music)
        self._tell()
        self._show()

    def _begin(self) -> None:
        """A stream runs that knows of nobody yet."""
        self._sent = False
        self._tell()

    def _tell(self) -> None:
        stream, wanted = self._listening.transport.stream, self._wanted()
        if stream is None or not (wanted or self._sent):
            return
        self._sent = True
        self._errands.run(lambda: stream.send(wanted), failed=lambda why: self._say(f"Nothing is sent: {why}"))

    # what is shown

    def _show(self) -> None:
        for kind, action in self.switches.items():
            action.setChecked(getattr(self.chosen, kind))
        self.panel.show_receivers(self.chosen)
        self.panel.show_ports(self._ports, self.chosen.midi_port)
        for place, group in enumerate(self._given_groups):
            group.show_on(place not in self._off)
        self._show_states()
        self.panel.fit()
        if self.panel.isVisible():
            self._parts.stage.show_beside(self.panel, True)  # in its new height

    def _show_states(self) -> None:
        states = self._states()
        for kind, group in self.panel.groups.items():
            made = self._made.get(kind)
            group.show_state(None if made is None else states.get(made.name), self._wrong.get(kind))
        for output, group in zip(self._given, self._given_groups, strict=True):
            group.show_state(states.get(output.name))
        self._tell_status(states)

    def _states(self) -> dict[str, Sending]:
        transport = self._listening.transport
        if transport.stream is None or transport.state is not State.RUNNING:
            return {}
        return {sending.name: sending for sending in transport.stream.sending}

    def _tell_status(self, states: Mapping[str, Sending]) -> None:
        """In the line at the bottom."""
        names = {output.name: output.name for output in self._given}
        names |= {output.name: SHORT[kind] for kind, output in self._made.items() if output.name not in names}
        told = [(names[name], sending) for name, sending in states.items() if name in names]
        sent = [name for name, sending in told if sending.error is None]
        wrong = {name: sentence(sending.error) for name, sending in told if sending.error is not None}
        trouble = "\n".join(f"{name}: {error}" for name, error in wrong.items())
        self._parts.status.show_sending(*summary(sent, list(wrong)), trouble)

    def _take_ports(self, ports: Sequence[str]) -> None:
        self._ports = ports
        self.panel.show_ports(ports, self.chosen.midi_port)

    def _say(self, text: str) -> None:
        self._parts.stage.banner.post("sending", text, Rank.OFFER, seconds=SAID)

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """What is chosen; not what the command line asks for."""
        return asdict(self.chosen)

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take that of another time."""
        self.chosen = Receivers.from_dict(values)
        self._renew()

    def close(self) -> None:
        """End the thread; the stream closes what it sends to."""
        self._errands.close()


def _ports() -> list[str]:
    from ...outputs.midi import midi_ports

    return midi_ports()
