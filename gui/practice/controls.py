"""The buttons below the picture while one practises, and what can be pressed when."""

from __future__ import annotations

from ..sound.listening import Listening
from .actions import Actions
from .scene import PracticeScene
from .settings_card import SettingsCard
from .strip import Strip
from .ways import Ways


class Controls:
    """Fills the strip with actions, and keeps both as the practice is."""

    def __init__(self, strip: Strip, actions: Actions, settings: SettingsCard) -> None:
        self._actions, self._settings = actions, settings
        steps = (actions.previous, "◀"), (actions.next, "▶")
        self._steps = [strip.add(0, action, text) for action, text in steps]
        self._begin = strip.add(0, actions.begin, "Begin")
        for action, text in ((actions.guide, "Guide"), (actions.metronome, "Beat"), (actions.loop, "Loop")):
            strip.add(1, action, text)
        strip.add_room(1)
        for action, text in ((actions.settings, "More …"), (actions.shelf, "Shelf"), (actions.leave, "Close")):
            strip.add(1, action, text)

    def show(self, scene: PracticeScene, ways: Ways, listening: Listening) -> None:
        """Offer what can be done now."""
        rehearsal, actions = scene.rehearsal, self._actions
        judged = rehearsal is not None and rehearsal.outcome is not None
        place, last = (0, 0) if rehearsal is None else (rehearsal.index, len(rehearsal.steps) - 1)
        actions.offer(scene.on, scene.resting, scene.under_way, judged, place > 0, place < last)
        actions.check(ways.guide, ways.choices.metronome, ways.repeating, ways.choices.octave_free)
        for button in self._steps:
            button.setVisible(last > 0)
        self._begin.setText("Again" if scene.under_way or judged else "Begin")
        if self._settings.isVisible():
            self._settings.show_choices(ways.choices)
        if scene.on:
            listening.show_verb("End" if scene.under_way else "Begin", scene.under_way, " singing")
