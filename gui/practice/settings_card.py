"""How one practises, every choice in sight, on a card over the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSlider, QSpinBox, QWidget

from ..corner_card import CornerCard
from ..music.music_card import Box
from ..viewmodel.practice_choices import MOST_COUNTED, TIMBRES, Choices

WIDTH, BOTTOM = 430, 150  # px; from the parent's edge
STRICTNESS = {
    "strict": ("Strict", "25 cents, a tenth of a second"),
    "teacher": ("As a teacher", "50 cents, two tenths of a second"),
    "friendly": ("Friendly", "70 cents, three tenths of a second"),
    "beginner": ("For beginners", "100 cents, in any octave"),
}
GUIDES = {None: "As the exercise has it", True: "Always", False: "Never"}


class SettingsCard(CornerCard):
    """Lies at the lower left, as the music settings do."""

    changed = pyqtSignal(object)
    """Other `Choices`."""
    part_chosen = pyqtSignal(int)
    """Index of the part that is sung."""
    fit_asked = pyqtSignal()
    """Bring what is sung into the singer's range."""
    range_asked = pyqtSignal()
    """The singer's range is to be found."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "Practice settings", BOTTOM)
        self._choices, self._showing = Choices(), False
        self._make_controls()
        self._arrange()

    def _make_controls(self) -> None:
        self.part = _box("Part", "Which voice of the song is sung", ())
        self.part.activated.connect(lambda place: self.part_chosen.emit(place))
        self.guide = _box("Guide", "Whether the notes are played while you sing (F7)", GUIDES.items())
        self.timbre = _box("Sound of the guide", "What the guide sounds like", TIMBRES.items())
        self.guide_volume = _slider("Volume of the guide")
        self.metronome = QCheckBox("On")
        self.metronome.setToolTip("Whether the beats are clicked while you sing (F8)")
        self.metronome.setAccessibleName("Metronome")
        self.metronome_volume = _slider("Volume of the metronome")
        self.count_in = QSpinBox()
        self.count_in.setRange(-1, MOST_COUNTED)
        self.count_in.setSpecialValueText("one bar")
        self.count_in.setSuffix(" beats")
        self.count_in.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.count_in.setAccessibleName("Count-in")
        self.count_in.setToolTip("Beats that are counted before the first note: type, or press Up or Down")
        self.strictness = _box("Judged", "How exact a note must be", ((k, v[0]) for k, v in STRICTNESS.items()))
        for place, (_, tip) in enumerate(STRICTNESS.values()):
            self.strictness.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.octave_free = QCheckBox("In any octave")
        self.octave_free.setToolTip("Singing an octave lower or higher is right, too")
        self.range = QLabel()
        self.range_button, self.fit_button = QPushButton("Find it …"), QPushButton("Fit to it")
        self.range_button.setToolTip("Sing down and up, to find your range")
        self.fit_button.setToolTip("Transpose what is sung into your range")
        self.close_button.setToolTip("Close (Escape)")
        for box in (self.guide, self.timbre, self.strictness):
            box.activated.connect(self._take)
        for slider in (self.guide_volume, self.metronome_volume):
            slider.valueChanged.connect(self._take)
        for check in (self.metronome, self.octave_free):
            check.toggled.connect(self._take)
        self.count_in.valueChanged.connect(self._take)
        self.range_button.clicked.connect(self.range_asked)
        self.fit_button.clicked.connect(self.fit_asked)

    def _arrange(self) -> None:
        layout = self.titled("Practice")
        self._part_name = QLabel("Part")
        rows: list[tuple[QLabel, QWidget]] = [
            (self._part_name, self.part),
            (QLabel("Guide"), _row(self.guide, self.guide_volume)),
            (QLabel("Its sound"), self.timbre),
            (QLabel("Metronome"), _row(self.metronome, self.metronome_volume)),
            (QLabel("Count-in"), self.count_in),
            (QLabel("Judged"), _row(self.strictness, self.octave_free)),
            (QLabel("Your range"), _row(self.range, self.range_button, self.fit_button)),
        ]
        for place, (name, widget) in enumerate(rows, 1):
            layout.addWidget(name, place, 0)
            layout.addWidget(widget, place, 1)
        self.setFixedWidth(WIDTH)

    def show_choices(self, choices: Choices) -> None:
        """Show what is chosen, telling nobody."""
        self._choices, self._showing = choices, True
        self.guide.setCurrentIndex(self.guide.findData(choices.guide))
        self.timbre.setCurrentIndex(max(self.timbre.findData(choices.timbre), 0))
        self.guide_volume.setValue(choices.guide_volume)
        self.metronome.setChecked(choices.metronome)
        self.metronome_volume.setValue(choices.metronome_volume)
        self.count_in.setValue(-1 if choices.count_in is None else choices.count_in)
        self.strictness.setCurrentIndex(max(self.strictness.findData(choices.strictness), 0))
        self.octave_free.setChecked(choices.octave_free)
        self._showing = False

    def show_parts(self, names: list[str], current: int) -> None:
        """Offer these parts; with one alone there is nothing to choose."""
        self.part.clear()
        for name in names:
            self.part.addItem(name)
        self.part.setCurrentIndex(current)
        for widget in (self._part_name, self.part):
            widget.setVisible(len(names) > 1)
        self.place()

    def show_range(self, title: str) -> None:
        """Show the singer's range."""
        self.range.setText(title)
        self.range.setAccessibleName(f"Your range: {title}")

    def open_card(self) -> None:
        """Show it, the first choice ready for the keys."""
        self.open_on(self.part if not self.part.isHidden() else self.guide)

    def _take(self, *_: object) -> None:
        if self._showing:
            return
        count = self.count_in.value()
        self._choices = replace(
            self._choices,
            guide=self.guide.currentData(),
            timbre=self.timbre.currentData(),
            guide_volume=self.guide_volume.value(),
            metronome=self.metronome.isChecked(),
            metronome_volume=self.metronome_volume.value(),
            count_in=None if count < 0 else count,
            strictness=self.strictness.currentData(),
            octave_free=self.octave_free.isChecked(),
        )
        self.changed.emit(self._choices)


def _box(name: str, tip: str, entries: Any) -> Box:
    box = Box()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    for value, label in entries:
        box.addItem(label[:1].upper() + label[1:], value)
    return box


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setSingleStep(5)
    slider.setPageStep(10)
    slider.setAccessibleName(name)
    slider.setToolTip(f"{name}: Left and Right")
    return slider


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if place == 0 else 0)
    return row
