"""What is saved, and how, on a card over the picture; where is asked for next."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from ...export.options import Options
from ...practice.music import Music
from ..corner_card import CornerCard
from ..music.music_card import Box
from ..notices import Button
from ..viewmodel.take_kinds import GROUPS, KINDS, Kind

WIDTH, BOTTOM = 400, 60  # px; from the parent's edge


class SaveCard(CornerCard):
    """Every kind in one list, and under it the options that the chosen one has."""

    go_on = pyqtSignal()
    """The user has chosen."""
    changed = pyqtSignal()
    """Another kind, other options."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "Save as", BOTTOM)
        self.kinds = Box()
        self.kinds.setAccessibleName("What is saved")
        self.kinds.setToolTip("Which file is written, and for which programs")
        self.tempo = _spin("Tempo", 20, 400, " beats a minute", "Beats a minute of the file; notes stay where they are")
        self.bend_range = _spin("Pitch bend", 1, 96, " semitones", "As far as the instrument bends to either side")
        self.lowest, self.highest = Box(), Box()
        self.what, self.about = QLabel(), QLabel()
        self.button = Button("Save …")
        self._kind, self._options = KINDS["csv"], Options()
        self._arrange()
        self.kinds.activated.connect(lambda _: self._choose())
        for spin in (self.tempo, self.bend_range):
            spin.valueChanged.connect(self._take)
        for box in (self.lowest, self.highest):
            box.activated.connect(self._take)
        self.button.clicked.connect(self.go_on)
        self.show_options(Options())

    def _arrange(self) -> None:
        layout = self.titled("Save as")
        self.close_button.setToolTip("Close (Escape)")
        for name, box in (("Lowest note", self.lowest), ("Highest note", self.highest)):
            box.setAccessibleName(name)
            box.setToolTip(f"{name} that is written")
            box.setMaxVisibleItems(20)
        self.button.setObjectName("primary")
        self.button.setToolTip("Choose a folder and a name (Ctrl+S)")
        for label in (self.what, self.about):
            label.setObjectName("muted")
            label.setWordWrap(True)
        rows: list[tuple[str, QWidget, tuple[str, ...]]] = [
            ("", self.what, ()),
            ("What", self.kinds, ()),
            ("Tempo", self.tempo, ("tempo",)),
            ("Pitch bend", self.bend_range, ("bend_range",)),
            ("Notes", _row(self.lowest, QLabel("to"), self.highest), ("lowest", "highest")),
            ("", self.about, ()),
        ]
        self._of_options: list[tuple[str, list[QWidget]]] = []
        for place, (name, widget, options) in enumerate(rows, 1):
            label = QLabel(name)
            layout.addWidget(label, place, 0)
            layout.addWidget(widget, place, 1) if name else layout.addWidget(widget, place, 0, 1, 2)
            self._of_options += [(option, [label, widget]) for option in options]
        layout.addWidget(self.button, len(rows) + 1, 1, Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(WIDTH)

    @property
    def kind(self) -> Kind:
        """What is chosen."""
        return self._kind

    @property
    def offered(self) -> list[Kind]:
        """What can be chosen."""
        names = [self.kinds.itemData(place) for place in range(self.kinds.count())]
        return [KINDS[name] for name in names if name is not None]

    @property
    def options(self) -> Options:
        """Those of the form; concert pitch as it is by default."""
        return self._options

    def offer(self, lacking: Collection[str], what: str) -> None:
        """Offer what there is to save: all kinds but those of the groups that are `lacking`. what: in words."""
        self.kinds.clear()
        for name, kinds in GROUPS.items():
            if name in lacking:
                continue
            if self.kinds.count():
                self.kinds.insertSeparator(self.kinds.count())
            for kind in kinds:
                self.kinds.addItem(f"{kind.title} (.{kind.ending})", kind.name)
        self.kinds.setMaxVisibleItems(self.kinds.count())
        place = self.kinds.findData(self._kind.name)
        self.kinds.setCurrentIndex(max(place, 0))
        self.what.setText(what)
        self._show_kind(KINDS[self.kinds.currentData()])

    def show_music(self, music: Music) -> None:
        """Show by which concert pitch notes are named."""
        self.about.setText(f"Notes by A4 = {music.a4:g} Hz, from the music settings")

    def show_options(self, options: Options, kind: str = "csv") -> None:
        """Show other options, and another kind."""
        self._options = options
        for spin, value in ((self.tempo, options.tempo), (self.bend_range, options.bend_range)):
            spin.blockSignals(True)
            spin.setValue(round(value))
            spin.blockSignals(False)
        self._show_kind(KINDS.get(kind, self._kind))

    def name_notes(self, music: Music) -> None:
        """Name the notes of the two lists as the window does."""
        for box, chosen in ((self.lowest, self._options.lowest), (self.highest, self._options.highest)):
            box.clear()
            for number in range(128):
                box.addItem(music.note_names.name(number), number)
            box.setCurrentIndex(chosen)

    def open_card(self) -> None:
        """Show it, ready to go on."""
        self.open_on(self.button)

    def _choose(self) -> None:
        self._show_kind(KINDS[self.kinds.currentData()])
        self.changed.emit()

    def _show_kind(self, kind: Kind) -> None:
        self._kind = kind
        for option, widgets in self._of_options:
            for widget in widgets:
                widget.setVisible(option in kind.options)
        self.about.setVisible(bool(kind.options))
        self.place()

    def _take(self, *_: object) -> None:
        low, high = self.lowest.currentIndex(), self.highest.currentIndex()
        if low > high:  # the other one gives way
            low, high = (low, low) if self.sender() is self.lowest else (high, high)
            self.lowest.setCurrentIndex(low)
            self.highest.setCurrentIndex(high)
        tempo, bend_range = float(self.tempo.value()), float(self.bend_range.value())
        self._options = Options(tempo=tempo, bend_range=bend_range, lowest=low, highest=high)
        self.changed.emit()


def _spin(name: str, lowest: int, highest: int, unit: str, tip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(lowest, highest)
    spin.setSuffix(unit)
    spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    spin.setKeyboardTracking(False)
    spin.setAccessibleName(name)
    spin.setToolTip(f"{tip}: type, or press Up or Down")
    return spin


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return row
