"""The panel about other programs: everything that the voice can be sent to while it sounds."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ..menus.control_bar import action_button
from ..side_panel import SidePanel
from ..sound.picker import Picker
from ..viewmodel.sending import KINDS, VIRTUAL, Receivers
from .controls import Group, PortField, Switch, TextField

LEAST = 310  # px; enough to see two of them in full


class SendingPanel(SidePanel):
    """Shows what it is told, and tells what the user chooses."""

    chosen = pyqtSignal(str, object)
    """A field of `Receivers`, and what it shall be."""

    def __init__(self, switches: dict[str, QAction], copy: QAction, look: QAction) -> None:
        super().__init__("Send to other programs", LEAST)
        heading = QLabel("Send to other programs")
        heading.setObjectName("heading")
        self.add_group(heading)
        self.groups = {kind: Group(title, switches[kind].toolTip(), kind != "lsl") for kind, title in KINDS.items()}
        for kind, group in self.groups.items():
            group.switch.clicked.connect(switches[kind].trigger)
            self.add_group(group)
        self._fill_osc(self.groups["osc"])
        self._fill_midi(self.groups["midi"])
        self._fill_websocket(self.groups["websocket"], copy, look)
        self._fill_lsl(self.groups["lsl"])

    def _fill_osc(self, group: Group) -> None:
        self.address = TextField("OSC receiver", "Host and port of the program that receives: 127.0.0.1:9000")
        self.address.entered.connect(lambda text: self.chosen.emit("osc_address", text))
        group.add("To", self.address)

    def _fill_midi(self, group: Group) -> None:
        self.port = Picker("MIDI port", "Where the notes go; a virtual port is one for other programs to connect to")
        self.port.picked.connect(lambda name: self.chosen.emit("midi_port", name))
        self.mpe = Switch("MPE")
        self.mpe.setToolTip("A channel for each note, with a bend of 48 semitones, for instruments that know MPE")
        self.mpe.clicked.connect(lambda on: self.chosen.emit("midi_mpe", on))
        group.add("Port", self.port)
        group.add("", self.mpe)

    def _fill_websocket(self, group: Group, copy: QAction, look: QAction) -> None:
        self.page_port = PortField("Port of the page", "A number that no other program has taken")
        self.page_port.valueChanged.connect(lambda port: self.chosen.emit("websocket_port", port))
        self.page = QLabel()
        self.page.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.page.setObjectName("muted")
        group.add("Port", self.page_port)
        group.add("", self.page)
        row = QWidget()
        buttons = QHBoxLayout(row)
        buttons.setContentsMargins(0, 0, 0, 0)
        self.buttons = {}
        for action, text in ((copy, "Copy address"), (look, "Open")):
            self.buttons[text] = button = action_button(action, "small")
            button.setText(text)
            buttons.addWidget(button)
        buttons.addStretch()
        group.add("", row)

    def _fill_lsl(self, group: Group) -> None:
        self.stream_name = TextField("Name of the stream", "By which programs that record find it")
        self.stream_name.entered.connect(lambda text: self.chosen.emit("lsl_name", text))
        group.add("Name", self.stream_name)

    def show_receivers(self, receivers: Receivers) -> None:
        """Show what is chosen."""
        for kind, group in self.groups.items():
            group.show_on(getattr(receivers, kind))
        self.address.show_text(receivers.osc_address)
        self.mpe.setChecked(receivers.midi_mpe)
        with QSignalBlocker(self.page_port):
            self.page_port.setValue(receivers.websocket_port)
        self.page.setText(receivers.page)
        self.page.setAccessibleName(f"Address of the page: {receivers.page}")
        self.stream_name.show_text(receivers.lsl_name)

    def show_ports(self, ports: Sequence[str], chosen: str) -> None:
        """Offer these MIDI ports and a virtual one; the chosen one is told even where it is not there now."""
        tip = "Made by livepitch, for other programs to connect to"
        entries = [(VIRTUAL, "Virtual port “livepitch”", tip), *((port, port, port) for port in ports)]
        if chosen not in (VIRTUAL, *ports):
            entries.append((chosen, f"{chosen} (not there now)", chosen))
        self.port.fill(entries, chosen)
