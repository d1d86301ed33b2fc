"""The window on the demo voice through the real pipeline, in real time."""

import numpy as np
import pytest
from PyQt6.QtGui import QTextDocumentFragment

from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.practice.notes import note_name
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.source import DemoVoice


@pytest.fixture
def window(qtbot):
    window = Window(DemoVoice())
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_the_demo_voice_is_seen_on_its_notes(window, qtbot):
    window.start()
    with qtbot.assertNotEmitted(window.listening.transport.failed):
        seen = lambda: window.listening.live.history.newest > 3.0 or window.listening.transport.state is State.STOPPED  # noqa: E731
        qtbot.waitUntil(seen, timeout=60_000)
    assert window.listening.transport.state is State.RUNNING, window.stage.welcome.text.text()
    assert not window.stage.welcome.isVisible()

    history = window.listening.live.history
    _, time, known = demo_phrase(48_000)
    true = np.interp(history.time, time, known, left=np.nan)  # NaN beside silence: boundaries do not count
    both = np.isfinite(true) & np.isfinite(history.f0)
    assert both.sum() > 0.9 * np.isfinite(true).sum()
    cents = 1200 * np.log2(history.f0[both] / true[both])
    assert np.median(np.abs(cents)) < 10
    assert np.mean(np.abs(cents) < 50) > 0.95

    shown = QTextDocumentFragment.fromHtml(window.stage.note.note.text()).toPlainText()
    newest = history.f0[-20:]
    assert shown in {note_name(f0) for f0 in newest[np.isfinite(newest)]} | {"–"}
    status = "  ".join(label.text() for label in window.status.labels.values())
    for fact in ("Demo voice", "48 kHz", "model stream", " ms algorithmic)", "xruns 0"):
        assert fact in status
